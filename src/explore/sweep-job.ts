import type { History } from '../history/history.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { SIM_BACKEND } from '../scenario/sim-backend.ts';

/** One scenario on one seed, in the simulation. */
export interface SweepJob {
  /** Its id, or the path of its file; or the scenario itself, where it is data only (no expectations). */
  readonly scenario: string | Scenario;
  readonly seed: number;
  /** Only this design. */
  readonly design?: string | undefined;
}

/** What a thread answers to a job. */
export type SweepAnswer =
  | { readonly result: ScenarioResult }
  | { readonly error: { readonly message: string; readonly stack: string | undefined; readonly isUsage: boolean } };

const NO_HISTORY: History = { events: [], timesUs: [] };

/** The result without its histories: what a report needs, and little enough to keep for every seed. */
export function withoutHistories(result: ScenarioResult): ScenarioResult {
  return { ...result, runs: result.runs.map((run) => ({ ...run, history: NO_HISTORY })) };
}

export async function runJob(scenario: Scenario, { seed, design }: SweepJob): Promise<ScenarioResult> {
  const options = { seed, backend: SIM_BACKEND, ...(design !== undefined && { design }) };
  return withoutHistories(await runScenario(scenario, options));
}
