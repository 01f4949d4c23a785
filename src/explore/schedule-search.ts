import type { Accesses } from './accesses.ts';
import { type Candidate, ChoiceRun, type Pick, type Step } from './choice-run.ts';

/**
 * How much is left out. `none`: every order is run. `sleep-sets`: of orders that differ by swapping steps that commute, one; found by
 * beginning all and giving up those that turn out to be known. `partial-order`: the same, and only those are begun that a race asks for.
 */
export type Reduction = 'none' | 'sleep-sets' | 'partial-order';

/** Where a run could have gone on otherwise. */
interface Node {
  readonly instant: number;
  readonly enabled: ReadonlySet<string>;
  readonly faults: readonly Candidate[];
  /** Steps with which no new order begins here, and what they touch. */
  readonly asleep: ReadonlyMap<string, Accesses>;
  /** Steps that were taken here, and what they touched. */
  readonly done: Map<string, Accesses>;
  readonly wanted: Set<string>;
  chosen: string;
}

/** The run is the same as one that was visited, but for the order of steps that commute. */
export class KnownOrder extends Error {}

/** A run that is played again did not go the same way: something in it is not deterministic. */
export class UnrepeatableRun extends Error {
  readonly code = 'UNREPEATABLE_RUN';
}

/**
 * All orders of the steps of a run, depth first, each from the start: stateless model checking with dynamic partial-order reduction
 * (Flanagan, Godefroid, "Dynamic partial-order reduction for model checking software", POPL 2005), with source sets (Abdulla, Aronis,
 * Jonsson, Sagonas, "Optimal dynamic partial order reduction", POPL 2014, algorithm 1) and sleep sets (Godefroid, 1996).
 *
 * Two steps race where they conflict, neither caused the other, and nothing between orders them: then there is an order in which the
 * later comes first, and a run that has it is wanted where the earlier one was taken. Virtual time goes on only when nothing is left to
 * happen, so that steps of two moments never race.
 *
 * What may go wrong is tried, instead of a step, wherever it would make a difference to that step; elsewhere it commutes with it.
 */
export class ScheduleSearch {
  readonly #reduction: Reduction;
  readonly #depthMax: number;
  readonly #nodes: Node[] = [];
  /** By step of the run: which steps of its instant come before it in every equal order. */
  readonly #before: Set<number>[] = [];
  /** Steps before it are as in the run before. */
  #firstNew = 0;
  /** Places at which a wanted order was left out for the bound on depth. */
  readonly #beyond = new Set<string>();

  constructor(reduction: Reduction, depthMax = Number.POSITIVE_INFINITY) {
    this.#reduction = reduction;
    this.#depthMax = depthMax;
  }

  readonly pick: Pick = ({ candidates, faults }, { instant, steps }) => {
    const depth = steps.length;
    const known = this.#nodes[depth];
    const name = known?.chosen ?? this.#open(depth, instant, candidates, faults, steps);
    const found = candidates.find((each) => each.name === name) ?? faults.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new UnrepeatableRun(
      `step ${depth} was ${name} before, and now there is ${candidates.map((each) => each.name).join(', ')}`,
    );
  };

