import { loadScenario } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { runJob, type SweepJob } from './sweep-job.ts';
import { serve } from './threads.ts';

/** Scenarios by what the command line calls them: each is loaded once a thread. */
const loaded = new Map<string, Promise<Scenario>>();

function scenarioOf({ scenario }: SweepJob): Scenario | Promise<Scenario> {
  if (typeof scenario !== 'string') return scenario;
  const loading = loaded.get(scenario) ?? loadScenario(scenario);
  loaded.set(scenario, loading);
  return loading;
}

serve(async (job: SweepJob) => runJob(await scenarioOf(job), job));
