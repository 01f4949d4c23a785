import type { FaultKind, Guarantees } from '../engine/claim.ts';
import type { PoolGuarantees } from '../engine/pool.ts';

/** The orders in which no task of a type passes another of its priority. Tasks of one type have one queue in all of them. */
const FIRST_COME: readonly Guarantees['order'][] = [
  'submission order of claims',
  'priority, then submission order of claims',
  'per type, submission order of claims',
  'per type, priority, then submission order of claims',
];

/**
 * The invariants that a design promises, by their ids: those that follow from what its claim strategy and its pool say of
 * themselves. Anything else that it is seen to violate is how it is, and no defect. What a guarantee's `brokenBy` names still breaks
 * it: a judge keeps clear of that, or says so.
 *
 * The orders are of claims, and so are the invariants that judge them: any number of workers may promise them. Strict
 * priorities promise no end to waiting: urgent tasks that keep coming starve the others. Nor does a strategy whose workers wait for
 * a token with a task in hand: among them chance decides.
 */
export function promised(claims: Guarantees, pool: PoolGuarantees): readonly string[] {
  const isByPriority = claims.order.includes('priority');
  const isFirstCome = FIRST_COME.includes(claims.order);
  const isConserving = pool.pickUp === 'at once' && !claims.holdsUpOthers && !claims.bindsWorkers;
  return [
    ...(claims.delivery === 'at-least-once' ? ['no-task-lost'] : []),
    ...(claims.delivery === 'at-most-once' ? ['no-duplicate-execution'] : []),
    ...(claims.limits ? ['concurrency-limit'] : []),
    ...(isFirstCome ? ['fifo-per-type'] : []),
    ...(isFirstCome && isByPriority ? ['priority-order'] : []),
    ...(isFirstCome && !isByPriority && !claims.holdsUpOthers ? ['no-starvation'] : []),
    'no-lost-wakeup',
    ...(isConserving ? ['work-conserving'] : []),
  ];
}

/** Its worker is dead, still, cut off or put off: what it had is done again, and what it gave back has lost its place. */
const HELD_UP: readonly FaultKind[] = [
  'crash',
  'pause',
  'handler-blocks',
  'handler-hangs',
  'delay',
  'partition',
  'reply-lost',
  'error-reply',
  'slow-command',
  'redis-restart',
  'failover',
];

/** Nobody hears from Redis for as long as they last. */
const SILENCE: readonly FaultKind[] = ['delay', 'partition', 'slow-command', 'redis-restart'];

/** From afar a host that stands still is a dead one, and its handlers run on. */
const STANDS_STILL: readonly FaultKind[] = ['pause', 'handler-blocks'];

/**
 * Under which faults an invariant cannot be kept: not by any design that gives what the dead had to others. An order is one of first
 * claims, and stands.
 */
const FALLS_UNDER: Readonly<Record<string, readonly FaultKind[]>> = {
  exclusion: STANDS_STILL,
  'concurrency-limit': STANDS_STILL,
  // A handler that keeps its host's CPU keeps it from all of the host's workers.
  'no-lost-wakeup': [...SILENCE, 'handler-blocks'],
  'no-duplicate-execution': HELD_UP,
  // To connect again takes up to two seconds by itself, and so does the next look where a signal was lost.
  'work-conserving': [...HELD_UP, 'request-lost', 'reset', 'message-lost'],
};

/**
 * Whether an invariant can be asked for where faults of these kinds strike. What cannot be kept, a design that survives them does not
 * break. The one place that knows: searches and arenas ask here.
 */
export function standsUnder(invariant: string, kinds: readonly string[]): boolean {
  return fallsUnder(invariant, kinds).length === 0;
}

/** Under which of these kinds it cannot be asked for. */
export function fallsUnder(invariant: string, kinds: readonly string[]): readonly string[] {
  const falls: readonly string[] = FALLS_UNDER[invariant] ?? [];
  return kinds.filter((kind) => falls.includes(kind));
}

/**
 * What is judged of a run with faults of these kinds. In contract: what the design promises, and what else is asked for, as far as it
 * can be kept. Who promises that nothing runs twice gives what the dead had to nobody: that promise stands. Out of contract: whatever
 * breaks is worth telling, but for idleness, which every fault brings.
 */
export function judgedUnder(
  kinds: readonly string[],
  { promises, asked, isInContract }: { promises: readonly string[]; asked: readonly string[]; isInContract: boolean },
): string[] {
  const stands = (id: string) => {
    if (!isInContract) return id !== 'work-conserving';
    return standsUnder(id, kinds) || (id === 'no-duplicate-execution' && promises.includes(id));
  };
  return [...new Set([...asked, ...promises])].filter(stands);
}
