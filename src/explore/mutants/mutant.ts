import type { ClaimDefinition, FaultKind, Parameters } from '../../engine/claim.ts';
import type { QueueWorkload } from '../../scenario/scenario.ts';

/** A classic bug of task queues, to be planted into a sound design: exploration must find it. Never in production code. */
export interface Mutant {
  /** Unique, and the id of the planted claim strategy. */
  readonly id: string;
  /** The sound design, by the id of its claim strategy. */
  readonly of: string;
  /** The bug, in a line, and where it is known from. */
  readonly summary: string;
  /** @throws MismatchError where the design is not what it was when the mutant was written */
  plant(definition: ClaimDefinition): ClaimDefinition;
  /** The invariants that may show it, by their ids; none where nothing can. */
  readonly shows: readonly string[];
  /** The kinds of faults that it takes; none: the schedule alone. */
  readonly needs: readonly FaultKind[];
  /** Of the claim strategy, instead of the arena's: some bugs hide behind short waits. */
  readonly parameters?: Parameters;
  /** How often the pool recovers, instead of the arena's: some bugs take a look at the right moment. */
  readonly recoverIntervalMs?: number;
  /** Instead of the arena's. */
  readonly workload?: QueueWorkload;
  /** The client changes its mind: it withdraws each task some time after its submission. */
  readonly cancels?: boolean;
  /** It changes nothing that anybody could see: whoever finds it is wrong. */
  readonly isCanary?: boolean;
  /** Why, as far as is known, no search finds it: what covers it up, or what is missing. What is found all the same disproves it. */
  readonly unseen?: string;
}

/** What a mutant was to change is not there. */
export class MismatchError extends Error {
  readonly code = 'MUTANT_MISMATCH';
  constructor(text: string, count: number) {
    super(`a mutant changes ${JSON.stringify(text)}, which stands there ${count} times and not once: write it anew`);
  }
}
