import type { QueueScenario } from '../scenario/scenario.ts';
import { type Breach, isBreach } from './breach.ts';
import type { Step } from './choice-run.ts';
import { type Choices, ownerOf } from './choices.ts';
import { RUNS_TO_ITS_END } from './endless.ts';
import { designNamed, type RunSpec, taskIds } from './run-spec.ts';
import { ScheduleSearch } from './schedule-search.ts';
import { inSeries } from './series.ts';
import type { ShrinkOptions, Shrunk } from './shrink.ts';
import { following } from './small-run.ts';
import { type ExhaustiveViolation, SmallScope } from './small-scope.ts';

/** Schedules of a smaller scope, beyond which it is taken to hold. */
const SCHEDULES_MAX = 300;
/** Runs after which a counterexample is small enough. */
const TRIES_MAX = 2000;

type ChosenSpec = RunSpec & { readonly choices: Choices };

/**
 * The smallest run of picked steps that breaks the same invariant in the same way: fewer faults, tasks and workers, as long as any
 * schedule of the smaller run does; then a schedule in which hosts take turns less often, as long as two stretches of a host can be
 * joined.
 */
export function shrinkChoices(
  scenario: QueueScenario,
  found: ChosenSpec,
  breach: Pick<Breach, 'invariant' | 'shape'>,
  options: ShrinkOptions = {},
): Promise<Shrunk> {
  const shrinking = new ChoiceShrinking(scenario, found, breach, options);
  return inSeries(async () => {
    while (await shrinking.toSmallerScope());
    await shrinking.toFewerSwitches();
    const { spec, tries, isMinimal } = shrinking;
    return { spec, tries, isMinimal };
  });
}

class ChoiceShrinking {
  spec: ChosenSpec;
  tries = 0;
  isMinimal = true;
  readonly #scenario: QueueScenario;
  readonly #breach: Pick<Breach, 'invariant' | 'shape'>;
  readonly #options: ShrinkOptions;

  constructor(
    scenario: QueueScenario,
    spec: ChosenSpec,
    breach: Pick<Breach, 'invariant' | 'shape'>,
    options: ShrinkOptions,
  ) {
    this.spec = spec;
    this.#scenario = scenario;
    this.#breach = breach;
    this.#options = options;
  }

  /** @returns whether there was one that breaks */
  async toSmallerScope(): Promise<boolean> {
    for (const smaller of this.#smaller()) {
      const scope = await this.#scopeOf(smaller);
      const found = (await this.#follow(scope, this.spec.choices.steps))?.violation ?? (await this.#search(scope));
      if (found === undefined) continue;
      this.spec = scope.specOf(found);
      return true;
    }
    return false;
  }

  /** Stretches of a host within one moment, joined two by two: the later one comes earlier, or the earlier one later. */
  async toFewerSwitches(): Promise<void> {
    const scope = await this.#scopeOf(this.spec);
    let best = await this.#follow(scope, this.spec.choices.steps);
    for (let before: typeof best; best !== undefined && best !== before; ) {
      before = best;
      for (const names of joined(best.steps)) {
        if (this.#isExhausted) return;
        const found = await this.#follow(scope, names);
        if (found === undefined || found.violation.switches >= best.violation.switches) continue;
        best = found;
        this.spec = scope.specOf(found.violation);
        break;
      }
    }
  }

  /** With one fault, task or worker fewer. */
  *#smaller(): Generator<ChosenSpec> {
    const { spec } = this;
    const { maxFaults = 0 } = spec.choices;
    for (let fewer = 0; fewer < maxFaults; fewer++) yield { ...spec, choices: { ...spec.choices, maxFaults: fewer } };
    const tasks = taskIds(this.#scenario, spec);
    if (tasks.length > 1) for (const gone of tasks) yield { ...spec, tasks: tasks.filter((id) => id !== gone) };
    const { processes = 1 } = spec;
    const { workers } = designNamed(this.#scenario, spec.design);
    const now = spec.workers ?? workers;
    // Where nobody is left, every design loses its tasks.
    const { faults = [], downMs } = spec.choices;
    const dead = faults.includes('crash') && downMs === undefined ? maxFaults : 0;
    if (processes > 1 + dead)
      yield { ...spec, processes: processes - 1, ...(now !== undefined && { workers: now - 1 }) };
  }

  /** The same schedule, as far as it goes. Undefined: it does not break in the same way. */
  async #follow(scope: SmallScope, names: readonly string[]): Promise<Broken | undefined> {
    this.#tried();
    const { steps, violations } = await scope.run(following(names));
    const violation = violations.find(isBreach(this.#breach));
    return violation && { steps, violation };
  }

  /** Any schedule at all. */
  async #search(scope: SmallScope): Promise<ExhaustiveViolation | undefined> {
    const search = new ScheduleSearch('partial-order');
    for (let count = 0; count < SCHEDULES_MAX && !this.#isExhausted; count++) {
      this.#tried();
      const { steps, violations } = await scope.run(search.pick);
      const violation = violations.find(isBreach(this.#breach));
      if (violation !== undefined) return violation;
      if (!search.next(steps)) return undefined;
    }
    this.isMinimal = false;
    return undefined;
  }

  async #scopeOf({ choices, ...spec }: ChosenSpec): Promise<SmallScope> {
    const { steps: _, ...chosen } = choices;
    const { invariant } = this.#breach;
    const options = { ...chosen, invariants: invariant === RUNS_TO_ITS_END ? [] : [invariant] };
    const scope = new SmallScope(this.#scenario, { ...spec, faults: [] }, options);
    await scope.warmUp();
    return scope;
  }

  get #isExhausted(): boolean {
    const isExhausted = this.tries >= (this.#options.triesMax ?? TRIES_MAX);
    if (isExhausted) this.isMinimal = false;
    return isExhausted;
  }

  #tried(): void {
    this.tries++;
    this.#options.onTry?.(this.tries);
  }
}

/** A run that breaks in the same way. */
interface Broken {
  readonly steps: readonly Step[];
  readonly violation: ExhaustiveViolation;
}

/** The steps with two stretches of one host joined, in every way that one moment allows. */
function* joined(steps: readonly Step[]): Generator<readonly string[]> {
  const stretches: { readonly owner: string; readonly instant: number; readonly names: string[] }[] = [];
  for (const { name, instant } of steps) {
    const last = stretches.at(-1);
    if (last?.owner === ownerOf(name) && last.instant === instant) last.names.push(name);
    else stretches.push({ owner: ownerOf(name), instant, names: [name] });
  }
  for (const [from, { owner, instant }] of stretches.entries()) {
    const to = stretches.findIndex((each, place) => place > from + 1 && each.owner === owner);
    if (to === -1 || stretches[to]?.instant !== instant) continue;
    const between = stretches.slice(from + 1, to);
    const [before, after] = [stretches.slice(0, from), stretches.slice(to + 1)];
    const pair = [stretches[from], stretches[to]] as typeof stretches;
    for (const middle of [
      [...pair, ...between],
      [...between, ...pair],
    ]) {
      yield [...before, ...middle, ...after].flatMap(({ names }) => names);
    }
  }
}
