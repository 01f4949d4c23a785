import { readFileSync } from 'node:fs';
import type { FaultClass } from '../engine/claim.ts';
import type { HistoryEvent } from '../history/history.ts';
import { judgedUnder } from '../history/promises.ts';
import type { Answer } from '../scenario/answers.ts';
import { isInContract } from '../scenario/fault.ts';
import type { QueueScenario } from '../scenario/scenario.ts';
import type { FoundBreach } from './batch.ts';
import { type Breach, isBreach, outcomeOf, sameBreach } from './breach.ts';
import { hostsOf, type RunSpec, type SpecSize, sizeOf } from './run-spec.ts';
import { shrink } from './shrink.ts';
import { shrinkChoices } from './shrink-choices.ts';
import type { Message } from './small-run.ts';

/** A violated invariant with its smallest run, and all that it takes to see it again. */
export interface Finding {
  /** Names its files. */
  readonly id: string;
  readonly scenario: string;
  readonly design: string;
  readonly invariant: string;
  /** What is broken, in words, and the same without what differs from run to run. */
  readonly message: string;
  readonly shape: string;
  /** `out of contract`: it takes a fault that the design does not claim to survive. */
  readonly verdict: 'violated' | 'out of contract';
  /** False: the scenario asks for it, and the design never promised it. */
  readonly isPromised: boolean;
  /** The smallest run. */
  readonly spec: RunSpec;
  readonly historyHash: string | null;
  readonly events: readonly RecordedEvent[];
  /** Of Redis, that came late or never: what the events cannot tell. Findings of before they were kept have none. */
  readonly answers?: readonly Answer[];
  /** What Redis was asked, where every step was picked: the order of that is the schedule. */
  readonly messages?: readonly Message[];
  /** Places of the events that prove it. */
  readonly proof: readonly number[];
  /** The run that showed it first. */
  readonly found: SpecSize & { readonly seed: number };
  readonly size: SpecSize;
  /** Runs that shrinking took, and whether they were enough. */
  readonly tries: number;
  readonly isMinimal: boolean;
  readonly versions: Versions;
}

/** An event of the smallest run, and when it happened, in µs. */
export type RecordedEvent = HistoryEvent & { readonly timeUs: number };

export interface Versions {
  readonly windtunnel: string;
  readonly node: string;
}

/** Of a longer run only the beginning is kept. */
export const EVENTS_MAX = 5000;

/** Shrinks a breach to a finding. */
export async function findingOf(
  scenario: QueueScenario,
  breach: FoundBreach,
  options: {
    readonly survives: readonly FaultClass[];
    readonly promised: readonly string[];
    readonly onTry?: (tries: number) => void;
  },
): Promise<Finding> {
  const { choices } = breach.spec;
  const terms = { ...options, isJudged: (smaller: RunSpec) => isJudged(scenario, smaller, breach.invariant, options) };
  const { spec, tries, isMinimal } =
    choices === undefined
      ? await shrink(scenario, breach.spec, breach, terms)
      : await shrinkChoices(scenario, { ...breach.spec, choices }, breach, options);
  const outcome = await outcomeOf(scenario, spec, [breach.invariant], isBreach(breach), { answers: true });
  const { violation } = sameBreach(outcome, breach) as Breach;
  const { history, historyHash, answers = [], messages } = outcome;
  const verdict = isInContract(spec.faults, options.survives) ? 'violated' : 'out of contract';
  return {
    id: idOf(scenario.id, spec, breach.invariant, breach.spec.seed),
    scenario: scenario.id,
    design: spec.design,
    invariant: breach.invariant,
    message: violation.message,
    shape: breach.shape,
    verdict,
    isPromised: options.promised.includes(breach.invariant),
    spec,
    historyHash,
    events: history.events
      .slice(0, EVENTS_MAX)
      .map((event, index) => ({ timeUs: history.timesUs[index] as number, ...event })),
    answers: answers.slice(0, EVENTS_MAX),
    ...(messages !== undefined && { messages }),
    proof: violation.events,
    found: { seed: breach.spec.seed, ...sizeOf(scenario, breach.spec) },
    size: sizeOf(scenario, spec),
    tries,
    isMinimal,
    versions: versions(),
  };
}

/** Whether a search would have told of it: somebody is left to do the work, and the invariant can be kept under what strikes. */
function isJudged(
  scenario: QueueScenario,
  spec: RunSpec,
  invariant: string,
  { survives, promised }: { readonly survives: readonly FaultClass[]; readonly promised: readonly string[] },
): boolean {
  const dead = spec.faults.flatMap((fault) =>
    fault.kind === 'crash' && fault.downMs === undefined ? [fault.host] : [],
  );
  if (hostsOf(scenario, spec).every((host) => dead.includes(host))) return false;
  const kinds = spec.faults.map(({ kind }) => kind);
  const terms = { promises: promised, asked: [invariant], isInContract: isInContract(spec.faults, survives) };
  return judgedUnder(kinds, terms).includes(invariant);
}

/** Words of file names: `zpopmin-loss-zpopmin-then-token-no-task-lost-1`. */
function idOf(
  scenario: string,
  { design, choices }: Pick<RunSpec, 'design' | 'choices'>,
  invariant: string,
  seed: number,
): string {
  return [scenario, design, invariant, ...(choices === undefined ? [] : ['exhaustive']), seed]
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

/** One seed may break one invariant in several ways: the second is named `…-1-2`. The names depend on the findings and their order only. */
export function namedApart(findings: readonly Finding[]): readonly Finding[] {
  const counts = new Map<string, number>();
  return findings.map((finding) => {
    const id = idOf(finding.scenario, finding.spec, finding.invariant, finding.found.seed);
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    return { ...finding, id: count === 1 ? id : `${id}-${count}` };
  });
}

/** Of this package, which is two folders up from the sources and three from the build. */
export function versions(): Versions {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string };
      return { windtunnel: version, node: process.versions.node };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return { windtunnel: 'unknown', node: process.versions.node };
}
