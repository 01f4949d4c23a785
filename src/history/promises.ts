import type { Guarantees } from '../engine/claim.ts';
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
