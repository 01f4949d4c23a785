import { parentPort } from 'node:worker_threads';
import { loadScenario } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { runJob, type SweepAnswer, type SweepJob } from './sweep-job.ts';

/** Scenarios by what the command line calls them: each is loaded once a thread. */
const loaded = new Map<string, Promise<Scenario>>();

parentPort?.on('message', async (job: SweepJob & { readonly index: number }) => {
  const answer = await answerTo(job);
  parentPort?.postMessage({ index: job.index, ...answer });
});

function scenarioOf({ scenario }: SweepJob): Scenario | Promise<Scenario> {
  if (typeof scenario !== 'string') return scenario;
  const loading = loaded.get(scenario) ?? loadScenario(scenario);
  loaded.set(scenario, loading);
  return loading;
}

async function answerTo(job: SweepJob): Promise<SweepAnswer> {
  try {
    return { result: await runJob(await scenarioOf(job), job) };
  } catch (error) {
    // A class does not survive the way between threads.
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { error: { message, stack, isUsage: error instanceof UsageError } };
  }
}
