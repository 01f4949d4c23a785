import type { History } from './history.ts';
import type { Operation } from './linearizability.ts';
import { type SemaphoreInput, type SemaphoreOutput, withExpiry } from './models/semaphore.ts';

/**
 * What a history tells of its locks, or of its concurrency tokens, as operations on a semaphore. Times in µs.
 *
 * Events tell when an answer came, not when it was asked for: an operation is taken to have been called as long before its answer as
 * a request may last, a release no sooner than its owner knew that it held. One that was not reported may have been under way where
 * a host has crashed. To judge these histories sharply, the engine would have to report each call, and the owner that was refused.
 *
 * Left out: refusals, of which events do not name the owner, and acquisitions whose answer died with a host. So what can be found is
 * too many owners at once, and a release that tells the wrong thing; not an acquisition that was refused for no reason.
 *
 * @param options.ttlUs after which they end by themselves; Infinity where they are renewed, or never do
 * @param options.requestUs the longest that a request lasts, pauses of its host included
 */
export function leaseOperations(
  { events, timesUs }: History,
  of: 'locks' | 'tokens',
  { ttlUs, requestUs }: { readonly ttlUs: number; readonly requestUs: number },
): Operation<SemaphoreInput, SemaphoreOutput>[] {
  const operations: Operation<SemaphoreInput, SemaphoreOutput>[] = [];
  const held = new Map<string, { readonly name: string; readonly owner: string; readonly index: number }>();
  let lastCrash = -1;
  for (const [index, event] of events.entries()) {
    if (event.kind === 'host-crashed') lastCrash = index;
    const lease = leaseOf(event, of);
    if (lease === undefined) continue;
    const { name, owner, answer } = lease;
    const id = JSON.stringify([name, owner]);
    const returnedAt = timesUs[index] as number;
    const since = answer === 'held' ? undefined : held.get(id)?.index;
    const calledAt = Math.max(since === undefined ? 0 : (timesUs[since] as number), returnedAt - requestUs);
    const input = { kind: answer === 'held' ? 'acquire' : 'release', name, owner } as const;
    operations.push({ client: owner, input, output: answer, calledAt, returnedAt });
    if (answer === 'held') held.set(id, { name, owner, index });
    else held.delete(id);
  }
  for (const { name, owner, index } of held.values()) {
    if (index > lastCrash) continue;
    const times = { calledAt: timesUs[index] as number, returnedAt: Number.POSITIVE_INFINITY };
    operations.push({ client: owner, input: { kind: 'release', name, owner }, output: undefined, ...times });
  }
  return withExpiry(operations, ttlUs);
}

interface LeaseEvent {
  readonly name: string;
  readonly owner: string;
  readonly answer: 'held' | 'released' | 'not held';
}

function leaseOf(event: History['events'][number], of: 'locks' | 'tokens'): LeaseEvent | undefined {
  if (of === 'locks') {
    if (event.kind === 'lock-acquired') return { name: event.name, owner: event.owner, answer: 'held' };
    if (event.kind !== 'lock-released') return undefined;
    return { name: event.name, owner: event.owner, answer: event.held ? 'released' : 'not held' };
  }
  if (event.kind === 'token-acquired') return { name: event.type, owner: event.token, answer: 'held' };
  if (event.kind !== 'token-released') return undefined;
  return { name: event.type, owner: event.token, answer: event.held ? 'released' : 'not held' };
}
