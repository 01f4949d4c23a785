import type { Action } from './event-queue.ts';
import { Fifo } from './fifo.ts';
import type { Host } from './host.ts';
import type { RandomStream } from './random-stream.ts';
import type { Simulation } from './simulation.ts';

/** How long a message travels one way, in µs: uniform in [baseUs, baseUs + jitterUs]. */
export interface Latency {
  readonly baseUs: number;
  readonly jitterUs: number;
}

/** A round trip of a quarter of a millisecond, give or take: one data centre, one availability zone. */
export const DATA_CENTRE: Latency = { baseUs: 100, jitterUs: 50 };

/**
 * One direction of a connection between two hosts, as TCP gives it: every message arrives once, in order, late. It closes when
 * either host dies.
 */
export class Channel<T> {
  readonly #simulation: Simulation;
  readonly #to: Host;
  readonly #latency: Latency;
  readonly #stream: RandomStream;
  readonly #receive: (message: T) => void;
  readonly #receiveCostUs: number;
  readonly #messages = new Fifo<T>();
  #lastArrivalUs = 0;
  #open = true;
  /** The receiver's life at the time of opening: a restarted host has forgotten its connections. */
  readonly #life: number;

  /** @param receiveCostUs what taking a message off the wire costs the receiving host's CPU */
  constructor(
    simulation: Simulation,
    to: Host,
    options: {
      readonly latency: Latency;
      readonly stream: RandomStream;
      readonly receive: (message: T) => void;
      readonly receiveCostUs?: number;
    },
  ) {
    this.#simulation = simulation;
    this.#to = to;
    this.#life = to.life;
    this.#latency = options.latency;
    this.#stream = options.stream;
    this.#receive = options.receive;
    this.#receiveCostUs = options.receiveCostUs ?? 0;
  }

  /**
   * @param departUs the true time at which it leaves; not before now
   * @param heldUs how much longer it travels; what is sent later still comes later
   */
  send(message: T, departUs = this.#simulation.nowUs, heldUs = 0): void {
    if (!this.#open || this.#to.life !== this.#life) return;
    this.#messages.push(message);
    const { baseUs, jitterUs } = this.#latency;
    const arrivalUs = departUs + heldUs + baseUs + (jitterUs > 0 ? this.#stream.integer(jitterUs + 1) : 0);
    this.#lastArrivalUs = Math.max(this.#lastArrivalUs, arrivalUs);
    this.#simulation.at(this.#lastArrivalUs, this.#to, this.#arrive, this);
  }

  /** The oldest of the messages under way; undefined: there is none, or the channel is closed. */
  get oldest(): T | undefined {
    return this.#open && this.#messages.length > 0 ? this.#messages.first : undefined;
  }

  /** What is on its way is lost. */
  close(): void {
    this.#open = false;
    this.#messages.clear();
  }

  /** Each arrival takes the oldest message, whatever order a schedule gives to simultaneous arrivals. */
  readonly #arrive: Action<Channel<T>> = () => {
    if (!this.#open) return;
    const message = this.#messages.shift();
    if (this.#receiveCostUs > 0) this.#simulation.compute(this.#to, this.#receiveCostUs);
    this.#receive(message);
  };
}
