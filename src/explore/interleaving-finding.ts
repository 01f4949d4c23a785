import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Violation } from '../history/invariant.ts';
import { invariant } from '../scenario/judge.ts';
import type { RunnerScenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import type { Step } from '../simulation/trace.ts';
import { type Breach, isBreach, type Outcome } from './breach.ts';
import { EVENTS_MAX, type RecordedEvent, type Versions, versions } from './finding.ts';
import { type InterleavingSpec, runInterleaving } from './interleaving-run.ts';

/** A violated invariant of an in-process runner, with the smallest workload and the fewest delays that show it. */
export interface InterleavingFinding {
  readonly kind: 'interleaving';
  /** Names its file. */
  readonly id: string;
  readonly scenario: string;
  readonly design: string;
  readonly invariant: string;
  readonly message: string;
  readonly shape: string;
  /** False: the scenario asks for it, and the runner never promised it. */
  readonly isPromised: boolean;
  readonly spec: InterleavingSpec;
  readonly historyHash: string | null;
  readonly events: readonly RecordedEvent[];
  /** Places of the events that prove it. */
  readonly proof: readonly number[];
  /** Which goroutine did what, in order; `event` steps name events by their place. */
  readonly steps: readonly Step[];
  /** The run that showed it first. */
  readonly found: Pick<InterleavingSpec, 'sizes' | 'delays'>;
  /** False: the search for a smaller one was given up. */
  readonly isMinimal: boolean;
  readonly versions: Versions;
}

/**
 * Runs the smallest spec of a breach once more, and writes down who does what in it.
 * @param first the run that showed it first
 */
export async function interleavingFinding(
  scenario: RunnerScenario,
  breach: Breach,
  spec: InterleavingSpec,
  first: InterleavingSpec,
  found: Pick<InterleavingFinding, 'isPromised' | 'isMinimal'>,
): Promise<InterleavingFinding> {
  const run = await runInterleaving(scenario, spec, [breach.invariant], true);
  const { violation } = run.breaches.find(isBreach(breach)) as Breach;
  return {
    kind: 'interleaving',
    id: idOf(scenario, spec, breach),
    scenario: scenario.id,
    design: spec.design,
    invariant: breach.invariant,
    message: violation.message,
    shape: breach.shape,
    isPromised: found.isPromised,
    spec,
    historyHash: run.historyHash,
    events: recorded(run.history),
    proof: violation.events,
    steps: run.steps,
    found: { sizes: first.sizes, delays: first.delays },
    isMinimal: found.isMinimal,
    versions: versions(),
  };
}

function idOf({ id }: RunnerScenario, { design, seed }: InterleavingSpec, { invariant }: Breach): string {
  return [id, design, invariant, seed]
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

function recorded({ events, timesUs }: Outcome['history']): RecordedEvent[] {
  return events.slice(0, EVENTS_MAX).map((event, index) => ({ timeUs: timesUs[index] as number, ...event }));
}

/** A finding's run, again. */
export interface InterleavingReplay {
  /** As it is now; what the finding says of its search stays. */
  readonly finding: InterleavingFinding;
  /** Undefined: the invariant holds now, or breaks in another way. */
  readonly violation: Violation | undefined;
  /** Whether the run is the very same. */
  readonly isSame: boolean;
}

/** Runs a finding's spec again. @throws UsageError for a design or an invariant that is not there any more */
export async function replayInterleaving(
  finding: InterleavingFinding,
  scenario: RunnerScenario,
): Promise<InterleavingReplay> {
  invariant(finding.invariant);
  const run = await runInterleaving(scenario, finding.spec, [finding.invariant], true);
  const violation = run.breaches.find(isBreach(finding))?.violation;
  return {
    violation,
    isSame: run.historyHash === finding.historyHash,
    finding: {
      ...finding,
      historyHash: run.historyHash,
      events: recorded(run.history),
      steps: run.steps,
      message: violation?.message ?? finding.message,
      proof: violation?.events ?? [],
    },
  };
}

/**
 * A file that `explore` has written of an in-process runner; undefined where it is another.
 * @throws UsageError for one that says it is and is not
 */
export function readInterleaving(path: string): InterleavingFinding | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  if ((value as { readonly kind?: unknown } | null)?.kind !== 'interleaving') return undefined;
  const parsed = shape.safeParse(value);
  if (parsed.success) return value as InterleavingFinding;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${path} holds no finding: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

const count = z.int().nonnegative();
const sizes = z.record(z.string(), count);
const shape = z.looseObject({
  spec: z.looseObject({
    scenario: z.string(),
    design: z.string(),
    seed: count,
    sizes,
    delays: z.array(count),
  }),
  invariant: z.string(),
  shape: z.string(),
  message: z.string(),
  found: z.looseObject({ sizes }),
});
