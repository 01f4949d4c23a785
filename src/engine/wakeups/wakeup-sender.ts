import type { Senders } from './wakeup-policy.ts';

/** Business code's way to wake workers (async-task, solution two): signals at once, or gathers types and signals each once. */
export class WakeupSender {
  readonly #wakeUp: (type: string) => void;
  readonly #senders: Senders;
  readonly #gathered = new Set<string>();

  /** @param wakeUp sends one signal */
  constructor(wakeUp: (type: string) => void, senders: Senders) {
    this.#wakeUp = wakeUp;
    this.#senders = senders;
  }

  /** To be called when the tasks that it speaks of have been added. */
  wakeUp(type: string): void {
    if (this.#senders === 'all') this.#wakeUp(type);
    else this.#gathered.add(type);
  }

  /** The handling of one event is over, its transaction committed. */
  endCall(): void {
    if (this.#senders === 'once-a-call') this.#flush();
  }

  /** A row of calls is over. */
  endBatch(): void {
    this.#flush();
  }

  #flush(): void {
    const types = [...this.#gathered];
    this.#gathered.clear();
    for (const type of types) this.#wakeUp(type);
  }
}
