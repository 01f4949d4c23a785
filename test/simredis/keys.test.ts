import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EPOCH_MS, SimBackend } from '../conformance/backends.ts';

/** Scans to the end. `between` runs after each page. */
function scanAll(
  sim: SimBackend,
  args: readonly string[],
  count: number,
  between: (page: number) => void = () => {},
): string[] {
  const seen: string[] = [];
  let cursor = '0';
  let page = 0;
  do {
    const [command, ...key] = args as [string, ...string[]];
    const reply = sim.callNow(command, ...key, cursor, 'COUNT', String(count)) as [string, string[]];
    seen.push(...reply[1]);
    cursor = reply[0];
    between(page++);
  } while (cursor !== '0');
  return seen;
}

describe('SCAN', () => {
  test('sees every key once where nothing changes, in pages of the size asked for', () => {
    const sim = new SimBackend();
    for (let index = 0; index < 1000; index++) sim.callNow('SET', `k${index}`, 'v');
    let pages = 0;
    const seen = scanAll(sim, ['SCAN'], 100, () => pages++);
    expect(seen).toHaveLength(1000);
    expect(new Set(seen).size).toBe(1000);
    expect(pages).toBe(10);
  });

  test('sees every key that is there throughout, whatever comes and goes meanwhile', () => {
    const names = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 80 });
    const changes = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 300 })), { maxLength: 100 });
    fc.assert(
      fc.property(names, changes, fc.integer({ min: 1, max: 10 }), fc.boolean(), (stable, steps, count, other) => {
        const sim = new SimBackend();
        for (const name of stable) sim.callNow('SET', `stable${name}`, 'v');
        const pending = [...steps];
        const seen = scanAll(sim, ['SCAN'], count, () => {
          // Another scan begins in the middle of this one.
          if (other) sim.callNow('SCAN', '0', 'COUNT', '3');
          for (const [added, name] of pending.splice(0, 5))
            sim.callNow(added ? 'SET' : 'DEL', `k${name}`, ...(added ? ['v'] : []));
        });
        expect(new Set(seen.filter((key) => key.startsWith('stable')))).toEqual(
          new Set(stable.map((name) => `stable${name}`)),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('of a large hash goes page by page and sees every field', () => {
    const sim = new SimBackend();
    for (let index = 0; index < 300; index++) sim.callNow('HSET', 'h', `f${index}`, String(index));
    const first = sim.callNow('HSCAN', 'h', '0', 'COUNT', '10') as [string, string[]];
    expect(first[1]).toHaveLength(20);
    const seen = scanAll(sim, ['HSCAN', 'h'], 10);
    expect(new Set(seen.filter((_, index) => index % 2 === 0)).size).toBe(300);
  });

  test('does not show keys whose time is over', async () => {
    const sim = new SimBackend();
    for (let index = 0; index < 50; index++) sim.callNow('SET', `k${index}`, 'v', ...(index < 25 ? ['PX', '10'] : []));
    const [cursor, first] = sim.callNow('SCAN', '0', 'COUNT', '5') as [string, string[]];
    expect(first).toHaveLength(5);
    await sim.advance(20);
    const [, rest] = sim.callNow('SCAN', cursor, 'COUNT', '100') as [string, string[]];
    for (const key of rest) expect(Number(key.slice(1))).toBeGreaterThanOrEqual(25);
  });
});

describe('a deadline', () => {
  test('is kept by what changes a value in place, and dropped by what replaces it', () => {
    const sim = new SimBackend();
    for (const [write, ttl] of [
      [['INCR', 'k'], 100],
      [['APPEND', 'k', '1'], 100],
      [['SETRANGE', 'k', '0', '1'], 100],
      [['SET', 'k', '1', 'KEEPTTL'], 100],
      [['SET', 'k', '1'], -1],
      [['GETSET', 'k', '1'], -1],
      [['MSET', 'k', '1'], -1],
    ] as const) {
      sim.callNow('SET', 'k', '1', 'EX', '100');
      sim.callNow(...write);
      expect(sim.callNow('TTL', 'k'), write.join(' ')).toBe(ttl);
    }
  });

  test('lies on the virtual clock', async () => {
    const sim = new SimBackend();
    sim.callNow('SET', 'k', 'v', 'EX', '3600');
    expect(sim.callNow('PEXPIRETIME', 'k')).toBe(EPOCH_MS + 3_600_000);
    await sim.advance(3_599_999);
    expect(sim.callNow('GET', 'k')).toBe('v');
    expect(sim.callNow('PTTL', 'k')).toBe(1);
    await sim.advance(2);
    expect(sim.callNow('GET', 'k')).toBeNull();
    expect(sim.callNow('TTL', 'k')).toBe(-2);
  });

  test('does not outlive its key: a new value under an old name has none', async () => {
    const sim = new SimBackend();
    sim.callNow('SET', 'k', 'v', 'PX', '10');
    await sim.advance(20);
    sim.callNow('SET', 'k', 'w');
    expect(sim.callNow('GET', 'k')).toBe('w');
    expect(sim.callNow('TTL', 'k')).toBe(-1);
  });
});

describe('where Redis rolls a die', () => {
  const withDie = (roll: number) => {
    const sim = new SimBackend((below) => roll % below);
    sim.callNow('MSET', 'a', '1', 'b', '2', 'c', '3');
    sim.callNow('HSET', 'h', 'f', '1', 'g', '2', 'i', '3');
    return sim;
  };

  test('the server is given the choice', () => {
    expect(withDie(0).callNow('RANDOMKEY')).toBe('a');
    expect(withDie(2).callNow('RANDOMKEY')).toBe('c');
    expect(withDie(1).callNow('HRANDFIELD', 'h')).toBe('g');
    expect(withDie(1).callNow('HRANDFIELD', 'h', '-3')).toEqual(['g', 'g', 'g']);
  });

  test('a positive count draws no field twice', () => {
    for (let roll = 0; roll < 6; roll++) {
      const fields = withDie(roll).callNow('HRANDFIELD', 'h', '2') as string[];
      expect(new Set(fields).size).toBe(2);
    }
  });
});

test('TIME tells the virtual time in seconds and microseconds', async () => {
  const sim = new SimBackend();
  await sim.advance(1.5);
  expect(sim.callNow('TIME')).toEqual([String(EPOCH_MS / 1000), '1500']);
});
