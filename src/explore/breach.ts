import type { History, HistoryEvent } from '../history/history.ts';
import type { Violation } from '../history/invariant.ts';
import type { Answer } from '../scenario/answers.ts';
import { invariant } from '../scenario/judge.ts';
import type { Play } from '../scenario/run-scenario.ts';
import type { QueueScenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { SimulationLimitError } from '../simulation/simulation.ts';
import { EndlessRun, endlessBreach, endlessSteps, LAST_REPORTS, RUN_EVENTS_MAX, RUNS_TO_ITS_END } from './endless.ts';
import { playSpec, type RunSpec } from './run-spec.ts';
import { shapeOf } from './shape.ts';
import { type Message, playChoices } from './small-run.ts';
import { Stopping } from './stopping.ts';

export { RUNS_TO_ITS_END };

/** An invariant violated in a certain way. */
export interface Breach {
  readonly invariant: string;
  /** The message without what differs from run to run. Two breaches of one invariant and shape are the same mistake. */
  readonly shape: string;
  readonly violation: Violation;
}

/** What came of a run. */
export interface Outcome extends Pick<Play, 'history' | 'historyHash'> {
  /** The first of each invariant and shape, in the order of the invariants. */
  readonly breaches: readonly Breach[];
  /** Of Redis, that came late or never; where they were asked for. */
  readonly answers?: readonly Answer[];
  /** Where every step was picked. */
  readonly messages?: readonly Message[];
}

/**
 * Runs and judges a spec.
 * @param options.answers whether to keep Redis's answers that came late or never
 * @param stopsAt the run ends at the first violation of this kind that can be seen while it goes on; default: it runs to its end
 * @throws UsageError
 */
export async function outcomeOf(
  scenario: QueueScenario,
  spec: RunSpec,
  invariants: readonly string[],
  stopsAt?: Stopping['stopsAt'],
  options: { readonly answers?: boolean } = {},
): Promise<Outcome> {
  const { choices } = spec;
  try {
    if (choices !== undefined) {
      const { history, historyHash, messages } = await playChoices(scenario, { ...spec, choices });
      return { history, historyHash, messages, breaches: breachesOf(history, invariants) };
    }
    const stopping = stopsAt && new Stopping(invariants, stopsAt);
    const until = stopping && { until: stopping.until };
    const { history, historyHash, measures } = await playSpec(scenario, spec, { ...options, ...until });
    const seen = { history, historyHash, ...(measures.answers && { answers: measures.answers }) };
    if (stopping?.hasStopped !== true) return { ...seen, breaches: breachesOf(history, invariants) };
    const breaches = breachesOf(history, stopping.invariants);
    if (breaches.some(stopsAt as Stopping['stopsAt'])) return { ...seen, breaches };
    // What was heard later took it back.
    return outcomeOf(scenario, spec, invariants, undefined, options);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof SimulationLimitError) return endlessOutcome(scenario, spec, error);
    const breach = error instanceof EndlessRun ? endlessSteps(error.steps) : brokenRun(error);
    return { history: NOTHING, historyHash: null, breaches: breach === undefined ? [] : [breach] };
  }
}

const NOTHING: History = { events: [], timesUs: [] };

/** The breach of a run that something has thrown out of. */
export function brokenRun(error: unknown): Breach {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { invariant: RUNS_TO_ITS_END, shape: shapeOf(message), violation: { message, events: [] } };
}

/** A run that goes on for ever, with the last that was heard of it. It is run again for that: few are. */
async function endlessOutcome(scenario: QueueScenario, spec: RunSpec, limit: SimulationLimitError): Promise<Outcome> {
  const events: HistoryEvent[] = [];
  const timesUs: number[] = [];
  const until = (event: HistoryEvent, timeUs: number) => {
    events.push(event);
    timesUs.push(timeUs);
    return false;
  };
  await playSpec(scenario, spec, { until }).catch(() => {});
  const history = { events: events.slice(-LAST_REPORTS), timesUs: timesUs.slice(-LAST_REPORTS) };
  const seen = history.events.map((event) => ('worker' in event ? `${event.worker} ${event.kind}` : event.kind));
  const breach = endlessBreach(`${spec.eventsMax ?? RUN_EVENTS_MAX} events`, limit.timeUs, seen);
  return { history, historyHash: null, breaches: [breach] };
}

/** The first of each invariant and shape, in the order of the invariants. */
export function breachesOf(history: History, invariants: readonly string[]): Breach[] {
  const found = new Map<string, Breach>();
  for (const id of invariants) {
    if (id === RUNS_TO_ITS_END) continue;
    for (const violation of invariant(id).check(history)) {
      const shape = shapeOf(violation.message);
      const key = `${id}: ${shape}`;
      if (!found.has(key)) found.set(key, { invariant: id, shape, violation });
    }
  }
  return [...found.values()];
}

/** Whether it is a breach in the same way. */
export function isBreach({ invariant: id, shape }: Pick<Breach, 'invariant' | 'shape'>): Stopping['stopsAt'] {
  return (breach) => breach.invariant === id && breach.shape === shape;
}

/** The breach of that invariant and shape; undefined: it did not happen. */
export function sameBreach({ breaches }: Outcome, breach: Pick<Breach, 'invariant' | 'shape'>): Breach | undefined {
  return breaches.find(isBreach(breach));
}
