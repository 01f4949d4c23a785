import type { History } from '../history/history.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { SIM_BACKEND } from '../scenario/sim-backend.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { inSeries } from './series.ts';

/** One scenario on one seed, in the simulation. */
export interface SweepJob {
  /** Its id, or the path of its file; or the scenario itself, where it is data only (no expectations). */
  readonly scenario: string | Scenario;
  readonly seed: number;
  /** Only this design. */
  readonly design?: string | undefined;
}

const NO_HISTORY: History = { events: [], timesUs: [] };

/** The result without its histories: what a report needs, and little enough to keep for every seed. */
export function withoutHistories(result: ScenarioResult): ScenarioResult {
  return { ...result, runs: result.runs.map((run) => ({ ...run, history: NO_HISTORY })) };
}

/** @throws what the run throws */
export async function runJob(scenario: Scenario, job: SweepJob): Promise<ScenarioResult> {
  try {
    return await inSeries(() => runOnce(scenario, job));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // A run is a pure function of its job: the same error again, and this time it knows where it comes from.
    await runOnce(scenario, job);
    throw error;
  }
}

async function runOnce(scenario: Scenario, { seed, design }: SweepJob): Promise<ScenarioResult> {
  const options = { seed, backend: SIM_BACKEND, ...(design !== undefined && { design }) };
  return withoutHistories(await runScenario(scenario, options));
}
