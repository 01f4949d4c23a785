import { describe, expect, test } from 'vitest';
import { EPOCH_MS, SimBackend } from '../conformance/backends.ts';

describe('stream commands on the virtual clock', () => {
  test('XADD takes its ids from the server clock', async () => {
    const redis = new SimBackend();
    expect(redis.callNow('XADD', 's', '*', 'f', 'v')).toBe(`${EPOCH_MS}-0`);
    expect(redis.callNow('XADD', 's', '*', 'f', 'v')).toBe(`${EPOCH_MS}-1`);
    await redis.advance(1.5);
    expect(redis.callNow('XADD', 's', '*', 'f', 'v')).toBe(`${EPOCH_MS + 1}-0`);
  });

  test('idle times are virtual, and XAUTOCLAIM takes exactly what has been idle for so long', async () => {
    const redis = new SimBackend();
    redis.callNow('XGROUP', 'CREATE', 's', 'g', '0', 'MKSTREAM');
    for (const id of ['1-0', '2-0']) {
      redis.callNow('XADD', 's', id, 'f', 'v');
      redis.callNow('XREADGROUP', 'GROUP', 'g', 'dead', 'STREAMS', 's', '>');
      await redis.advance(500);
    }
    expect(redis.callNow('XPENDING', 's', 'g', '-', '+', '10')).toEqual([
      ['1-0', 'dead', 1000, 1],
      ['2-0', 'dead', 500, 1],
    ]);
    expect(redis.callNow('XAUTOCLAIM', 's', 'g', 'heir', '1001', '0', 'JUSTID')).toEqual(['0-0', [], []]);
    expect(redis.callNow('XAUTOCLAIM', 's', 'g', 'heir', '1000', '0', 'JUSTID')).toEqual(['0-0', ['1-0'], []]);
    await redis.advance(7);
    expect(redis.callNow('XINFO', 'CONSUMERS', 's', 'g')).toEqual([
      ['name', 'dead', 'pending', 1, 'idle', 507],
      ['name', 'heir', 'pending', 1, 'idle', 7],
    ]);
  });

  test('XREADGROUP BLOCK 0 waits for ever, and BLOCK gives up on time', async () => {
    const redis = new SimBackend();
    const [patient, hasty] = [await redis.client(), await redis.client()];
    redis.callNow('XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM');
    const read = (block: string, consumer: string) =>
      ['XREADGROUP', 'GROUP', 'g', consumer, 'COUNT', '1', 'BLOCK', block, 'STREAMS', 's', '>'] as const;
    const first = patient.call(...read('0', 'patient'));
    const second = hasty.call(...read('1000', 'hasty'));
    await redis.advance(999);
    expect(redis.server.blocking.count).toBe(2);
    await redis.advance(1);
    expect(await second).toEqual({ nilArray: true });
    await redis.advance(1e9);
    redis.callNow('XADD', 's', '1-1', 'f', 'v');
    expect(await first).toEqual([['s', [['1-1', ['f', 'v']]]]]);
    expect(redis.callNow('XPENDING', 's', 'g')).toEqual([1, '1-1', '1-1', [['patient', '1']]]);
  });

  test('what a caller does to a reply does not reach the stream', () => {
    const redis = new SimBackend();
    redis.callNow('XADD', 's', '1-1', 'f', 'v');
    const [[, fields]] = redis.callNow('XRANGE', 's', '-', '+') as unknown as [[string, string[]]];
    fields[1] = 'changed';
    expect(redis.callNow('XRANGE', 's', '-', '+')).toEqual([['1-1', ['f', 'v']]]);
  });
});
