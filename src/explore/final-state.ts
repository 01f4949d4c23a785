import type { History } from '../history/history.ts';
import type { Snapshot, Value } from '../simredis/keyspace.ts';
import { MAX_ID, MIN_ID } from '../simredis/types/stream-id.ts';

/**
 * What a run comes to, as text: what is left in Redis, and the course of each task. Runs that differ only by swapping steps that commute
 * come to the same.
 */
export function finalState(data: Snapshot, { events }: History): string {
  const courses = new Map<string, string[]>();
  for (const event of events) {
    if (event.kind !== 'status' && event.kind !== 'started' && event.kind !== 'finished') continue;
    const course = courses.get(event.task) ?? [];
    courses.set(event.task, course);
    course.push(event.kind === 'status' ? `to ${event.to}` : `${event.kind} by ${event.worker}`);
  }
  const keys = data.map(({ key, value, deadlineMs }) => [key, contentOf(value), deadlineMs]);
  return JSON.stringify({ keys: sorted(keys), courses: sorted([...courses]) });
}

/** Unordered types in the order of bytes. */
function contentOf(value: Value): unknown {
  if (typeof value === 'string') return value;
  switch (value.type) {
    case 'hash':
      return sorted([...value.fields]);
    case 'set':
      return [...value.members].sort();
    case 'list':
      return Array.from({ length: value.length }, (_, index) => value.at(index));
    case 'zset': {
      const members: [string, number][] = [];
      value.forEach((member, score) => {
        members.push([member, score]);
      });
      return members;
    }
    case 'stream': {
      const groups = [...value.groups].map(([name, group]) => {
        const pending: unknown[] = [];
        group.pending.scan(MIN_ID, (entry) => pending.push([entry.id, entry.consumer.name]) > 0);
        return [name, group.lastId, pending];
      });
      return [value.range(MIN_ID, MAX_ID), groups];
    }
  }
}

function sorted<T extends readonly unknown[]>(entries: readonly T[]): readonly T[] {
  return [...entries].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
