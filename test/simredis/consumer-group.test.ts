import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Consumer, ConsumerGroup } from '../../src/simredis/types/consumer-group.ts';
import { PendingEntry, PendingList } from '../../src/simredis/types/pending-list.ts';
import { compareIds, formatId, MIN_ID, type StreamId } from '../../src/simredis/types/stream-id.ts';

const NAMES = ['a', 'b', 'c'];
const anyId = fc.tuple(fc.nat(200), fc.nat(1)).map(([ms, seq]) => ({ ms, seq }));

function idsFrom(list: PendingList, start: StreamId = MIN_ID): string[] {
  const ids: string[] = [];
  list.scan(start, (entry) => ids.push(formatId(entry.id)) > 0);
  return ids;
}

describe('a pending list', () => {
  test('is a sorted list of distinct ids, whatever is added and removed', () => {
    const step = fc.record({ add: fc.boolean(), id: fc.tuple(fc.nat(900), fc.nat(1)) });
    const consumer = new ConsumerGroup(MIN_ID).seen('c', 0);
    fc.assert(
      fc.property(fc.nat(700), fc.array(step, { maxLength: 900 }), anyId, (inOrder, steps, start) => {
        const list = new PendingList();
        const naive = new Map<string, StreamId>();
        const add = (id: StreamId) => {
          naive.set(formatId(id), id);
          list.add(new PendingEntry(id, consumer, 0));
        };
        for (let ms = 0; ms < inOrder; ms++) add({ ms, seq: 0 });
        for (const each of steps) {
          const id = { ms: each.id[0], seq: each.id[1] };
          const known = naive.has(formatId(id));
          expect(list.get(id) !== undefined).toBe(known);
          if (!each.add) expect(list.remove(id) !== undefined).toBe(naive.delete(formatId(id)));
          else if (!known) add(id);
        }
        const sorted = [...naive.values()].sort(compareIds);
        expect(list.size).toBe(sorted.length);
        expect(list.first?.id).toEqual(sorted[0]);
        expect(list.last?.id).toEqual(sorted.at(-1));
        expect(idsFrom(list)).toEqual(sorted.map(formatId));
        expect(idsFrom(list, start)).toEqual(sorted.filter((id) => compareIds(id, start) >= 0).map(formatId));
      }),
      { seed: 9 },
    );
  });

  test('refuses an id that it holds', () => {
    const list = new PendingList();
    const consumer = new ConsumerGroup(MIN_ID).seen('c', 0);
    list.add(new PendingEntry({ ms: 1, seq: 0 }, consumer, 0));
    expect(() => list.add(new PendingEntry({ ms: 1, seq: 0 }, consumer, 0))).toThrow('pending already');
  });
});

describe('a consumer group', () => {
  test('has every pending entry with exactly one consumer, whoever gets, claims and acknowledges', () => {
    const step = fc.record({
      act: fc.constantFrom('deliver', 'deliver', 'assign', 'acknowledge', 'deleteConsumer'),
      id: anyId,
      name: fc.constantFrom(...NAMES),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const group = new ConsumerGroup(MIN_ID);
        const holders = new Map<string, string>();
        for (const { act, id, name } of steps) {
          const text = formatId(id);
          const entry = group.pending.get(id);
          if (act === 'deliver') {
            group.deliver(id, group.seen(name, 0), 0);
            holders.set(text, name);
          } else if (act === 'assign' && entry) {
            group.assign(entry, group.seen(name, 0));
            holders.set(text, name);
          } else if (act === 'acknowledge') {
            expect(group.acknowledge(id)).toBe(holders.delete(text));
          } else if (act === 'deleteConsumer') {
            const held = [...holders].filter(([, holder]) => holder === name);
            expect(group.deleteConsumer(name)).toBe(held.length);
            for (const [id] of held) holders.delete(id);
          }
        }
        const sorted = [...holders.keys()].sort((a, b) => compareIds(idOf(a), idOf(b)));
        expect(idsFrom(group.pending)).toEqual(sorted);
        for (const consumer of group.consumers()) {
          const own = sorted.filter((id) => holders.get(id) === consumer.name);
          expect(idsFrom(consumer.pending)).toEqual(own);
        }
      }),
      { seed: 13 },
    );
  });

  test('counts a delivery anew when an entry is delivered again', () => {
    const group = new ConsumerGroup(MIN_ID);
    group.deliver({ ms: 1, seq: 0 }, group.seen('a', 0), 0);
    const entry = group.pending.first as PendingEntry;
    entry.deliveries = 4;
    group.deliver({ ms: 1, seq: 0 }, group.seen('b', 9), 9);
    expect(entry).toMatchObject({ deliveries: 1, deliveredMs: 9, consumer: { name: 'b' } });
  });

  test('lists its consumers in the order of bytes', () => {
    const group = new ConsumerGroup(MIN_ID);
    for (const name of ['b', 'a', 'B', 'aa']) group.seen(name, 0);
    expect(group.consumers().map((consumer: Consumer) => consumer.name)).toEqual(['B', 'a', 'aa', 'b']);
  });
});

function idOf(text: string): StreamId {
  const [ms, seq] = text.split('-').map(Number) as [number, number];
  return { ms, seq };
}
