import type { Invariant } from '../invariant.ts';
import { boundedQueries } from './bounded-queries.ts';
import { concurrencyLimit } from './concurrency-limit.ts';
import { legalLifecycle } from './legal-lifecycle.ts';
import { noDuplicateExecution } from './no-duplicate-execution.ts';
import { noTaskLost } from './no-task-lost.ts';
import { noTokenLeak } from './no-token-leak.ts';

/** The catalogue of invariants. */
export const INVARIANTS: readonly Invariant[] = [
  noTaskLost,
  noDuplicateExecution,
  concurrencyLimit,
  noTokenLeak,
  legalLifecycle,
  boundedQueries,
];
