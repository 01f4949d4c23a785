import type { Count } from '../scenario/fate.ts';
import type { Fault } from '../scenario/fault.ts';
import type { QueueScenario } from '../scenario/scenario.ts';
import { type Breach, isBreach, outcomeOf, sameBreach } from './breach.ts';
import { ddmin } from './ddmin.ts';
import { isEndless } from './endless.ts';
import { ARRIVAL_OPTIONS, designNamed, playSpec, type RunSpec, taskIds } from './run-spec.ts';
import { inSeries } from './series.ts';
import { atNth, isByTheClock, ordinals, simplerFaults } from './simpler-faults.ts';

/** Runs after which a counterexample is small enough. */
const TRIES_MAX = 3000;
/** Events of all these runs together, after which it is small enough: some ten seconds, and the same on every machine. */
const EVENTS_MAX = 600_000;
/** Of those, runs that go on for ever: each takes as long as hundreds of others. */
const ENDLESS_MAX = 8;
/** Other seeds that are tried where a smaller workload no longer fails on the same one. */
const OTHER_SEEDS = 3;
/** Workloads that are tried before anything is taken away from a larger one that fails under faults. */
const FEW_TASKS = 3;
/** In those, each fault strikes at each of so many of its points, and two of them at each of fewer. */
const POINTS_OF_ONE = 16;
const POINTS_OF_TWO = 5;
/** Handler durations that are simpler than any other, in ms. */
const SIMPLE_MS = [1, 10, 100, 1000];

export interface ShrinkOptions {
  /** Default 3000. */
  readonly triesMax?: number;
  readonly onTry?: (tries: number) => void;
  /** Whether a smaller run would be judged at all. Default: any. */
  readonly isJudged?: (spec: RunSpec) => boolean;
}

export interface Shrunk {
  readonly spec: RunSpec;
  /** Runs that it took. */
  readonly tries: number;
  /** False: the limit of tries came first, and something may yet be removed. */
  readonly isMinimal: boolean;
}

/**
 * The smallest run that violates the same invariant in the same way: fewer tasks, fewer workers and processes, fewer faults and
 * holds; then lower limits and plainer handlers and arrivals. Axis after axis until none gives way any more: then the run passes
 * without any one of its tasks, faults or holds.
 *
 * Fewer tasks or workers shift what the seed gives to whom. Where nothing smaller fails any more, a few other seeds are tried.
 */
export function shrink(
  scenario: QueueScenario,
  found: RunSpec,
  breach: Pick<Breach, 'invariant' | 'shape'>,
  options: ShrinkOptions = {},
): Promise<Shrunk> {
  return inSeries(() => shrinkInSeries(scenario, found, breach, options));
}

async function shrinkInSeries(
  scenario: QueueScenario,
  found: RunSpec,
  breach: Pick<Breach, 'invariant' | 'shape'>,
  options: ShrinkOptions,
): Promise<Shrunk> {
  const search = new Shrinking(scenario, found, breach, options);
  await search.fewTasks();
  let before: RunSpec;
  do {
    before = search.spec;
    await search.toFixedPoint();
    await search.onOtherSeeds();
  } while (search.spec !== before);
  return { spec: search.spec, tries: search.tries, isMinimal: !search.isExhausted };
}

/** Goes on with a smaller spec if it still fails. */
type Take = (changes: Partial<RunSpec>) => Promise<boolean>;

class Shrinking {
  spec: RunSpec;
  tries = 0;
  #events = 0;
  #endless = 0;
  readonly #scenario: QueueScenario;
  readonly #breach: Pick<Breach, 'invariant' | 'shape'>;
  readonly #triesMax: number;
  readonly #onTry: ShrinkOptions['onTry'];
  readonly #isJudged: (spec: RunSpec) => boolean;

  constructor(
    scenario: QueueScenario,
    spec: RunSpec,
    breach: Pick<Breach, 'invariant' | 'shape'>,
    { triesMax = TRIES_MAX, onTry, isJudged = () => true }: ShrinkOptions,
  ) {
    this.#scenario = scenario;
    this.spec = spec;
    this.#breach = breach;
    this.#triesMax = triesMax;
    this.#onTry = onTry;
    this.#isJudged = isJudged;
  }

  get isExhausted(): boolean {
    return this.tries >= this.#triesMax || this.#events >= EVENTS_MAX || this.#endless >= ENDLESS_MAX;
  }

