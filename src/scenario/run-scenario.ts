import { measure } from '../metrics/measure.ts';
import { MissingCommandError } from '../runtime/mock-redis.ts';
import type { Backend, World } from './backend.ts';
import { designId } from './design.ts';
import { judgeExpectations, judgeInvariants } from './judge.ts';
import { setQueueRun } from './queue-run.ts';
import { Recorder } from './recorder.ts';
import type { RunResult, ScenarioResult, SkippedRun } from './result.ts';
import type { QueueDesign, QueueScenario, Scenario, WakeupDesign, WakeupScenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';
import { setWakeupRun } from './wakeup-run.ts';

/** The one worker that a wake-up policy has per type. */
const WAKEUP_WORKERS = 1;

/**
 * Runs every design of a scenario on one seed, one after the other, and judges what was seen.
 * @param options.design only this one
 * @throws UsageError for a design that the scenario does not have, or a Redis that went away
 */
export async function runScenario(
  scenario: Scenario,
  options: { readonly seed: number; readonly backend: Backend; readonly design?: string },
): Promise<ScenarioResult> {
  const { seed, backend, design: only } = options;
  const designs: readonly (QueueDesign | WakeupDesign)[] = scenario.designs;
  const chosen = designs.filter((design) => only === undefined || designId(design) === only);
  if (chosen.length === 0) {
    throw new UsageError(`${scenario.id} has no design '${only}'; it has: ${designs.map(designId).join(', ')}`);
  }
  const runs: RunResult[] = [];
  const skipped: SkippedRun[] = [];
  for (const design of chosen) {
    try {
      runs.push(await runDesign(scenario, design, seed, backend));
    } catch (error) {
      if (!(error instanceof MissingCommandError)) throw error;
      skipped.push({ design: designId(design), reason: error.message });
    }
  }
  return {
    scenario: scenario.id,
    title: scenario.title,
    source: scenario.source,
    story: scenario.story,
    seed,
    backend: backend.name,
    timeScale: backend.timeScale,
    runs,
    skipped,
    expectations: judgeExpectations(scenario, runs, backend.timeScale),
  };
}

async function runDesign(
  scenario: Scenario,
  design: QueueDesign | WakeupDesign,
  seed: number,
  backend: Backend,
): Promise<RunResult> {
  let recorder: Recorder | undefined;
  let hash: World['hash'];
  const measures = await backend.run(seed, scenario.environment ?? {}, (world) => {
    recorder = new Recorder(world);
    hash = world.hash;
    if ('wakeup' in design) setWakeupRun(world, scenario as WakeupScenario, design, recorder.observe);
    else setQueueRun(world, scenario as QueueScenario, design, seed, recorder.observe);
  });
  const { history } = recorder as Recorder;
  return {
    design: designId(design),
    metrics: measure(history, { workers: 'wakeup' in design ? WAKEUP_WORKERS : design.workers, ...measures }),
    invariants: judgeInvariants(scenario.invariants, history),
    historyHash: hash?.digest() ?? null,
    history,
  };
}
