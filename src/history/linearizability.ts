/** One operation of a client on a shared object. Times are of one clock, in any unit. */
export interface Operation<I, O> {
  readonly client: string;
  readonly input: I;
  /** Undefined: what it answered is not known. */
  readonly output: O | undefined;
  readonly calledAt: number;
  /** Infinity: its reply never came. It may have taken effect at any time since, or never. */
  readonly returnedAt: number;
}

/** A sequential specification: what an object does when operations come one at a time. */
export interface Model<S, I, O extends string | number | boolean | null> {
  readonly initial: S;
  /** Leaves the given state as it is. */
  apply(state: S, input: I): readonly [state: S, output: O];
  /** In words, to follow "the object is"; distinct for distinct states. */
  name(state: S): string;
  /** In words. */
  describe(input: I): string;
  /** Whether who is answered so has changed nothing, whatever the state was: a read, a refusal. Makes the search shorter. */
  isRead?(input: I, output: O): boolean;
  /** Which object the operation is on. Objects are judged one by one. Left out: there is one. */
  objectOf?(input: I): string;
}

export type Linearizability =
  | { readonly verdict: 'linearizable' }
  | {
      readonly verdict: 'violated';
      readonly message: string;
      /** The first operation that cannot have answered what it did; an index into those given. */
      readonly operation: number;
      /** What was called on its object before it returned, itself included: no shorter prefix is violated. Ascending. */
      readonly prefix: readonly number[];
    }
  /** The search would have needed more memory than it was given. */
  | { readonly verdict: 'unknown'; readonly message: string };

/** What the search may remember, in bytes, as estimated. */
const MEMORY_BYTES = 128 * 1024 * 1024;

/** What remembering one configuration costs besides its name. */
const CONFIGURATION_BYTES = 100;

/**
 * Whether there is an order of the operations in which each takes effect at one instant between its call and its return, and in which a
 * single client would have had the same answers (Herlihy and Wing 1990). Operations that touch in time count as concurrent.
 *
 * The search is Wing and Gong's, as Lowe made it fast ("Testing for linearizability", 2017): just in time, an operation is placed only
 * when one that returns needs it before itself; and each configuration (the return it is at, the open operations that took effect, the
 * state) is tried once. Reads are placed as soon as they fit. Objects are judged apart (Horn and Kroening 2015). Exponential in the
 * operations that are open at once, at worst; those whose reply never came stay open.
 *
 * @param options.memoryBytes beyond it the verdict is `unknown`, never an error. Counts what grows with the search, object by object
 * @throws RangeError for an operation that returns before its call
 */
export function linearizability<S, I, O extends string | number | boolean | null>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  { memoryBytes = MEMORY_BYTES }: { readonly memoryBytes?: number } = {},
): Linearizability {
  const objects = new Map<string, number[]>();
  for (const [index, { input, calledAt, returnedAt }] of operations.entries()) {
    if (!(calledAt <= returnedAt)) {
      throw new RangeError(`operation ${index}, ${model.describe(input)}, returns at ${returnedAt}, before its call`);
    }
    const object = model.objectOf?.(input) ?? '';
    const own = objects.get(object);
    if (own === undefined) objects.set(object, [index]);
    else own.push(index);
  }
  let doubt: Linearizability | undefined;
  for (const own of objects.values()) {
    const result = new Search(model, operations, own, memoryBytes).run();
    if (result.verdict === 'violated') return result;
    if (result.verdict === 'unknown') doubt ??= result;
  }
  return doubt ?? { verdict: 'linearizable' };
}

/** An operation returns: it must have taken effect by now. */
interface Due {
  readonly operation: number;
  /** What may take effect up to now: called, and not returned before. Those that return sooner come first: itself. */
  readonly open: readonly number[];
}

/** A way in which everything up to a return may have gone. */
interface Configuration<S> {
  readonly due: number;
  /** One bit for each open operation that took effect, by its slot. */
  readonly placed: bigint;
  readonly state: S;
  /** The open operations before this one have been tried. */
  next: number;
}

/** Looks for an order of one object's operations. */
class Search<S, I, O extends string | number | boolean | null> {
  readonly #model: Model<S, I, O>;
  readonly #operations: readonly Operation<I, O>[];
  readonly #dues: Due[] = [];
  /** The bit of each operation. It is another's again once the operation has returned. */
  readonly #bits = new Map<number, bigint>();
  /** The configurations that were tried, by the return they are at. */
  readonly #tried: Set<string>[] = [];
  readonly #own: readonly number[];
  #bytesLeft: number;

  constructor(
    model: Model<S, I, O>,
    operations: readonly Operation<I, O>[],
    own: readonly number[],
    memoryBytes: number,
  ) {
    this.#model = model;
    this.#operations = operations;
    this.#own = own;
    this.#bytesLeft = memoryBytes;
  }

