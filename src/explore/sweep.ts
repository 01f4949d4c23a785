import { loadScenario } from '../scenario/load.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { runJob, type SweepJob } from './sweep-job.ts';
import { inThreads } from './threads.ts';

/** Fewer jobs than this are done before another thread has started. */
const JOBS_WORTH_A_THREAD = 40;

/** How many seeds a scenario is judged over that does not say. */
const SEEDS_DEFAULT = 5;

export function seedsOf({ seeds }: Scenario): number {
  return seeds ?? SEEDS_DEFAULT;
}

/**
 * Runs scenarios in the simulation, one simulation a thread at a time. The results stand in the order of the jobs, whatever the
 * number of threads and whoever was faster.
 *
 * @param options.threads at most so many; this one where the jobs are few
 * @param options.onDone told after each job how many are done
 * @throws what a job threw: the first of them, in the order of the jobs
 */
export async function sweep(
  jobs: readonly SweepJob[],
  options: { readonly threads: number; readonly onDone?: (done: number) => void },
): Promise<ScenarioResult[]> {
  const threads = Math.min(options.threads, Math.floor(jobs.length / JOBS_WORTH_A_THREAD));
  let done = 0;
  const onDone = () => options.onDone?.(++done);
  return threads < 2 ? sweepHere(jobs, onDone) : sweepInThreads(jobs, threads, onDone);
}

async function sweepHere(jobs: readonly SweepJob[], onDone: () => void): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const job of jobs) {
    const { scenario } = job;
    results.push(await runJob(typeof scenario === 'string' ? await loadScenario(scenario) : scenario, job));
    onDone();
  }
  return results;
}

async function sweepInThreads(
  jobs: readonly SweepJob[],
  threads: number,
  onDone: () => void,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = new Array(jobs.length);
  let next = 0;
  await inThreads<SweepJob, ScenarioResult>({
    threads,
    module: 'explore/sweep-worker',
    needsTypeScript: jobs.some(({ scenario }) => typeof scenario === 'string' && /\.[cm]?ts$/.test(scenario)),
    next: () => jobs[next++],
    onResult: (index, result) => {
      results[index] = result;
      onDone();
    },
  });
  return results;
}
