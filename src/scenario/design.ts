import type { ClaimDefinition } from '../engine/claim.ts';
import { CLAIMS } from '../engine/claims/index.ts';
import type { PoolDefinition } from '../engine/pool.ts';
import { POOLS } from '../engine/pools/index.ts';
import { WAKEUPS } from '../engine/wakeups/index.ts';
import type { WakeupPolicy } from '../engine/wakeups/wakeup-policy.ts';
import type { QueueDesign, WakeupDesign } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError */
export function claimStrategy(id: string): ClaimDefinition {
  return find('claim strategy', CLAIMS, id);
}

/** @throws UsageError */
export function workerPool(id: string): PoolDefinition {
  return find('worker pool', POOLS, id);
}

/** @throws UsageError */
export function wakeupPolicy(id: string): WakeupPolicy {
  return find('wake-up policy', WAKEUPS, id);
}

/** How tables and expectations name a design. */
export function designId(design: QueueDesign | WakeupDesign): string {
  return design.id ?? ('wakeup' in design ? design.wakeup : design.claims);
}

/** @throws UsageError for a claim strategy and a pool that make no sense together, with the reason */
export function assertPair(claims: ClaimDefinition, pool: PoolDefinition): void {
  if (pool.needsBlockingClaims && !claims.guarantees.blocks) {
    throw new UsageError(
      `${claims.id} × ${pool.id} makes no sense: ${pool.id} workers park in a claim that waits, and ${claims.id} answers at ` +
        'once, so they would spin; use polling',
    );
  }
}

function find<T extends { readonly id: string }>(kind: string, all: readonly T[], id: string): T {
  const found = all.find((entry) => entry.id === id);
  if (found) return found;
  throw new UsageError(`there is no ${kind} '${id}'; there are: ${all.map((entry) => entry.id).join(', ')}`);
}