  run(): Linearizability {
    this.#readTime();
    if (this.#bytesLeft < 0) return this.#unknown();
    const path: Configuration<S>[] = [];
    let at: Configuration<S> | undefined = { due: 0, placed: 0n, state: this.#model.initial, next: 0 };
    while (at !== undefined) {
      at = this.#pass(at);
      if (at.due === this.#dues.length) return { verdict: 'linearizable' };
      if (this.#isNew(at)) path.push(at);
      if (this.#bytesLeft < 0) return this.#unknown();
      at = undefined;
      for (let last = path.at(-1); last !== undefined && at === undefined; last = path.at(-1)) {
        at = this.#place(last);
        if (at === undefined) path.pop();
      }
    }
    return this.#violated();
  }

  /** Finds what is open at each return, and gives each operation a bit. */
  #readTime(): void {
    const returns = (index: number) => (this.#operations[index] as Operation<I, O>).returnedAt;
    const calls = (index: number) => (this.#operations[index] as Operation<I, O>).calledAt;
    const byCall = this.#own.toSorted((a, b) => calls(a) - calls(b) || a - b);
    const byReturn = this.#own.filter((index) => returns(index) < Number.POSITIVE_INFINITY);
    byReturn.sort((a, b) => returns(a) - returns(b) || a - b);
    const free: bigint[] = [];
    let bits = 0n;
    let open: number[] = [];
    let called = 0;
    for (const operation of byReturn) {
      const before = called;
      while (called < byCall.length && calls(byCall[called] as number) <= returns(operation)) {
        const index = byCall[called++] as number;
        this.#bits.set(index, free.pop() ?? 1n << bits++);
        open.push(index);
      }
      if (called > before) open.sort((a, b) => (returns(a) < returns(b) ? -1 : returns(a) > returns(b) ? 1 : a - b));
      this.#dues.push({ operation, open });
      this.#bytesLeft -= 8 * open.length;
      if (this.#bytesLeft < 0) return;
      open = open.slice(1);
      free.push(this.#bits.get(operation) as bigint);
    }
  }

  /** Goes on to the next return of an operation that has not taken effect yet. */
  #pass({ due, placed: before, state }: Configuration<S>): Configuration<S> {
    let placed = before;
    for (; due < this.#dues.length; due++) {
      placed = this.#placeReads(due, placed, state);
      const bit = this.#bits.get((this.#dues[due] as Due).operation) as bigint;
      if ((placed & bit) === 0n) break;
      placed ^= bit;
    }
    return { due, placed, state, next: 0 };
  }

  /** Whatever comes later, a read that can take effect may do so at once: there is no other way to be tried. */
  #placeReads(due: number, placed: bigint, state: S): bigint {
    if (this.#model.isRead === undefined) return placed;
    for (const index of (this.#dues[due] as Due).open) {
      const { input, output } = this.#operations[index] as Operation<I, O>;
      if (output === undefined || !this.#model.isRead(input, output)) continue;
      if (this.#model.apply(state, input)[1] === output) placed |= this.#bits.get(index) as bigint;
    }
    return placed;
  }

  #isNew({ due, placed, state }: Configuration<S>): boolean {
    const key = `${placed.toString(36)} ${this.#model.name(state)}`;
    this.#tried[due] ??= new Set();
    const tried = this.#tried[due] as Set<string>;
    if (tried.has(key)) return false;
    tried.add(key);
    this.#bytesLeft -= CONFIGURATION_BYTES + 2 * key.length;
    return true;
  }

  /** Lets the next open operation take effect that can; undefined: none is left. */
  #place(at: Configuration<S>): Configuration<S> | undefined {
    const { open } = this.#dues[at.due] as Due;
    while (at.next < open.length) {
      const index = open[at.next++] as number;
      const bit = this.#bits.get(index) as bigint;
      if ((at.placed & bit) !== 0n) continue;
      const { input, output, returnedAt } = this.#operations[index] as Operation<I, O>;
      const [state, answer] = this.#model.apply(at.state, input);
      if (output !== undefined && output !== answer) continue;
      // It need not take effect at all: not where it changes nothing.
      if (returnedAt === Number.POSITIVE_INFINITY && this.#model.name(state) === this.#model.name(at.state)) continue;
      return { due: at.due, placed: at.placed | bit, state, next: 0 };
    }
    return undefined;
  }

  #violated(): Linearizability {
    const { operation } = this.#dues[this.#tried.length - 1] as Due;
    const { client, input, output, calledAt, returnedAt } = this.#operations[operation] as Operation<I, O>;
    const prefix = this.#own.filter((index) => (this.#operations[index] as Operation<I, O>).calledAt <= returnedAt);
    const keys = [...(this.#tried.at(-1) as Set<string>)];
    const states = [...new Set(keys.map((key) => key.slice(key.indexOf(' ') + 1)))];
    const listed = states.length > 3 ? [...states.slice(0, 3), `one of ${states.length - 3} more`] : states;
    const message =
      `${this.#model.describe(input)} by ${client}, called at ${calledAt}, cannot have answered '${output}' at ${returnedAt}: ` +
      `in whatever order the ${prefix.length} operations called by then took effect, the object is ${listed.join(', or ')}`;
    return { verdict: 'violated', message, operation, prefix };
  }

  #unknown(): Linearizability {
    const passed = Math.max(0, this.#tried.length - 1);
    const message = `too much is open at once: the search ran out of memory ${passed} returns into ${this.#own.length} operations`;
    return { verdict: 'unknown', message };
  }
}
