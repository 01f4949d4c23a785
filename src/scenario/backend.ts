import type { LogClient } from '../engine/log-client.ts';
import type { Clock, Observer, Random, RedisClient } from '../engine/ports.ts';
import type { SqlClient } from '../engine/wakeups/sql-client.ts';
import type { WorldEvent } from '../history/history.ts';
import type { RollingHash } from '../simulation/rolling-hash.ts';
import type { Answer } from './answers.ts';
import type { Profile, Variation } from './fate.ts';
import type { Fault } from './fault.ts';
import { openMockBackend } from './mock-backend.ts';
import { openRedisBackend } from './redis-backend.ts';
import type { Environment } from './scenario.ts';
import { SIM_BACKEND } from './sim-backend.ts';

export type BackendName = 'sim' | 'mock' | 'redis';
export const BACKEND_NAMES: readonly BackendName[] = ['sim', 'mock', 'redis'];

/** What one machine of the run has: Redis and a database through connections of its own, its clock, its randomness. */
export interface Machine {
  readonly redis: RedisClient;
  /** PostgreSQL: simulated, or PGlite in real time. It is there from the first statement on. */
  readonly sql: SqlClient;
  readonly clock: Clock;
  readonly random: Random;
  /** A partitioned log; only the simulation has one. */
  readonly log?: LogClient;
  /** Waits for something from outside the machine: one that has crashed never hears of it. */
  told<T>(news: Promise<T>): Promise<T>;
  /** The observer, for what this machine reports: one that has crashed reports nothing. Undefined where the observer is that already. */
  readonly reporting?: (observe: Observer) => Observer;
  /** Keeps the machine's CPU for so long; only the simulation can. */
  compute?(ms: number): void;
}

/** The world that one run lives in. */
export interface World {
  /** Every key of the run begins with it. */
  readonly keyPrefix: string;
  /** 1 documented second lasts so many seconds of this world's clocks. */
  readonly timeScale: number;
  /** The fingerprint of the run; undefined in real time. */
  readonly hash: RollingHash | undefined;
  /** Aborted when the world ends before its time: nobody should go on. */
  readonly ended: AbortSignal;
  /** True time since the start, in µs of this world. */
  nowUs(): number;
  /** Runs code on a machine of its own. What it throws ends the run. */
  machine(
    name: string,
    main: (machine: Machine) => Promise<void>,
    clock?: { offsetMs?: number; driftPpm?: number },
  ): void;
  /** What goes wrong in it; nothing in real time. */
  readonly faults: readonly Fault[];
  /** Ends the run at once, as it stands; only the simulation can. */
  stop?(): void;
  /** Told of every fault that strikes. */
  onEvent: (event: WorldEvent) => void;
}

/** What the world measured of itself; null where it cannot. */
export interface WorldMeasures {
  readonly redisCommands: number | null;
  readonly redisUtilisation: number | null;
  /** That the database carried out; undefined where nobody asked it. */
  readonly sqlStatements?: number;
  /** Where it was asked for. */
  readonly profile?: Profile;
  readonly answers?: readonly Answer[];
}

/** Where scenarios run. */
export interface Backend {
  readonly name: BackendName;
  readonly timeScale: number;
  /**
   * Builds a world, lets `set` put machines into it, and runs it until all of them have ended.
   * @param variation simulation only
   * @throws what a machine threw; MissingCommandError where the backend lacks a command; UsageError where Redis is gone
   */
  run(
    seed: number,
    environment: Environment,
    set: (world: World) => void,
    variation?: Variation,
  ): Promise<WorldMeasures>;
  /** Leaves nothing behind: no keys, no connections, no process. Idempotent. */
  close(): Promise<void>;
}

/**
 * @param options.url for `redis`: the server; without it a private one is started
 * @param options.timeScale for `mock` and `redis`: how long a documented second lasts, in seconds
 * @throws UsageError for a Redis that cannot be reached, is too old, or is not installed
 */
export async function openBackend(options: {
  readonly name: BackendName;
  readonly url?: string;
  readonly timeScale?: number;
}): Promise<Backend> {
  switch (options.name) {
    case 'sim':
      return SIM_BACKEND;
    case 'mock':
      return openMockBackend(options.timeScale ?? 0.01);
    case 'redis':
      return openRedisBackend(options.url, options.timeScale ?? 1);
  }
}
