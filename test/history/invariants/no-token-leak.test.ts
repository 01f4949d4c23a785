import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/events.ts';
import { noTokenLeak } from '../../../src/history/invariants/no-token-leak.ts';
import { finished, hostCrashed, tokenAcquired, tokenReleased, written } from '../written.ts';

const check = noTokenLeak.check;

describe('no-token-leak', () => {
  test('holds where every token is given back, also one that had run out before', () => {
    const history = written(
      [0, tokenAcquired('k1')],
      [1, tokenAcquired('k2')],
      [2, tokenReleased('k2')],
      [70_000, tokenReleased('k1', false)],
    );
    expect(check(history)).toEqual([]);
  });

  test('a token that is never given back is a violation', () => {
    const history = written([0, tokenAcquired('k1')], [1.5, tokenAcquired('k2')], [2, tokenReleased('k1')]);
    expect(check(history)).toEqual([
      { message: 'token k2 of example, taken at 1.5 ms, was never given back', events: [1] },
    ]);
  });

  test('a release before the acquisition does not count', () => {
    expect(check(written([0, tokenReleased('k1', false)], [1, tokenAcquired('k1')]))).toHaveLength(1);
  });

  const owned = (token: string, owner: string): EngineEvent => ({
    kind: 'token-acquired',
    type: 'example',
    token,
    owner,
  });

  test('a token whose owner went on is not judged where a host crashed: the news of its release may have died', () => {
    expect(check(written([0, owned('t1:1', 't1')], [1, finished('t1', 'w1')], [2, hostCrashed()]))).toEqual([]);
    expect(
      check(
        written([0, owned('t1:1', 't1')], [1, hostCrashed()], [2, owned('t1:2', 't1')], [3, tokenReleased('t1:2')]),
      ),
    ).toEqual([]);
  });

  test('it is a violation where nobody crashed, or the owner has not gone on', () => {
    expect(check(written([0, owned('t1:1', 't1')], [1, finished('t1', 'w1')]))).toHaveLength(1);
    expect(check(written([0, owned('t1:1', 't1')], [2, hostCrashed()]))).toHaveLength(1);
  });
});
