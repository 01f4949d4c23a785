import type { PoolDefinition } from '../pool.ts';
import { blocking } from './blocking.ts';
import { polling } from './polling.ts';

/** The catalogue of worker pools, in the order of the documents. */
export const POOLS: readonly PoolDefinition[] = [polling, blocking] as readonly unknown[] as readonly PoolDefinition[];
