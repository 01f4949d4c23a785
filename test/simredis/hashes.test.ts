import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimBackend } from '../conformance/backends.ts';

test('a hash is a map: whatever is set and deleted, it holds what a Map would', () => {
  const field = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.oneof(
    fc.tuple(fc.constant('HSET' as const), field, fc.string()),
    fc.tuple(fc.constant('HSETNX' as const), field, fc.string()),
    fc.tuple(fc.constant('HDEL' as const), field),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const sim = new SimBackend();
      const model = new Map<string, string>();
      for (const [command, name, value] of steps) {
        if (command === 'HDEL') {
          expect(sim.callNow(command, 'h', name)).toBe(model.delete(name) ? 1 : 0);
        } else {
          expect(sim.callNow(command, 'h', name, value)).toBe(model.has(name) ? 0 : 1);
          if (command === 'HSET' || !model.has(name)) model.set(name, value);
        }
      }
      expect(sim.callNow('HGETALL', 'h')).toEqual([...model].flat());
      expect(sim.callNow('HLEN', 'h')).toBe(model.size);
      expect(sim.callNow('EXISTS', 'h')).toBe(model.size > 0 ? 1 : 0);
    }),
  );
});

test('HINCRBY counts in a field, and refuses one that holds no integer', () => {
  const sim = new SimBackend();
  expect(sim.callNow('HINCRBY', 'h', 'n', '5')).toBe(5);
  expect(sim.callNow('HINCRBY', 'h', 'n', '-7')).toBe(-2);
  sim.callNow('HSET', 'h', 'n', 'many');
  expect(sim.callNow('HINCRBY', 'h', 'n', '1')).toEqual({ error: 'ERR hash value is not an integer' });
  expect(sim.callNow('HINCRBYFLOAT', 'h', 'n', '1')).toEqual({ error: 'ERR hash value is not a float' });
});

test('a refused HSET leaves no empty hash behind', () => {
  const sim = new SimBackend();
  expect(sim.callNow('HSET', 'h', 'a', '1', 'b')).toEqual({
    error: "ERR wrong number of arguments for 'hset' command",
  });
  expect(sim.callNow('HINCRBY', 'h', 'a', 'x')).toEqual({ error: 'ERR value is not an integer or out of range' });
  expect(sim.callNow('DBSIZE')).toBe(0);
});

test('a copy of a hash has fields of its own', () => {
  const sim = new SimBackend();
  sim.callNow('HSET', 'h', 'f', '1');
  sim.callNow('COPY', 'h', 'copy');
  sim.callNow('HSET', 'copy', 'f', '2');
  expect(sim.callNow('HGET', 'h', 'f')).toBe('1');
});
