import { loadScenario } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Batch, runBatch } from './batch.ts';
import { explorable } from './run-spec.ts';
import { serve } from './threads.ts';

/** A batch, and the scenario: its name, or itself where it is data only. */
export interface ExploreJob {
  readonly scenario: string | Scenario;
  readonly batch: Batch;
}

/** Each is loaded once a thread, by what the search calls it. */
const loaded = new Map<string, Promise<Scenario>>();

function scenarioOf({ scenario, batch }: ExploreJob): Promise<Scenario> {
  const loading =
    loaded.get(batch.argument) ?? (typeof scenario === 'string' ? loadScenario(scenario) : Promise.resolve(scenario));
  loaded.set(batch.argument, loading);
  return loading;
}

serve(async (job: ExploreJob) => runBatch(explorable(await scenarioOf(job)), job.batch));
