import type { EngineEvent } from '../engine/events.ts';
import { isTerminal } from '../engine/task.ts';

/** Watches a run for its end: every task that was submitted has reached a terminal status. */
export class Progress {
  readonly #open = new Set<string>();
  #allSubmitted = false;
  #steps = 0;
  #onSettled: () => void = () => {};
  /** Resolves once all tasks were submitted and have ended. */
  readonly settled: Promise<void>;

  constructor() {
    this.settled = new Promise((resolve) => {
      this.#onSettled = resolve;
    });
  }

  /** Grows with everything that brings a task nearer to its end; polls that find nothing do not count. */
  get steps(): number {
    return this.#steps;
  }

  /** No more tasks will come. */
  get isAllSubmitted(): boolean {
    return this.#allSubmitted;
  }

  observe(event: EngineEvent): void {
    switch (event.kind) {
      case 'submitting':
        this.#open.add(event.task);
        break;
      case 'status':
        if (isTerminal(event.to)) this.#open.delete(event.task);
        break;
      case 'submitted':
      case 'claimed':
      case 'started':
      case 'finished':
      case 'recovered':
        break;
      default:
        return;
    }
    this.#steps++;
    this.#settleIfDone();
  }

  allSubmitted(): void {
    this.#allSubmitted = true;
    this.#settleIfDone();
  }

  #settleIfDone(): void {
    if (this.#allSubmitted && this.#open.size === 0) this.#onSettled();
  }
}
