import type { Clock } from '../ports.ts';

/**
 * Go's buffered `chan struct{}` as the documents use it: senders never wait, what does not fit is dropped, and receivers take
 * signals one by one, whoever has waited longest first.
 */
export class SignalChannel {
  readonly #capacity: number;
  readonly #clock: Clock;
  #waiting = 0;
  readonly #receivers: (() => void)[] = [];

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  /** Signals that wait. Go's `len(ch)`. */
  get length(): number {
    return this.#waiting;
  }

  /** False where the channel was full and the signal is dropped. */
  send(): boolean {
    const receive = this.#receivers.shift();
    if (receive !== undefined) {
      receive();
      return true;
    }
    if (this.#waiting >= this.#capacity) return false;
    this.#waiting++;
    return true;
  }

  /** Takes all waiting signals at once. @returns how many */
  drain(): number {
    const drained = this.#waiting;
    this.#waiting = 0;
    return drained;
  }

  /**
   * Go's `select` over this channel, a timer and a context: a waiting signal at once, else whichever comes first.
   * @param timeoutMs Infinity waits for a signal only
   */
  async receive(timeoutMs: number, stopping: AbortSignal): Promise<'signal' | 'timer' | 'stopped'> {
    if (stopping.aborted) return 'stopped';
    if (this.#waiting > 0) {
      this.#waiting--;
      return 'signal';
    }
    const timer = new AbortController();
    let received = false;
    const stop = () => timer.abort();
    let receive = () => {};
    stopping.addEventListener('abort', stop, { once: true });
    try {
      const first = await Promise.race([
        new Promise<'signal'>((resolve) => {
          receive = () => {
            received = true;
            resolve('signal');
          };
          this.#receivers.push(receive);
        }),
        this.#timer(timeoutMs, timer.signal),
      ]);
      // Handed over in the moment in which the timer fired: taken is taken.
      return received ? 'signal' : first;
    } finally {
      const place = this.#receivers.indexOf(receive);
      if (place !== -1) this.#receivers.splice(place, 1);
      stopping.removeEventListener('abort', stop);
      timer.abort();
    }
  }

  async #timer(timeoutMs: number, signal: AbortSignal): Promise<'timer' | 'stopped'> {
    if (timeoutMs === Number.POSITIVE_INFINITY) {
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'), { once: true }));
    }
    try {
      await this.#clock.sleep(Math.max(0, timeoutMs), signal);
      return 'timer';
    } catch {
      return 'stopped';
    }
  }
}
