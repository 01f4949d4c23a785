import { CLAIMS } from '../engine/claims/index.ts';
import { POOLS } from '../engine/pools/index.ts';
import { misfit } from '../scenario/design.ts';
import type { RunResult } from '../scenario/result.ts';
import { designFrom, trial } from '../scenario/trial.ts';
import type { NamedWorkload } from '../scenario/workloads.ts';
import { sweep } from './sweep.ts';

/** One cell: a run of a claim strategy with a pool, or why they make no sense together. */
export type GridCell = { readonly run: RunResult } | { readonly misfit: string };

/** Claim strategies × pools on one workload and one seed: every cell has the same arrivals and handler durations. */
export interface DesignGrid {
  readonly workload: NamedWorkload;
  readonly seed: number;
  readonly workers: number;
  readonly processes: number;
  readonly rows: readonly {
    readonly claims: string;
    /** In the order of the pools of the catalogue. */
    readonly cells: readonly { readonly pool: string; readonly cell: GridCell }[];
  }[];
}

/** @param options.workers of the pools that do not size themselves, over all processes */
export async function designGrid(
  workload: NamedWorkload,
  options: { readonly seed: number; readonly workers: number; readonly processes: number; readonly threads: number },
): Promise<DesignGrid> {
  const { seed, workers, processes, threads } = options;
  const pairs = CLAIMS.flatMap((claims) =>
    POOLS.map((pool) => ({ claims: claims.id, pool: pool.id, reason: misfit(claims, pool) })),
  );
  const fitting = pairs.filter(({ reason }) => reason === undefined);
  const jobs = fitting.map((pair) => ({
    scenario: trial(workload, [designFrom({ ...pair, workers })], processes),
    seed,
  }));
  const results = await sweep(jobs, { threads });
  const runs = new Map(fitting.map((pair, index) => [pair, results[index]?.runs[0] as RunResult]));
  const cells = pairs.map((pair) => ({
    ...pair,
    cell: pair.reason === undefined ? { run: runs.get(pair) as RunResult } : { misfit: pair.reason },
  }));
  return {
    workload,
    seed,
    workers,
    processes,
    rows: CLAIMS.map(({ id }) => ({
      claims: id,
      cells: cells.filter(({ claims }) => claims === id).map(({ pool, cell }) => ({ pool, cell })),
    })),
  };
}
