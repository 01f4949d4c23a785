import type { QueueScenario } from '../scenario/scenario.ts';
import { type BatchResult, runBatch } from './batch.ts';
import { faultMenu } from './fault-plan.ts';
import { arenaOf, controlOf } from './mutants/arena.ts';
import { MUTANTS, mutantNamed } from './mutants/index.ts';
import type { Mutant } from './mutants/mutant.ts';
import { SCHEDULES, scheduleNamed } from './schedules/index.ts';
import { inThreads } from './threads.ts';

/** Seeds of one go. */
const BATCH_SEEDS = 50;
/** How long the hosts of an arena are down, still or cut off: up to several leases, no longer, or runs are mostly waiting. */
const DOWN_MS = [1, 2000] as const;

/** A hunt: one mutant under one schedule. */
export interface Hunt {
  /** A mutant's id. */
  readonly mutant: string;
  readonly schedule: string;
  /** Hunted so often, each time from the seed after the one that it was found with; once, where the first trial finds nothing. */
  readonly trials: number;
  /** Seeds of all trials together, after which there are no more. */
  readonly seedsMax: number;
  /** Seeds of one trial, after which it has found nothing. Default `seedsMax`. */
  readonly patience?: number;
  /** Default 1. Arenas were made with seeds from 1 on in view: to measure, begin far from there. */
  readonly firstSeed?: number;
  /** The design as it is, under the mutant's faults: whatever is found is a false alarm. */
  readonly isControl?: boolean;
}

export interface Score extends Hunt {
  /** Trials that were made, the one included that `seedsMax` cut short. */
  readonly tried: number;
  /** Seeds to find, of each trial that did. */
  readonly toFind: readonly number[];
  /** Of all trials. */
  readonly seeds: number;
  /** In how many trials each invariant was violated by the run that found it, by id, most often first. */
  readonly by: readonly (readonly [invariant: string, trials: number])[];
}

/** A pure function of the hunt and of the code. @throws UsageError */
export async function hunt(job: Hunt): Promise<Score> {
  const { trials, seedsMax, patience = seedsMax, firstSeed = 1 } = job;
  const mutant = mutantNamed(job.mutant);
  const scenario = job.isControl === true ? controlOf(mutant) : arenaOf(mutant);
  const toFind: number[] = [];
  const by = new Map<string, number>();
  let seeds = 0;
  let tried = 0;
  while (tried < trials && seeds < seedsMax && !(tried > 0 && toFind.length === 0)) {
    const most = Math.min(patience, seedsMax - seeds);
    const { runs, found } = await trial(scenario, mutant, job.schedule, firstSeed + seeds, most);
    seeds += runs;
    tried++;
    if (found.length === 0) continue;
    toFind.push(runs);
    for (const id of new Set(found.map(({ invariant }) => invariant))) by.set(id, (by.get(id) ?? 0) + 1);
  }
  return { ...job, tried, toFind, seeds, by: [...by].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)) };
}

async function trial(
  scenario: QueueScenario,
  { needs }: Mutant,
  schedule: string,
  firstSeed: number,
  seedsMax: number,
): Promise<Pick<BatchResult, 'runs' | 'found'>> {
  const plan = {
    schedule: scheduleNamed(schedule).name,
    menu: faultMenu(needs, { downMs: DOWN_MS }),
    profileSeed: firstSeed,
    twiceEvery: 0,
  };
  let runs = 0;
  while (runs < seedsMax) {
    const seeds = Array.from({ length: Math.min(BATCH_SEEDS, seedsMax - runs) }, (_, nth) => firstSeed + runs + nth);
    const result = await runBatch(scenario, {
      argument: scenario.id,
      design: scenario.id,
      invariants: scenario.invariants,
      seeds,
      survives: needs,
      stops: true,
      plan,
    });
    runs += result.runs;
    if (result.found.length > 0) return { runs, found: result.found };
  }
  return { runs, found: [] };
}

export interface ScoreboardOptions {
  readonly trials: number;
  /** Of each mutant under each schedule, as of a hunt. */
  readonly seedsMax: number;
  readonly patience?: number;
  /** Seeds under each schedule of what must not be found: the canary, what nothing is known to find, and the designs as they are. */
  readonly seedsQuiet: number;
  readonly firstSeed?: number;
  /** Default: all that there are. */
  readonly mutants?: readonly string[];
  readonly schedules?: readonly string[];
}

