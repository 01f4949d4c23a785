import { type Action, EventQueue } from './event-queue.ts';
import type { Host } from './host.ts';

/** An event that waits for its time. */
export interface PendingEvent {
  readonly timeUs: number;
  /** The index of the host it belongs to. */
  readonly host: number;
  readonly life: number;
  readonly action: Action<never>;
  readonly subject: unknown;
  /** Counts events in the order in which they were caused. */
  readonly sequence: number;
}

/** What chooses among events that are due. */
export interface Chooser {
  /** Something that happens now has caused an event. */
  caused(event: PendingEvent): void;
  /**
   * @param due all events of the earliest time there is, in the order in which they were caused; one at least
   * @returns one of them; or another event of the same time, which then happens before any of them
   * @throws to end the run
   */
  choose(due: readonly PendingEvent[]): PendingEvent;
}

/** Where the event that happens next stands in the columns. */
const TAKEN = 0;

/**
 * Future events of which somebody else chooses the next: any of those due at the earliest time. Time goes on when none is left, and
 * not before. Where messages travel no time and nothing takes CPU time, every order in which they may arrive can be chosen.
 *
 * Made for small worlds: it looks at all events each time.
 */
export class ChoiceQueue extends EventQueue {
  readonly #chooser: Chooser;
  readonly #everybody: readonly Host[];
  /** In the order in which they were caused. */
  #pending: PendingEvent[] = [];
  #count = 0;

  constructor(chooser: Chooser, everybody: readonly Host[]) {
    super();
    this.#chooser = chooser;
    this.#everybody = everybody;
  }

  override get size(): number {
    return this.#pending.length;
  }

  override push<T>(timeUs: number, _tie: number, host: number, life: number, action: Action<T>, subject: T): number {
    const sequence = this.#count++;
    const event = { timeUs, host, life, action: action as unknown as Action<never>, subject, sequence };
    this.#pending.push(event);
    this.#chooser.caused(event);
    return sequence;
  }

  override cancel(handle: number): void {
    const place = this.#pending.findIndex(({ sequence }) => sequence === handle);
    if (place !== -1) this.#pending.splice(place, 1);
  }

  override take(): number {
    this.#pending = this.#pending.filter(({ host, life }) => this.#everybody[host]?.life === life);
    if (this.#pending.length === 0) return -1;
    const timeUs = this.#pending.reduce(
      (earliest, event) => Math.min(earliest, event.timeUs),
      Number.POSITIVE_INFINITY,
    );
    const chosen = this.#chooser.choose(this.#pending.filter((event) => event.timeUs === timeUs));
    this.cancel(chosen.sequence);
    this.times[TAKEN] = timeUs;
    this.hosts[TAKEN] = chosen.host;
    this.lives[TAKEN] = chosen.life;
    this.actions[TAKEN] = chosen.action;
    this.subjects[TAKEN] = chosen.subject;
    return TAKEN;
  }
}