  /** Takes in a run that has ended, or was given up. @returns whether there is another */
  next(steps: readonly Step[]): boolean {
    this.#nodes.length = steps.length;
    this.#before.length = Math.min(this.#before.length, this.#firstNew);
    for (let index = this.#firstNew; index < steps.length; index++) this.#learn(steps, index);
    for (let depth = steps.length - 1; depth >= 0; depth--) {
      const node = this.#nodes[depth] as Node;
      node.done.set(node.chosen, (steps[depth] as Step).accesses);
      const wanted = [...node.wanted].find((name) => !node.done.has(name) && !node.asleep.has(name));
      if (wanted !== undefined) {
        node.chosen = wanted;
        this.#nodes.length = depth + 1;
        this.#firstNew = depth;
        return true;
      }
    }
    this.#nodes.length = 0;
    return false;
  }

  /** Orders that are wanted and were not begun: each stands for one at least. */
  get left(): number {
    const waiting = this.#nodes.reduce((sum, { wanted, done, asleep, chosen }) => {
      return sum + [...wanted].filter((name) => name !== chosen && !done.has(name) && !asleep.has(name)).length;
    }, 0);
    // What `next` chose last was not begun either.
    return waiting + this.#beyond.size + Math.min(1, this.#nodes.length);
  }

  #open(
    depth: number,
    instant: number,
    candidates: readonly Candidate[],
    faults: readonly Candidate[],
    steps: readonly Step[],
  ): string {
    const asleep = this.#asleepAfter(depth, instant, steps);
    const isAwake = ({ name }: Candidate) => !asleep.has(name);
    // Where all else is known, what goes wrong now may be new: it undoes a part of what is known.
    const chosen = (candidates.find(isAwake) ?? faults.find(isAwake))?.name;
    if (chosen === undefined) throw new KnownOrder('every step that may come next begins an order that was visited');
    const enabled = new Set(candidates.map(({ name }) => name));
    const wanted = new Set([chosen]);
    if (!candidates.some(isAwake)) for (const { name } of faults) wanted.add(name);
    if (this.#reduction !== 'partial-order' && depth < this.#depthMax) {
      for (const name of enabled) wanted.add(name);
      for (const { name } of faults) wanted.add(name);
    }
    this.#nodes.push({ instant, enabled, faults, asleep, done: new Map(), wanted, chosen });
    return chosen;
  }

  /** What slept before, or was done, sleeps on unless the step that was taken could make a difference to it. */
  #asleepAfter(depth: number, instant: number, steps: readonly Step[]): Map<string, Accesses> {
    const asleep = new Map<string, Accesses>();
    const before = this.#nodes[depth - 1];
    if (before === undefined || before.instant !== instant || this.#reduction === 'none') return asleep;
    const { accesses } = steps[depth - 1] as Step;
    for (const [name, theirs] of [...before.asleep, ...before.done]) {
      if (name !== before.chosen && !theirs.conflictsWith(accesses)) asleep.set(name, theirs);
    }
    return asleep;
  }

  #learn(steps: readonly Step[], index: number): void {
    const step = steps[index] as Step;
    const node = this.#nodes[index] as Node;
    if (this.#reduction === 'partial-order') {
      for (const { name, fault } of node.faults) {
        const strikes =
          fault?.lane === undefined ? ChoiceRun.touches(step, fault?.host ?? '') : fault.lane === step.process;
        if (strikes) this.#want(index, name);
      }
    }
    const before = new Set<number>();
    const precede = (earlier: number) => {
      before.add(earlier);
      for (const place of this.#before[earlier] ?? []) before.add(place);
    };
    const isOfInstant = (place: number) => steps[place]?.instant === step.instant;
    for (const cause of step.causes) if (isOfInstant(cause)) precede(cause);
    for (let earlier = index - 1; earlier >= 0 && isOfInstant(earlier); earlier--) {
      if (before.has(earlier)) continue;
      const other = steps[earlier] as Step;
      if (other.process === step.process) precede(earlier);
      else if (other.accesses.conflictsWith(step.accesses)) {
        if (this.#reduction === 'partial-order') this.#reverse(steps, earlier, index, before);
        precede(earlier);
      }
    }
    this.#before[index] = before;
  }

  /** Wants, in place of the earlier of two steps that race, a step with which an order can begin that has the later one first. */
  #reverse(steps: readonly Step[], earlier: number, later: number, beforeLater: ReadonlySet<number>): void {
    const node = this.#nodes[earlier] as Node;
    const free: number[] = [];
    for (let place = earlier + 1; place < later; place++) {
      if (!this.#before[place]?.has(earlier)) free.push(place);
    }
    const isFirst = (place: number) => !free.some((other) => other < place && this.#before[place]?.has(other));
    const firsts = free.filter(isFirst);
    if (!free.some((other) => beforeLater.has(other))) firsts.unshift(later);
    const names = firsts.map((place) => (steps[place] as Step).name);
    if (names.some((name) => node.wanted.has(name) || node.asleep.has(name) || node.done.has(name))) return;
    const possible = names.find((name) => node.enabled.has(name) || node.faults.some((fault) => fault.name === name));
    if (possible !== undefined) this.#want(earlier, possible);
    else for (const name of node.enabled) this.#want(earlier, name);
  }

  #want(depth: number, name: string): void {
    const { wanted } = this.#nodes[depth] as Node;
    if (depth < this.#depthMax) wanted.add(name);
    else if (!wanted.has(name)) this.#beyond.add(`${depth} ${name}`);
  }
}
