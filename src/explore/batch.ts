import type { FaultClass } from '../engine/claim.ts';
import { judgedUnder } from '../history/promises.ts';
import { type Fault, isInContract as isContract } from '../scenario/fault.ts';
import type { Hold } from '../scenario/hold.ts';
import type { QueueScenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { RandomStream } from '../simulation/random-stream.ts';
import { type Breach, outcomeOf } from './breach.ts';
import { type Coverage, CoverageCount } from './coverage.ts';
import { type Divergence, divergenceOf } from './divergence.ts';
import { type FaultMenu, planFaults } from './fault-plan.ts';
import { profileOf, type RunProfile } from './profile.ts';
import { hostsOf, plainSpec, playSpec, type RunSpec } from './run-spec.ts';
import { scheduleNamed } from './schedules/index.ts';
import { inSeries } from './series.ts';

/** What a search varies from seed to seed, and how. */
export interface SearchPlan {
  readonly schedule: string;
  readonly menu: FaultMenu;
  /** The seed of the undisturbed run that faults and schedules are put into. One for the whole search, whoever does which part. */
  readonly profileSeed: number;
  /** One seed in so many is run twice, and must give the same history; 0: none. */
  readonly twiceEvery: number;
  /** Whether a run in contract ends at its first violation, where that can be seen then. Default false: runs go on to their ends. */
  readonly stopOnViolation?: boolean;
  /** Of a run; see RunSpec. */
  readonly eventsMax?: number;
}

/** Consecutive seeds of a search on one design: what a thread does in one go. */
export interface Batch {
  /** How the specs name the scenario. */
  readonly argument: string;
  readonly design: string;
  /** See `judgedUnder`: not all of them in every run. */
  readonly invariants: readonly string[];
  /** Those of them that the design promises; default none. */
  readonly promised?: readonly string[];
  readonly seeds: readonly number[];
  /** Faults that the design claims to survive. */
  readonly survives: readonly FaultClass[];
  /** Whether the batch ends with the first breach in contract. */
  readonly stops: boolean;
  readonly plan: SearchPlan;
}

/** The first run of a batch with a certain breach. */
export interface FoundBreach extends Breach {
  readonly spec: RunSpec;
  /** Nothing struck that the design does not claim to survive. */
  readonly isInContract: boolean;
}

export interface BatchResult {
  /** Runs that count: those up to the end, or to the breach that ended it. */
  readonly runs: number;
  /** In the order of the seeds. */
  readonly found: readonly FoundBreach[];
  readonly coverage: Coverage;
  /** A seed that gave two histories. */
  readonly nondeterminism: { readonly spec: RunSpec; readonly divergence: Divergence | undefined } | null;
}

/** Distinct breaches of one batch, beyond which they are all taken to be known. */
const DISTINCT_MAX = 64;

/** A pure function of the scenario and the batch. */
export function runBatch(scenario: QueueScenario, batch: Batch): Promise<BatchResult> {
  return inSeries(() => runSeeds(scenario, batch));
}

async function runSeeds(scenario: QueueScenario, batch: Batch): Promise<BatchResult> {
  const { argument, design, plan } = batch;
  const profile = await profileFor(scenario, batch);
  const coverage = new CoverageCount(profile, plan.menu);
  const found = new Map<string, FoundBreach>();
  let nondeterminism: BatchResult['nondeterminism'] = null;
  let runs = 0;
  for (const seed of batch.seeds) {
    const plain = plainSpec(scenario, argument, design, seed);
    const { eventsMax } = plan;
    const disturbed = disturbances(plan, profile, seed, plain.faults);
    const spec = { ...plain, ...disturbed, ...(eventsMax !== undefined && { eventsMax }) };
    const isInContract = isContract(spec.faults, batch.survives);
    const invariants = judgedUnder(
      spec.faults.map(({ kind }) => kind),
      { promises: batch.promised ?? [], asked: batch.invariants, isInContract },
    );
    const stopsAt = plan.stopOnViolation === true && isInContract ? () => true : undefined;
    const outcome = await outcomeOf(scenario, spec, invariants, stopsAt);
    runs++;
    coverage.count(outcome.history);
    if (plan.twiceEvery > 0 && seed % plan.twiceEvery === 0) {
      const again = await outcomeOf(scenario, spec, invariants, stopsAt);
      if (again.historyHash !== outcome.historyHash) {
        nondeterminism ??= { spec, divergence: divergenceOf(outcome.history, again.history) };
      }
    }
    for (const breach of outcome.breaches) {
      const key = `${breach.invariant}: ${breach.shape}: ${isInContract}`;
      if (!found.has(key) && found.size < DISTINCT_MAX) found.set(key, { ...breach, spec, isInContract });
    }
    if (batch.stops && isInContract && outcome.breaches.length > 0) break;
  }
  return { runs, found: [...found.values()], coverage: coverage.result, nondeterminism };
}

/** What goes wrong and what comes late in the run of a seed. */
function disturbances(
  { schedule, menu }: SearchPlan,
  profile: RunProfile,
  seed: number,
  own: readonly Fault[],
): { faults: readonly Fault[]; holds: readonly Hold[] } {
  return {
    faults: [...own, ...planFaults(menu, profile, new RandomStream(seed, 'faults'))],
    holds: scheduleNamed(schedule).holds(profile, new RandomStream(seed, 'holds')),
  };
}

const EMPTY: RunProfile = {
  spanMs: 0,
  hosts: [],
  commands: [],
  events: [],
  messages: [],
  tasks: [],
  limits: [],
  lasting: [],
  gapsMs: [],
};
/** Of the searches that this thread has had a part in, by all that the profile depends on. */
const profiles = new WeakMap<QueueScenario, Map<string, Promise<RunProfile>>>();

function profileFor(scenario: QueueScenario, batch: Batch): Promise<RunProfile> {
  const { design, plan } = batch;
  // Where nothing is to be put into the run, nobody needs to know what it does.
  if (plan.schedule === 'fifo' && plan.menu.kinds.length === 0) return Promise.resolve(EMPTY);
  const known = profiles.get(scenario) ?? new Map<string, Promise<RunProfile>>();
  profiles.set(scenario, known);
  const key = `${design}/${plan.profileSeed}/${plan.eventsMax}`;
  const profile = known.get(key) ?? dryRun(scenario, batch);
  known.set(key, profile);
  return profile;
}

async function dryRun(scenario: QueueScenario, { argument, design, plan }: Batch): Promise<RunProfile> {
  const { eventsMax } = plan;
  const plain = plainSpec(scenario, argument, design, plan.profileSeed);
  const spec = { ...plain, faults: [], ...(eventsMax !== undefined && { eventsMax }) };
  try {
    const { history, measures } = await playSpec(scenario, spec, { profile: true });
    return profileOf(history, hostsOf(scenario, spec), measures.profile ?? EMPTY);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // It does not even end undisturbed: that is for the runs to find, and nothing is put into them.
    return EMPTY;
  }
}