/** What each mutant stood, under each schedule, and each design as it is under the faults of its mutants. */
export interface Scoreboard extends Required<Omit<ScoreboardOptions, 'mutants'>> {
  readonly scores: readonly Score[];
}

/**
 * What CI asks, once: is everything still found, by chance, and nothing else? Seeds enough for the rarest several times over, and so
 * few for what must not be found that a minute of CPU is enough for all.
 */
export const SHORT = { trials: 1, seedsMax: 1000, seedsQuiet: 50, firstSeed: 1, schedules: ['random'] } as const;

/** All hunts of a scoreboard, in its order: the mutants', then those in the designs as they are. @throws UsageError */
export function huntsOf(options: ScoreboardOptions): readonly Hunt[] {
  const { trials, seedsMax, patience = seedsMax, seedsQuiet, firstSeed = 1 } = options;
  const schedules = schedulesOf(options);
  const mutants = options.mutants?.map(mutantNamed) ?? MUTANTS;
  const quiet = { trials: 1, seedsMax: seedsQuiet, firstSeed };
  const loud = { trials, seedsMax, patience, firstSeed };
  return [
    ...mutants.flatMap((mutant) =>
      schedules.map((schedule) => ({ mutant: mutant.id, schedule, ...(isFindable(mutant) ? loud : quiet) })),
    ),
    ...distinctArenas(mutants).flatMap(({ id }) =>
      schedules.map((schedule) => ({ mutant: id, schedule, ...quiet, isControl: true })),
    ),
  ];
}

function schedulesOf({ schedules }: Pick<ScoreboardOptions, 'schedules'>): readonly string[] {
  return schedules?.map((name) => scheduleNamed(name).name) ?? SCHEDULES.map(({ name }) => name);
}

/** Of mutants whose arenas differ by what is planted there alone, the first. */
function distinctArenas(mutants: readonly Mutant[]): readonly Mutant[] {
  const byArena = new Map<string, Mutant>();
  for (const mutant of mutants) {
    const { of, needs, parameters, recoverIntervalMs, workload, cancels } = mutant;
    const arena = JSON.stringify([of, needs, parameters, recoverIntervalMs, workload, cancels]);
    if (!byArena.has(arena)) byArena.set(arena, mutant);
  }
  return [...byArena.values()];
}

/** Hunts all mutants under all schedules. The result is the same whatever the number of threads. @throws UsageError */
export async function scoreboard(
  options: ScoreboardOptions,
  threads: number,
  onScore?: (done: number, of: number) => void,
): Promise<Scoreboard> {
  const hunts = huntsOf(options);
  const scores: Score[] = new Array(hunts.length);
  let given = 0;
  let done = 0;
  const take = (index: number, score: Score) => {
    scores[index] = score;
    onScore?.(++done, hunts.length);
  };
  if (threads < 2) for (const [index, job] of hunts.entries()) take(index, await hunt(job));
  else {
    await inThreads<Hunt, Score>({
      threads,
      module: 'explore/scoreboard-worker',
      needsTypeScript: false,
      next: () => hunts[given++],
      onResult: take,
    });
  }
  const { trials, seedsMax, patience = seedsMax, seedsQuiet, firstSeed = 1 } = options;
  return { trials, seedsMax, patience, seedsQuiet, firstSeed, schedules: schedulesOf(options), scores };
}

/**
 * All that is not as the mutants say: those that can be found and were not, under any schedule; those that were and cannot be; and what
 * was found in a design as it is.
 */
export function surprises({ scores }: Pick<Scoreboard, 'scores'>): {
  readonly missed: readonly Mutant[];
  readonly foundAllTheSame: readonly Mutant[];
  readonly falseAlarms: readonly Score[];
} {
  const ids = [...new Set(scores.filter(({ isControl }) => !isControl).map(({ mutant }) => mutant))];
  const wrong = ids.map(mutantNamed).filter((mutant) => isFound(mutant, scores) !== isFindable(mutant));
  return {
    missed: wrong.filter(isFindable),
    foundAllTheSame: wrong.filter((mutant) => !isFindable(mutant)),
    falseAlarms: scores.filter(({ isControl, toFind }) => isControl === true && toFind.length > 0),
  };
}

export function isFindable({ isCanary, unseen }: Mutant): boolean {
  return isCanary !== true && unseen === undefined;
}

export function isFound({ id }: Pick<Mutant, 'id'>, scores: readonly Score[]): boolean {
  return scores.some(({ mutant, isControl, toFind }) => mutant === id && isControl !== true && toFind.length > 0);
}