  /**
   * A few tasks, and one or two of the faults, at any of their first points. Otherwise tasks could not go: what strikes the 70th command
   * of a name strikes something else, or nothing, in a shorter run.
   */
  async fewTasks(seed = this.spec.seed): Promise<void> {
    const { faults } = this.spec;
    const all = taskIds(this.#scenario, this.spec);
    if (faults.length === 0 || all.length <= FEW_TASKS) return;
    const struck = faults.flatMap((fault) => ('task' in fault ? [fault.task] : []));
    const inOrder = [...new Set([...struck, ...all])];
    for (let few = 1; few <= FEW_TASKS; few++) {
      const tasks = all.filter((task) => inOrder.indexOf(task) < few);
      for (const fewer of fewFaults(faults)) if (await this.#take({ seed, tasks, faults: fewer, holds: [] })) return;
    }
  }

  /** Axis after axis, until none gives way. What shortens the run comes last: it leaves less room to the others. */
  async toFixedPoint(): Promise<void> {
    let before: RunSpec;
    do {
      do {
        before = this.spec;
        await this.#tasks(this.#take);
        await this.#workers(this.#take);
        await this.#faults();
        await this.#holds();
        await this.#limits();
      } while (this.spec !== before);
      await this.#plainerFaults();
      await this.#handlers();
      await this.#arrivals();
    } while (this.spec !== before);
  }

  /** Fewer tasks or workers on one of a few other seeds, or with every fault where it is the first of its kind. */
  async onOtherSeeds(): Promise<void> {
    const take = async (changes: Partial<RunSpec>): Promise<boolean> => {
      const { seed, faults } = this.spec;
      const firsts = faults.map((fault) => simplerFaults(fault)[0] ?? fault);
      for (let other = 1; other <= OTHER_SEEDS; other++) {
        if (await this.#take({ ...changes, seed: (seed + other) >>> 0 })) return true;
      }
      return faults.length > 0 && (await this.#take({ ...changes, faults: firsts }));
    };
    const { seed } = this.spec;
    for (let other = 1; other <= OTHER_SEEDS; other++) await this.fewTasks((seed + other) >>> 0);
    await this.#tasks(take);
    await this.#workers(take);
  }

  async #tasks(take: Take): Promise<void> {
    await ddmin(taskIds(this.#scenario, this.spec), (tasks) => take({ tasks }));
  }

  async #workers(take: Take): Promise<void> {
    const { workers } = designNamed(this.#scenario, this.spec.design);
    const processes = this.spec.processes ?? this.#scenario.environment?.processes ?? 1;
    await this.#least(processes, (fewer) => take({ processes: fewer }));
    if (workers === undefined) return;
    await this.#least(this.spec.workers ?? workers, (fewer) => take({ workers: fewer }));
  }

  async #faults(): Promise<void> {
    await ddmin(this.spec.faults, (faults) => this.#take({ faults }));
  }

  async #plainerFaults(): Promise<void> {
    for (let index = 0; index < this.spec.faults.length; index++) {
      const { faults } = this.spec;
      const fault = faults[index] as Fault;
      for (const simpler of simplerFaults(fault, isByTheClock(fault) ? await this.#commands() : [])) {
        if (await this.#take({ faults: faults.with(index, simpler) })) break;
      }
    }
  }

  /** What the hosts send in the run as it is. */
  async #commands(): Promise<readonly Count[]> {
    const { measures } = await playSpec(this.#scenario, this.spec, { profile: true });
    return measures.profile?.commands ?? [];
  }

  async #holds(): Promise<void> {
    await ddmin(this.spec.holds, (holds) => this.#take({ holds }));
  }

  async #limits(): Promise<void> {
    for (const [type, { limit }] of Object.entries(this.#scenario.workload.types)) {
      const now = this.spec.limits?.[type] ?? limit;
      if (now === undefined) continue;
      await this.#least(now, (lower) => this.#take({ limits: { ...this.spec.limits, [type]: lower } }));
    }
  }

  async #handlers(): Promise<void> {
    for (const [type, { handlerMs }] of Object.entries(this.#scenario.workload.types)) {
      const now = this.spec.handlerMs?.[type] ?? handlerMs;
      const candidates = typeof now === 'number' ? SIMPLE_MS.filter((ms) => ms < now) : [...SIMPLE_MS, ...now];
      for (const ms of candidates) {
        if (await this.#take({ handlerMs: { ...this.spec.handlerMs, [type]: ms } })) break;
      }
    }
  }

  async #arrivals(): Promise<void> {
    for (const option of ARRIVAL_OPTIONS) {
      const without = this.spec.without ?? [];
      const isUsed = this.#scenario.workload.arrivals.some((group) => group[option] !== undefined);
      if (isUsed && !without.includes(option)) await this.#take({ without: [...without, option] });
    }
  }

  /** The least number from 1 that still fails, by small ones first: failing is not monotone. */
  async #least(now: number, fails: (fewer: number) => Promise<boolean>): Promise<void> {
    for (let few = 1; few < Math.min(now, 4); few++) if (await fails(few)) return;
    let least = now;
    while (least > 8 && (await fails(least >> 1))) least >>= 1;
    while (least > 4 && (await fails(least - 1))) least--;
  }

  /** Goes on with the changed spec if it still fails in the same way. */
  readonly #take = async (changes: Partial<RunSpec>): Promise<boolean> => {
    if (this.isExhausted) return false;
    const spec = { ...this.spec, ...changes };
    if (!this.#isJudged(spec)) return false;
    this.tries++;
    this.#onTry?.(this.tries);
    const outcome = await outcomeOf(this.#scenario, spec, [this.#breach.invariant], isBreach(this.#breach));
    this.#events += outcome.history.events.length;
    if (outcome.breaches.some(isEndless)) this.#endless++;
    if (sameBreach(outcome, this.#breach) === undefined) return false;
    this.spec = spec;
    return true;
  };
}

/** One of the faults, then two, wherever they count points at each of the first. */
function* fewFaults(faults: readonly Fault[]): Generator<readonly Fault[]> {
  for (const fault of faults) for (const one of atPoints(fault, POINTS_OF_ONE)) yield [one];
  for (const [index, fault] of faults.entries()) {
    for (const other of faults.slice(index + 1)) {
      for (const first of atPoints(fault, POINTS_OF_TWO)) {
        for (const second of atPoints(other, POINTS_OF_TWO)) yield [first, second];
      }
    }
  }
}

/** The fault itself where it counts none. */
function atPoints(fault: Fault, most: number): readonly Fault[] {
  const there = ordinals(most).flatMap((nth) => atNth(fault, nth) ?? []);
  return there.length > 0 ? there : [fault];
}
