import { UsageError } from '../../scenario/usage-error.ts';
import { LEASE_MUTANTS } from './leases.ts';
import { LIST_MUTANTS } from './lists.ts';
import type { Mutant } from './mutant.ts';
import { QUEUE_MUTANTS } from './queue.ts';
import { STREAM_MUTANTS } from './streams.ts';

/** The planted bugs, by the design that they are planted into. */
export const MUTANTS: readonly Mutant[] = [...LEASE_MUTANTS, ...QUEUE_MUTANTS, ...STREAM_MUTANTS, ...LIST_MUTANTS];

/** @throws UsageError */
export function mutantNamed(id: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.id === id);
  if (found !== undefined) return found;
  throw new UsageError(`there is no mutant '${id}'; there are: ${MUTANTS.map((mutant) => mutant.id).join(', ')}`);
}
