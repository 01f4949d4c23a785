import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConsumerGroup } from '../../src/simredis/types/consumer-group.ts';
import { Stream } from '../../src/simredis/types/stream.ts';
import { ANY_ID, compareIds, formatId, MAX_ID, MIN_ID, type StreamId } from '../../src/simredis/types/stream-id.ts';
import { radixNodeCount } from '../../src/simredis/types/stream-radix.ts';

const id = (ms: number, seq = 0): StreamId => ({ ms, seq });

function streamOf(count: number): Stream {
  const stream = new Stream();
  for (let ms = 1; ms <= count; ms++) stream.append(id(ms), ['f', String(ms)]);
  return stream;
}

const idsOf = (stream: Stream) => stream.range(MIN_ID, MAX_ID).map((entry) => formatId(entry.id));

/** A stream as one would write it without a thought for speed. */
class NaiveStream {
  entries: { id: StreamId; fields: string[] }[] = [];

  range(start: StreamId, end: StreamId): string[] {
    const within = this.entries.filter((entry) => compareIds(entry.id, start) >= 0 && compareIds(entry.id, end) <= 0);
    return within.map((entry) => formatId(entry.id));
  }

  delete(target: StreamId): boolean {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => compareIds(entry.id, target) !== 0);
    return this.entries.length < before;
  }
}

describe('a stream', () => {
  test('holds what a list of entries would hold, whatever is added, deleted and trimmed', () => {
    const anyId = fc.tuple(fc.nat(700), fc.nat(2)).map(([ms, seq]) => id(ms, seq));
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 80 }), seq: fc.nat(2), size: fc.nat(300) }) },
      { weight: 3, arbitrary: fc.record({ del: anyId }) },
      { weight: 2, arbitrary: fc.record({ delAt: fc.array(fc.nat(400), { maxLength: 60 }) }) },
      { weight: 1, arbitrary: fc.record({ maxLength: fc.nat(300) }) },
      { weight: 1, arbitrary: fc.record({ minId: anyId }) },
      { weight: 3, arbitrary: fc.record({ start: anyId, end: anyId }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const stream = new Stream();
        const naive = new NaiveStream();
        let ms = 0;
        for (const each of steps) {
          if ('add' in each) {
            for (let count = 0; count < each.add; count++) {
              const next = id(++ms, each.seq);
              const fields = ['f', 'x'.repeat(each.size)];
              stream.append(next, fields);
              naive.entries.push({ id: next, fields });
            }
          } else if ('del' in each) {
            expect(stream.delete(each.del)).toBe(naive.delete(each.del));
          } else if ('delAt' in each) {
            for (const at of each.delAt) {
              const entry = naive.entries[at];
              if (entry) expect([stream.delete(entry.id), naive.delete(entry.id)]).toEqual([true, true]);
            }
          } else if ('maxLength' in each) {
            const over = Math.max(0, naive.entries.length - each.maxLength);
            naive.entries.splice(0, over);
            expect(stream.trim(each, false)).toBe(over);
          } else if ('minId' in each) {
            const kept = naive.entries.filter((entry) => compareIds(entry.id, each.minId) >= 0);
            expect(stream.trim(each, false)).toBe(naive.entries.length - kept.length);
            naive.entries = kept;
          } else {
            const { start, end } = each;
            const expected = naive.range(start, end);
            expect(stream.range(start, end).map((entry) => formatId(entry.id))).toEqual(expected);
            const backwards = stream.reverseRange(end, start).map((entry) => formatId(entry.id));
            expect(backwards).toEqual(expected.reverse());
            expect(stream.get(start)).toEqual(naive.entries.find(({ id: at }) => compareIds(at, start) === 0)?.fields);
          }
          expect(stream.length).toBe(naive.entries.length);
          expect(stream.firstId).toEqual(naive.entries[0]?.id ?? MIN_ID);
          expect(stream.topId).toEqual(naive.entries.at(-1)?.id ?? MIN_ID);
        }
        expect(idsOf(stream)).toEqual(naive.range(MIN_ID, MAX_ID));
      }),
      { seed: 3 },
    );
  });

  test('gives ids that ascend although the clock goes back', () => {
    const stream = new Stream();
    const given = [1000, 1000, 400, 1001].map((nowMs) => {
      const next = stream.idFor(ANY_ID, nowMs) as StreamId;
      stream.append(next, ['f', 'v']);
      return formatId(next);
    });
    expect(given).toEqual(['1000-0', '1000-1', '1000-2', '1001-0']);
  });

  test('refuses an id that does not ascend', () => {
    expect(() => streamOf(3).append(id(3), ['f', 'v'])).toThrow('above the last one');
  });

  test('is trimmed approximately by whole nodes of a hundred entries', () => {
    const stream = streamOf(350);
    expect(stream.trim({ maxLength: 120 }, true)).toBe(200);
    expect(stream.length).toBe(150);
  });

  test('is trimmed approximately within the limit', () => {
    const stream = streamOf(350);
    expect(stream.trim({ maxLength: 0 }, true, 250)).toBe(200);
  });

  test('keeps the place of a deleted entry in its node, so that the node fills no later', () => {
    const stream = streamOf(99);
    for (let ms = 2; ms <= 99; ms++) stream.delete(id(ms));
    stream.append(id(100), ['f', 'v']);
    stream.append(id(101), ['f', 'v']);
    expect(stream.nodeCount).toBe(2);
  });

  test('forgets a node whose entries are all deleted, wherever it stands', () => {
    const stream = streamOf(500);
    for (let ms = 201; ms <= 300; ms++) stream.delete(id(ms));
    for (let ms = 401; ms <= 500; ms++) stream.delete(id(ms));
    expect(stream.nodeCount).toBe(3);
    expect(stream.range(id(200), id(301)).map((entry) => entry.id.ms)).toEqual([200, 301]);
    expect(stream.topId).toEqual(id(400));
  });

  test('copies itself with its groups and what is pending in them, and shares nothing', () => {
    const stream = streamOf(3);
    const group = new ConsumerGroup(MIN_ID);
    stream.groups.set('g', group);
    group.deliver(id(1), group.seen('c', 5), 5);
    const copy = stream.copy();
    stream.delete(id(2));
    group.acknowledge(id(1));
    expect(idsOf(copy)).toEqual(['1-0', '2-0', '3-0']);
    expect(copy.groups.get('g')?.pending.get(id(1))).toMatchObject({ deliveredMs: 5, consumer: { name: 'c' } });
    expect(copy.lastId).toEqual(id(3));
  });
});

describe('the radix tree of node keys', () => {
  test('has a root alone when it is empty, and shares common bytes', () => {
    expect(radixNodeCount([])).toBe(1);
    expect(radixNodeCount([id(1)])).toBe(2);
    expect(radixNodeCount([id(1), id(2)])).toBe(6);
    expect(radixNodeCount([id(1, 1), id(1, 2)])).toBe(4);
  });
});
