import type { PoolDefinition } from '../pool.ts';
import { adaptive } from './adaptive.ts';
import { blocking } from './blocking.ts';
import { coroutine } from './coroutine.ts';
import { eventDriven } from './event-driven.ts';
import { hybrid } from './hybrid.ts';
import { polling } from './polling.ts';
import { typed } from './typed.ts';

/** The catalogue of worker pools, in the order of the documents. */
export const POOLS: readonly PoolDefinition[] = [
  polling,
  blocking,
  eventDriven,
  typed,
  adaptive,
  coroutine,
  hybrid,
] as readonly unknown[] as readonly PoolDefinition[];
