import type { Invariant } from '../invariant.ts';
import { boundedQueries } from './bounded-queries.ts';
import { boundedQueue } from './bounded-queue.ts';
import { cancellationReaches } from './cancellation-reaches.ts';
import { concurrencyLimit } from './concurrency-limit.ts';
import { conservation } from './conservation.ts';
import { exclusion } from './exclusion.ts';
import { fifoPerType } from './fifo-per-type.ts';
import { gracefulShutdown } from './graceful-shutdown.ts';
import { legalLifecycle } from './legal-lifecycle.ts';
import { noBusyLoop } from './no-busy-loop.ts';
import { noDuplicateExecution } from './no-duplicate-execution.ts';
import { noDuplicateJob } from './no-duplicate-job.ts';
import { noLostWakeup } from './no-lost-wakeup.ts';
import { noStarvation } from './no-starvation.ts';
import { noTaskLost } from './no-task-lost.ts';
import { noTokenLeak } from './no-token-leak.ts';
import { postsAnswered } from './posts-answered.ts';
import { priorityOrder } from './priority-order.ts';
import { sequenced } from './sequenced.ts';
import { timerAccuracy } from './timer-accuracy.ts';
import { workConserving } from './work-conserving.ts';

/** The catalogue of invariants. */
export const INVARIANTS: readonly Invariant[] = [
  noTaskLost,
  noDuplicateExecution,
  concurrencyLimit,
  noTokenLeak,
  legalLifecycle,
  boundedQueries,
  exclusion,
  conservation,
  fifoPerType,
  priorityOrder,
  noStarvation,
  noLostWakeup,
  workConserving,
  noBusyLoop,
  sequenced,
  boundedQueue,
  gracefulShutdown,
  noDuplicateJob,
  cancellationReaches,
  timerAccuracy,
  postsAnswered,
];
