import { afterEach, describe, expect, it, vi } from 'vitest';
import { CLAIMS } from '../../src/engine/claims/index.ts';
import claim from '../../src/engine/claims/leased-script.claim.lua.ts';
import { MUTANTS } from '../../src/explore/mutants/index.ts';
import { MismatchError } from '../../src/explore/mutants/mutant.ts';
import { edited, rewritten, withScripts } from '../../src/explore/mutants/planting.ts';
import { claimStrategy } from '../../src/scenario/design.ts';
import { invariant } from '../../src/scenario/judge.ts';

describe('the planted bugs', () => {
  it('are at least 25 that can be found, and one that cannot', () => {
    expect(MUTANTS.filter(({ isCanary, unseen }) => !isCanary && unseen === undefined).length).toBeGreaterThanOrEqual(
      25,
    );
    expect(MUTANTS.filter(({ isCanary }) => isCanary)).toHaveLength(1);
    expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(MUTANTS.length);
  });

  it.each(MUTANTS)('$id can be planted, and names invariants that there are', (mutant) => {
    const sound = claimStrategy(mutant.of);
    expect(mutant.plant(sound).create).not.toBe(sound.create);
    for (const id of mutant.shows) expect(invariant(id).id).toBe(id);
  });

  it('are in no catalogue', () => {
    const known = CLAIMS.map(({ id }) => id);
    expect(MUTANTS.filter(({ id }) => known.includes(id))).toEqual([]);
  });
});

describe('a script that is no longer what it was when a mutant was written', () => {
  afterEach(() => {
    vi.doUnmock('../../src/engine/claims/leased-script.claim.lua.ts');
    vi.doUnmock('../../src/engine/claims/reliable-list.recover.lua.ts');
    vi.doUnmock('../../src/explore/mutants/index.ts');
    vi.resetModules();
  });

  it('fails the planting of its mutants, and no others, and not before', async () => {
    const other = () => ({ default: { sha1: '', source: 'return nil' } });
    vi.resetModules();
    vi.doMock('../../src/engine/claims/leased-script.claim.lua.ts', other);
    vi.doMock('../../src/engine/claims/reliable-list.recover.lua.ts', other);
    const { MUTANTS: mutants } = await import('../../src/explore/mutants/index.ts');
    const failing = mutants.filter(({ plant, of }) => {
      try {
        plant(claimStrategy(of));
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: 'MUTANT_MISMATCH' });
        return true;
      }
    });
    expect(failing.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['status-before-pop', 'popped-then-leased', 'lease-without-end', 'heart-checked-before']),
    );
    expect(failing.map(({ id }) => id)).not.toContain('settle-unfenced');
  });

  it('does not keep the command line from starting: it loads mutants only to hunt them', async () => {
    vi.resetModules();
    vi.doMock('../../src/explore/mutants/index.ts', () => {
      throw new Error('loaded');
    });
    const { main } = await import('../../src/cli/main.ts');
    expect(await main(['--version'])).toBe(0);
  });
});

describe('planting', () => {
  it('refuses a change of what does not stand in the script, or stands there twice', () => {
    expect(() => edited(claim, ['ZPOPMAX', 'ZPOPMIN'])).toThrow(MismatchError);
    expect(() => edited(claim, ["redis.call('ZADD'", ''])).toThrow(/stands there 2 times/);
    const sound = claimStrategy('leased-script');
    expect(() => withScripts(sound, () => [rewritten(claim, ['no such line', ''])])).toThrow(MismatchError);
  });

  it('changes one place of the script, and its SHA1 with it', () => {
    const changed = edited(claim, ["redis.call('ZPOPMIN', queue)", "redis.call('ZPOPMAX', queue)"]);
    expect(changed.source).toBe(claim.source.replace('ZPOPMIN', 'ZPOPMAX'));
    expect(changed.sha1).not.toBe(claim.sha1);
  });
});
