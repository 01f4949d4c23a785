import type { PoolContext, PoolDefinition } from '../pool.ts';
import { Crew } from './crew.ts';
import { Dispatcher } from './dispatcher.ts';
import { RECOVER_INTERVAL_MS } from './recovery.ts';

type CoroutineParameters = {
  /** How many tasks run at once, at most. */
  readonly maxCoroutines: number;
  /**
   * How long the feeder rests when there was nothing. The document does not say what feeds its channel; it wants this pool
   * before the events of solution one, so it is a poll, and estimates the same "very low" delay ("< 10 ms") for both.
   */
  readonly intervalMs: number;
  /** How often the feeder takes back what others left, where the strategy can. */
  readonly recoverIntervalMs: number;
};

function feeder(context: PoolContext, { maxCoroutines, intervalMs, recoverIntervalMs }: CoroutineParameters) {
  const members = Array.from({ length: maxCoroutines }, (_, place) => ({
    identity: { id: `${context.process}/coroutine-${place + 1}` },
  }));
  const options = { whenFull: 'drop', sweepMs: intervalMs, recoverIntervalMs } as const;
  const dispatcher = new Dispatcher(context, new Crew(context, members), options);
  dispatcher.sweep();
  return dispatcher;
}

/**
 * Light workers behind a semaphore, far more than tasks may run: a feeder claims as fast as there is work, and each task runs in a
 * coroutine of its own (xqueue-0.0.4, solution four). A coroutine begins when there is none idle, and then waits for more.
 *
 * In the document's code a coroutine takes a task off its channel first and the type's token second, and "skips" a task for which
 * there is none. Here the token is the claim strategy's: `zpopmin-then-token` is that order, and loses what it skips; with a
 * strategy that takes both or neither the task stays in the queue, and the feeder polls until there is room.
 */
export const coroutine: PoolDefinition<CoroutineParameters> = {
  id: 'coroutine',
  source: 'xqueue-0.0.4, solution four',
  summary: 'a feeder claims as fast as there is work; up to 1000 tasks run at once',
  claims: 'at once',
  needsClaimsByType: false,
  needsEvents: false,
  sizesItself: true,
  guarantees: {
    pickUp: 'within an interval',
    brokenBy: [
      'a strategy that takes the task before the token: with this many workers it skips all that the limit does not let in',
      'a claim that fails holds up the whole process while its feeder backs off',
    ],
  },
  defaults: { maxCoroutines: 1000, intervalMs: 10, recoverIntervalMs: RECOVER_INTERVAL_MS },
  create: (context, parameters) => feeder(context, parameters),
};
