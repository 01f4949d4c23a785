import type { PoolContext } from '../pool.ts';
import { HiredWorker } from './hired-worker.ts';
import type { Member } from './member.ts';

/** Workers that a dispatcher hands tasks to: the idle ones wait first in, first out; a place is filled when it is first needed. */
export class Crew {
  readonly #context: PoolContext;
  readonly #members: readonly Member[];
  readonly #hired: HiredWorker[] = [];
  readonly #idle: HiredWorker[] = [];

  constructor(context: PoolContext, members: readonly Member[]) {
    this.#context = context;
    this.#members = members;
  }

  /** Fills every place. */
  fill(): void {
    while (this.#hired.length < this.#members.length) this.#idle.push(this.#hire());
  }

  get isAllBusy(): boolean {
    return this.#idle.length === 0 && this.#hired.length === this.#members.length;
  }

  /** Whoever is idle longest, or somebody new; undefined where all are busy. */
  take(): HiredWorker | undefined {
    return this.isAllBusy ? undefined : (this.#idle.shift() ?? this.#hire());
  }

  putBack(worker: HiredWorker): void {
    this.#idle.push(worker);
  }

  stop(): void {
    for (const worker of this.#hired) worker.stop();
  }

  /** Everybody leaves; nobody has a task any more. */
  dismiss(): void {
    for (const worker of this.#hired) worker.leave();
  }

  #hire(): HiredWorker {
    const worker = new HiredWorker(this.#context, this.#members[this.#hired.length] as Member);
    this.#hired.push(worker);
    return worker;
  }
}
