import { PRIORITIES, type RunnerTask } from './runner.ts';

/** A queue that its owner guards. */
export interface TaskQueue {
  readonly length: number;
  push(task: RunnerTask): void;
  pop(): RunnerTask | undefined;
  peek(): RunnerTask | undefined;
}

/** First in, first out. */
export class FifoTaskQueue implements TaskQueue {
  readonly #tasks: RunnerTask[] = [];

  get length(): number {
    return this.#tasks.length;
  }

  push(task: RunnerTask): void {
    this.#tasks.push(task);
  }

  pop(): RunnerTask | undefined {
    return this.#tasks.shift();
  }

  peek(): RunnerTask | undefined {
    return this.#tasks[0];
  }
}

/**
 * How tasks of one priority are numbered, and which of two goes first.
 * `uint64`: counts up to 2^64 and wraps to 0; the smaller number goes first.
 * `int64-reset`: the document's repair: after 2^63 - 1 comes 0, "assuming that the old tasks have been run".
 * `serial`: wraps, and the number that is less than half the circle behind goes first (RFC 1982).
 */
export type Sequence = 'uint64' | 'int64-reset' | 'serial';

const BITS = 64;
const INT64_MAX = 2n ** 63n - 1n;

interface Numbering {
  /** The last number before it begins anew. */
  readonly last: bigint;
  isBefore(a: bigint, b: bigint): boolean;
}

const isSmaller = (a: bigint, b: bigint): boolean => a < b;
const NUMBERINGS: Readonly<Record<Sequence, Numbering>> = {
  uint64: { last: 2n ** 64n - 1n, isBefore: isSmaller },
  'int64-reset': { last: INT64_MAX, isBefore: isSmaller },
  serial: { last: 2n ** 64n - 1n, isBefore: (a, b) => BigInt.asIntN(BITS, a - b) < 0n },
};

interface Item {
  readonly task: RunnerTask;
  readonly priority: number;
  readonly sequence: bigint;
}

/**
 * Higher priority first, then in the order of pushes: a binary heap over (priority, sequence number) (task-runner, 10).
 *
 * Promises the order of pushes while no two numbers in the queue lie on two sides of a wrap; `serial` also then, as long as fewer
 * than 2^63 tasks wait.
 */
export class PriorityTaskQueue implements TaskQueue {
  readonly #numbering: Numbering;
  readonly #heap: Item[] = [];
  #next: bigint;

  /** @param left how many numbers are left before the wrap; undefined: all */
  constructor(sequence: Sequence, left?: number) {
    this.#numbering = NUMBERINGS[sequence];
    this.#next = left === undefined ? 0n : this.#numbering.last - BigInt(left) + 1n;
  }

  get length(): number {
    return this.#heap.length;
  }

  push(task: RunnerTask): void {
    const sequence = this.#next;
    this.#next = sequence === this.#numbering.last ? 0n : sequence + 1n;
    const item = { task, priority: PRIORITIES.indexOf(task.traits.priority), sequence };
    let place = this.#heap.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#goesBefore(item, this.#heap[parent] as Item)) break;
      this.#heap[place] = this.#heap[parent] as Item;
      place = parent;
    }
    this.#heap[place] = item;
  }

  peek(): RunnerTask | undefined {
    return this.#heap[0]?.task;
  }

  pop(): RunnerTask | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first?.task;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const right = this.#heap[child + 1];
      if (right !== undefined && this.#goesBefore(right, this.#heap[child] as Item)) child++;
      const next = this.#heap[child];
      if (next === undefined || !this.#goesBefore(next, last)) break;
      this.#heap[place] = next;
      place = child;
    }
    this.#heap[place] = last;
    return first.task;
  }

  #goesBefore(a: Item, b: Item): boolean {
    return a.priority !== b.priority ? a.priority > b.priority : this.#numbering.isBefore(a.sequence, b.sequence);
  }
}
