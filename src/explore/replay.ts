import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { History, HistoryEvent } from '../history/history.ts';
import type { Violation } from '../history/invariant.ts';
import type { Answer } from '../scenario/answers.ts';
import { loadScenario } from '../scenario/load.ts';
import type { QueueScenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { isBreach, type Outcome, outcomeOf, sameBreach } from './breach.ts';
import { type Divergence, divergenceOf } from './divergence.ts';
import { FAULT_KINDS } from './fault-plan.ts';
import { EVENTS_MAX, type Finding, versions } from './finding.ts';
import { ARRIVAL_OPTIONS, explorable } from './run-spec.ts';

/** What a replay needs of a finding; what else it has is compared with. */
export type Replayable = Pick<Finding, 'spec' | 'invariant' | 'shape'> &
  Partial<Pick<Finding, 'historyHash' | 'events'>>;

export interface Replay {
  /** The breach in the same way; undefined: the invariant holds, or breaks otherwise. */
  readonly violation: Violation | undefined;
  /** Breaches of the same invariant in other ways. */
  readonly others: readonly Violation[];
  readonly history: History;
  /** Of Redis, that came late or never. */
  readonly answers: readonly Answer[];
  /** What Redis was asked, where every step was picked. */
  readonly messages: Outcome['messages'];
  readonly historyHash: string | null;
  /** Whether the run is the very same; undefined where nobody knows what it was. */
  readonly isSame: boolean | undefined;
  /** Where it first went another way, where it did and the events show it. */
  readonly divergence: Divergence | undefined;
}

/**
 * Runs a finding's spec again.
 * @param scenario instead of the one that its spec names
 * @throws UsageError for a scenario, design or invariant that is not there any more
 */
export async function replay(finding: Replayable, scenario?: QueueScenario): Promise<Replay> {
  const { spec, invariant } = finding;
  const given = scenario ?? explorable(await loadScenario(spec.scenario));
  const outcome = await outcomeOf(given, spec, [invariant], isBreach(finding), { answers: true });
  const { history, historyHash, answers = [], messages, breaches } = outcome;
  const same = sameBreach(outcome, finding);
  const isSame = finding.historyHash === undefined ? undefined : finding.historyHash === historyHash;
  return {
    violation: same?.violation,
    others: breaches.filter((breach) => breach !== same).map(({ violation }) => violation),
    history,
    answers,
    messages,
    historyHash,
    isSame,
    divergence:
      isSame === false && finding.events !== undefined
        ? divergenceOf(recorded(finding.events), beginning(history))
        : undefined,
  };
}

function recorded(events: Finding['events']): History {
  return {
    events: events.map(({ timeUs: _, ...event }) => event as HistoryEvent),
    timesUs: events.map(({ timeUs }) => timeUs),
  };
}

function beginning({ events, timesUs }: History): History {
  return { events: events.slice(0, EVENTS_MAX), timesUs: timesUs.slice(0, EVENTS_MAX) };
}

const named = z.looseObject({ kind: z.string() });
const fault = z.looseObject({
  kind: z.string().refine((kind) => (FAULT_KINDS as readonly string[]).includes(kind), {
    error: ({ input }) => `there is no fault '${String(input)}' in this windtunnel`,
  }),
});
const size = z.looseObject({
  tasks: z.int().nonnegative(),
  workers: z.int().positive().optional(),
  faults: z.int().nonnegative(),
  holds: z.int().nonnegative(),
});
const perType = z.record(z.string(), z.number().nonnegative());
const finding = z.looseObject({
  id: z.string(),
  scenario: z.string(),
  design: z.string(),
  invariant: z.string(),
  message: z.string(),
  shape: z.string(),
  verdict: z.enum(['violated', 'out of contract']),
  isPromised: z.boolean(),
  spec: z.strictObject({
    scenario: z.string(),
    design: z.string(),
    seed: z.int().nonnegative(),
    tasks: z.array(z.string()).optional(),
    workers: z.int().positive().optional(),
    processes: z.int().positive().optional(),
    limits: perType.optional(),
    handlerMs: perType.optional(),
    without: z.array(z.enum(ARRIVAL_OPTIONS)).optional(),
    faults: z.array(fault),
    holds: z.array(
      z.strictObject({
        host: z.string(),
        way: z.enum(['request', 'reply']),
        command: z.string(),
        nth: z.int().positive(),
        byUs: z.int().nonnegative(),
      }),
    ),
    choices: z
      .strictObject({
        maxFaults: z.int().nonnegative().optional(),
        faults: z.array(z.string()).optional(),
        downMs: z.number().nonnegative().optional(),
        steps: z.array(z.string()),
      })
      .optional(),
    eventsMax: z.int().positive().optional(),
  }),
  historyHash: z.string().nullable(),
  events: z.array(named.extend({ timeUs: z.int().nonnegative() })),
  answers: z
    .array(z.looseObject({ host: z.string(), command: z.string(), reply: z.string(), ranUs: z.int() }))
    .optional(),
  proof: z.array(z.int().nonnegative()),
  found: size.extend({ seed: z.int().nonnegative() }),
  size,
  tries: z.int().nonnegative(),
  isMinimal: z.boolean(),
  versions: z.looseObject({ windtunnel: z.string(), node: z.string() }),
});

/** @throws UsageError for a file that is not there, or holds no finding */
export function readFinding(path: string): Finding {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} holds no JSON: give a file that windtunnel explore has written`);
  }
  const parsed = finding.safeParse(value);
  if (parsed.success) return value as Finding;
  const issue = parsed.error.issues[0] as z.core.$ZodIssue;
  const place = issue.path.length === 0 ? 'the file' : issue.path.join('.');
  throw new UsageError(`${path} holds no finding${writtenBy(value)}: ${place}: ${issue.message}`);
}

/** What another version has written may well be a finding to it. */
function writtenBy(value: unknown): string {
  const theirs = z.looseObject({ versions: z.looseObject({ windtunnel: z.string() }) }).safeParse(value);
  const own = versions().windtunnel;
  if (!theirs.success || theirs.data.versions.windtunnel === own) return '';
  return ` that windtunnel ${own} can read (windtunnel ${theirs.data.versions.windtunnel} has written it)`;
}
