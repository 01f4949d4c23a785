import { InvalidValueError } from '../engine/errors.ts';
import type { History } from '../history/history.ts';
import { measure } from '../metrics/measure.ts';
import { MissingDatabaseError } from '../runtime/embedded-postgres.ts';
import { MissingCommandError } from '../runtime/mock-redis.ts';
import type { Backend, World, WorldMeasures } from './backend.ts';
import { claimStrategy, designId } from './design.ts';
import type { Variation } from './fate.ts';
import { judgeExpectations, judgeInvariants } from './judge.ts';
import { setQueueRun } from './queue-run.ts';
import { Recorder } from './recorder.ts';
import type { RunResult, ScenarioResult, SkippedRun } from './result.ts';
import { runnerThreads, setRunnerRun } from './runner-run.ts';
import type { Design, QueueScenario, RunnerScenario, Scenario, WakeupScenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';
import { setWakeupRun, wakeupWorkers } from './wakeup-run.ts';

/**
 * Runs every design of a scenario on one seed, one after the other, and judges what was seen.
 * @param options.design only this one
 * @throws UsageError for a design that the scenario does not have or that refuses its parameters, or a Redis that went away
 */
export async function runScenario(
  scenario: Scenario,
  options: { readonly seed: number; readonly backend: Backend; readonly design?: string },
): Promise<ScenarioResult> {
  const { seed, backend, design: only } = options;
  const designs: readonly Design[] = scenario.designs;
  const chosen = designs.filter((design) => only === undefined || designId(design) === only);
  if (chosen.length === 0) {
    throw new UsageError(`${scenario.id} has no design '${only}'; it has: ${designs.map(designId).join(', ')}`);
  }
  const runs: RunResult[] = [];
  const skipped: SkippedRun[] = [];
  for (const design of chosen) {
    const reason = whyNot(scenario, design, backend);
    if (reason !== undefined) {
      skipped.push({ design: designId(design), reason });
      continue;
    }
    try {
      runs.push(await runDesign(scenario, design, seed, backend));
    } catch (error) {
      const reason = whyBroken(error, backend);
      if (reason === undefined) throw placed(error, `${scenario.id}, ${designId(design)}, seed ${seed}`);
      skipped.push({ design: designId(design), reason });
    }
  }
  return {
    scenario: scenario.id,
    title: scenario.title,
    source: scenario.source,
    story: scenario.story,
    mechanism: scenario.mechanism,
    seed,
    backend: backend.name,
    timeScale: backend.timeScale,
    runs,
    skipped,
    expectations: judgeExpectations(scenario, runs, backend),
  };
}

/** Why a backend cannot run a design at all; undefined where it can. */
function whyNot(scenario: Scenario, design: Design, { name }: Backend): string | undefined {
  if (name === 'sim') return undefined;
  if ((scenario.environment?.faults ?? []).length > 0) return 'its faults need the simulation';
  if ('claims' in design && claimStrategy(design.claims).needs === 'log') {
    return 'it needs a partitioned log, which here only the simulation has';
  }
  if ('schedules' in scenario.workload) return 'its schedules are the simulation’s to choose';
  return undefined;
}

/** Why a run that broke off is the backend's limit and no mistake; undefined where it is one. */
function whyBroken(error: unknown, { timeScale }: Backend): string | undefined {
  if (error instanceof MissingCommandError || error instanceof MissingDatabaseError) return error.message;
  // The scenario's own durations may be sound, and too short for the design once they are scaled.
  if (error instanceof InvalidValueError && timeScale !== 1) return `at --time-scale ${timeScale}, ${error.message}`;
  return undefined;
}

/** The same error with the run that it ended: bad input where a design refuses its parameters. */
function placed(error: unknown, run: string): unknown {
  if (error instanceof InvalidValueError) return new UsageError(`${run}: ${error.message}`, { cause: error });
  if (!(error instanceof Error) || error instanceof UsageError) return error;
  const stack = error.stack ?? error.message;
  const told = new Error(`${run}: ${error.message}`, { cause: error });
  // Where it was thrown is what helps, not where it was told.
  told.stack = `${run}: ${stack}`;
  return told;
}

async function runDesign(scenario: Scenario, design: Design, seed: number, backend: Backend): Promise<RunResult> {
  const { history, historyHash, measures } = await play(scenario, design, seed, backend);
  return {
    design: designId(design),
    metrics: measure(history, {
      workers: workersOf(scenario, design),
      ...measures,
      ...(!asksRedis(scenario, design) && NO_REDIS),
    }),
    invariants: judgeInvariants(scenario.invariants, history),
    historyHash,
    history,
  };
}

/** A run as it happened, neither measured nor judged. */
export interface Play {
  readonly history: History;
  readonly historyHash: string | null;
  readonly measures: WorldMeasures;
}

/**
 * Runs one design of a scenario on one seed.
 * @param tasks the planned tasks that are submitted; all where not given
 * @param variation simulation only
 */
export async function play(
  scenario: Scenario,
  design: Design,
  seed: number,
  backend: Backend,
  tasks?: readonly string[],
  variation?: Variation,
): Promise<Play> {
  let recorder: Recorder | undefined;
  let hash: World['hash'];
  const measures = await backend.run(
    seed,
    scenario.environment ?? {},
    (world) => {
      const { until, interleaving } = variation ?? {};
      recorder = new Recorder(world, until, (index) => interleaving?.trace?.event(index));
      hash = world.hash;
      if ('wakeup' in design) setWakeupRun(world, scenario as WakeupScenario, design, recorder.observe);
      else if ('runner' in design) {
        setRunnerRun(world, scenario as RunnerScenario, design, recorder.observe, interleaving);
      } else setQueueRun(world, scenario as QueueScenario, design, seed, recorder.observe, tasks);
    },
    variation,
  );
  return { history: (recorder as Recorder).history, historyHash: hash?.digest() ?? null, measures };
}

/** An in-process runner asks no Redis anything, but where its jobs are kept in one; nor do wake-ups over another store. */
function asksRedis({ workload }: Scenario, design: Design): boolean {
  if ('wakeup' in design) return (design.store ?? 'redis') === 'redis';
  return !('posts' in workload) || workload.store?.in === 'redis';
}

const NO_REDIS = { redisCommands: null, redisUtilisation: null };

function workersOf(scenario: Scenario, design: Design): number {
  if ('wakeup' in design) return wakeupWorkers(scenario as WakeupScenario, design);
  return 'runner' in design ? runnerThreads(design) : (design.workers ?? 0);
}
