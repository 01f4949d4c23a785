import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { loadScenario } from '../scenario/load.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { runJob, type SweepAnswer, type SweepJob } from './sweep-job.ts';

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
  const answers: SweepAnswer[] = new Array(jobs.length);
  const needsTypeScript = jobs.some(({ scenario }) => typeof scenario === 'string' && /\.[cm]?ts$/.test(scenario));
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(entry(), { workerData: { needsTypeScript } });
      const handOut = () => {
        if (next < jobs.length) worker.postMessage({ ...(jobs[next] as SweepJob), index: next++ });
        else worker.terminate().then(() => resolve(), reject);
      };
      worker.on('message', ({ index, ...answer }: SweepAnswer & { readonly index: number }) => {
        answers[index] = answer;
        onDone();
        // An error ends the sweep, but not before the jobs that stand before it have answered.
        if ('error' in answer) next = jobs.length;
        handOut();
      });
      worker.once('error', reject);
      handOut();
    });
  await Promise.all(Array.from({ length: threads }, work));
  return answers.filter((answer) => answer !== undefined).map(resultOf);
}

function resultOf(answer: SweepAnswer): ScenarioResult {
  if ('result' in answer) return answer.result;
  const { message, stack, isUsage } = answer.error;
  const error = isUsage ? new UsageError(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  throw error;
}

/** The launcher of threads stands in the package's bin: two folders up from the sources, three from the build. */
function entry(): URL {
  const [near, far] = ['../../bin/worker.js', '../../../bin/worker.js'].map((path) => new URL(path, import.meta.url));
  return existsSync(near as URL) ? (near as URL) : (far as URL);
}
