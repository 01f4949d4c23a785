import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimBackend } from '../conformance/backends.ts';

test('SET with NX stores only where there is no key, with XX only where there is one', () => {
  const sim = new SimBackend();
  expect(sim.callNow('SET', 'k', '1', 'XX')).toBeNull();
  expect(sim.callNow('SET', 'k', '1', 'NX')).toEqual({ status: 'OK' });
  expect(sim.callNow('SET', 'k', '2', 'NX')).toBeNull();
  expect(sim.callNow('SET', 'k', '3', 'XX', 'GET')).toBe('1');
  expect(sim.callNow('GET', 'k')).toBe('3');
});

test('a lock set with NX and PX is free again once its time is over', async () => {
  const sim = new SimBackend();
  sim.callNow('SET', 'lock', 'a', 'NX', 'PX', '100');
  await sim.advance(99);
  expect(sim.callNow('SET', 'lock', 'b', 'NX', 'PX', '100')).toBeNull();
  await sim.advance(2);
  expect(sim.callNow('SET', 'lock', 'b', 'NX', 'PX', '100')).toEqual({ status: 'OK' });
});

test('a command on a key of another type is refused and changes nothing', () => {
  const sim = new SimBackend();
  sim.callNow('HSET', 'h', 'f', 'v');
  for (const argv of [
    ['GET', 'h'],
    ['INCR', 'h'],
    ['APPEND', 'h', 'x'],
    ['SET', 'h', 'x', 'GET'],
  ] as const) {
    expect(sim.callNow(...argv)).toEqual({
      error: 'WRONGTYPE Operation against a key holding the wrong kind of value',
    });
  }
  expect(sim.callNow('HGETALL', 'h')).toEqual(['f', 'v']);
});

test('INCRBY is 64-bit addition that refuses to overflow', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  fc.assert(
    fc.property(int64, int64, (start, by) => {
      const sim = new SimBackend();
      sim.callNow('SET', 'n', String(start));
      const reply = sim.callNow('INCRBY', 'n', String(by));
      const sum = start + by;
      if (BigInt.asIntN(64, sum) !== sum) {
        expect(reply).toEqual({ error: 'ERR increment or decrement would overflow' });
        expect(sim.callNow('GET', 'n')).toBe(String(start));
      } else {
        expect(BigInt(reply as number | bigint)).toBe(sum);
        expect(sim.callNow('GET', 'n')).toBe(String(sum));
      }
    }),
  );
});

test('SETRANGE pads with zero bytes, and GETRANGE gives back what was written', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(50), fc.string({ minLength: 1 }), (before, offset, patch) => {
      const sim = new SimBackend();
      sim.callNow('SET', 'k', before);
      expect(sim.callNow('SETRANGE', 'k', String(offset), patch)).toBe(Math.max(before.length, offset + patch.length));
      expect(sim.callNow('GETRANGE', 'k', String(offset), String(offset + patch.length - 1))).toBe(patch);
      const kept = before.slice(0, offset).padEnd(offset, '\0');
      expect(sim.callNow('GETRANGE', 'k', '0', String(offset + patch.length - 1))).toBe(kept + patch);
    }),
  );
});

test('BITCOUNT counts the bits that SETBIT has set', () => {
  const sim = new SimBackend();
  for (const bit of [0, 7, 8, 100]) expect(sim.callNow('SETBIT', 'b', String(bit), '1')).toBe(0);
  expect(sim.callNow('SETBIT', 'b', '7', '0')).toBe(1);
  expect(sim.callNow('BITCOUNT', 'b')).toBe(3);
  expect(sim.callNow('GETBIT', 'b', '100')).toBe(1);
  expect(sim.callNow('BITCOUNT', 'b', '0', '0')).toBe(1);
});
