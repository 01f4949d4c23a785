import type { ClaimDefinition } from '../engine/claim.ts';
import { CLAIMS } from '../engine/claims/index.ts';
import type { PoolDefinition } from '../engine/pool.ts';
import { POOLS } from '../engine/pools/index.ts';
import { RUNNERS } from '../engine/runners/index.ts';
import type { RunnerDefinition } from '../engine/runners/runner.ts';
import { WAKEUPS } from '../engine/wakeups/index.ts';
import type { WakeupPolicy } from '../engine/wakeups/wakeup-policy.ts';
import type { Design } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/** Claim strategies beside the catalogue, by id. */
const registered = new Map<string, ClaimDefinition>();

/**
 * Makes a claim strategy known in this thread, as if it were in the catalogue; another of its id is replaced.
 * @returns makes it unknown again
 */
export function registerClaims(definition: ClaimDefinition): () => void {
  const before = registered.get(definition.id);
  registered.set(definition.id, definition);
  return () => {
    if (before === undefined) registered.delete(definition.id);
    else registered.set(definition.id, before);
  };
}

/** @throws UsageError */
export function claimStrategy(id: string): ClaimDefinition {
  return registered.get(id) ?? find('claim strategy', CLAIMS, id);
}

/** @throws UsageError */
export function workerPool(id: string): PoolDefinition {
  return find('worker pool', POOLS, id);
}

/** @throws UsageError */
export function wakeupPolicy(id: string): WakeupPolicy {
  return find('wake-up policy', WAKEUPS, id);
}

/** @throws UsageError */
export function runner(id: string): RunnerDefinition {
  return find('runner', RUNNERS, id);
}

/** How tables and expectations name a design. */
export function designId(design: Design): string {
  if (design.id !== undefined) return design.id;
  if ('runner' in design) return design.runner;
  return 'wakeup' in design ? design.wakeup : design.claims;
}

/** @throws UsageError for a claim strategy and a pool that make no sense together, with the reason */
export function assertPair(claims: ClaimDefinition, pool: PoolDefinition): void {
  const reason = misfit(claims, pool);
  if (reason !== undefined) throw new UsageError(`${claims.id} × ${pool.id} makes no sense: ${reason}`);
}

/** Why a claim strategy and a pool make no sense together, said of the pool; undefined where they do. */
export function misfit({ guarantees }: ClaimDefinition, pool: PoolDefinition): string | undefined {
  const { blocks, claimsByType, bindsWorkers } = guarantees;
  if (pool.claims === 'blocking' && !blocks) {
    return 'its workers park in a claim that waits, and this strategy answers at once: they would spin; use polling or event-driven';
  }
  if (pool.claims === 'at once' && blocks) {
    return 'it asks when there is news, and this strategy waits for news by itself: whoever asks would be held up; use blocking';
  }
  if (pool.needsClaimsByType && !claimsByType) {
    return 'its workers take one type each, and this strategy cannot be asked for one; use type-queue or token-first';
  }
  if (pool.sizesItself && bindsWorkers) {
    return 'its workers come and go, and this strategy binds tasks to workers by number; use polling or blocking';
  }
  return undefined;
}

function find<T extends { readonly id: string }>(kind: string, all: readonly T[], id: string): T {
  const found = all.find((entry) => entry.id === id);
  if (found) return found;
  throw new UsageError(`there is no ${kind} '${id}'; there are: ${all.map((entry) => entry.id).join(', ')}`);
}
