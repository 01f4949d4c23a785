import { InvalidValueError } from '../errors.ts';
import type { PoolContext, WorkerPool } from '../pool.ts';
import type { TaskEvents } from '../task-events.ts';
import { messageOf } from '../worker.ts';
import { BACK_OFF_MS } from './claimed-task.ts';
import { Crew } from './crew.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Member } from './member.ts';
import { RECOVER_INTERVAL_MS } from './recovery.ts';
import { rest } from './rest.ts';

export type EventParameters = {
  /**
   * What becomes of an event whose claim yields nothing. The document's dispatcher takes the token before it looks for a worker
   * and names no other way out, so it waits with the event in hand (`wait`): here until a task of this process ends, or another
   * event comes. `drop`: the event is spent, as the code of solution four has it ("no token: skip").
   */
  readonly whenFull: 'wait' | 'drop';
  /** Whether a task that ends is announced to the other processes, for which its slot is free. As documented, it is not. */
  readonly announceFreed: 'no' | 'yes';
  /**
   * Whether a process claims, once it listens, until nothing is left: what was submitted before has no event any more. As
   * documented, it does not.
   */
  readonly firstLook: 'no' | 'yes';
  /** Every so often it claims until nothing is left, event or not: a safety net, which the document has not. 0: never. */
  readonly fallbackMs: number;
  /** How often a process takes back what others left, where the strategy can. */
  readonly recoverIntervalMs: number;
};

export const EVENT_DEFAULTS: EventParameters = {
  whenFull: 'wait',
  announceFreed: 'no',
  firstLook: 'no',
  fallbackMs: 0,
  recoverIntervalMs: RECOVER_INTERVAL_MS,
};

export const EVENT_CHOICES = {
  whenFull: ['wait', 'drop'],
  announceFreed: ['no', 'yes'],
  firstLook: ['no', 'yes'],
} as const;

/** Some of the workers, and the types whose events they answer. */
export interface Lane {
  readonly types: readonly string[];
  readonly members: readonly Member[];
}

/** Dispatchers that are woken by events, each by those of its own types. Every process hears of every task. */
export class EventLanes implements WorkerPool {
  readonly #context: PoolContext;
  readonly #events: TaskEvents;
  readonly #lanes: () => readonly Lane[];
  readonly #parameters: EventParameters;
  readonly #dispatchers: Dispatcher[] = [];
  readonly #byType = new Map<string, Dispatcher>();
  readonly #stopping = new AbortController();
  #listening: Promise<void> | undefined;

  /**
   * @param lanes asked at the start
   * @throws InvalidValueError where the context has no events
   */
  constructor(context: PoolContext, parameters: EventParameters, lanes: () => readonly Lane[]) {
    if (context.events === undefined) {
      throw new InvalidValueError(
        'a pool that is woken by events needs `events`: give one TaskEvents to the TaskManager and to the pool',
      );
    }
    this.#context = context;
    this.#events = context.events;
    this.#parameters = parameters;
    this.#lanes = lanes;
  }

  start(): void {
    for (const { types, members } of this.#lanes()) {
      const crew = new Crew(this.#context, members);
      crew.fill();
      const dispatcher = this.#dispatcherOf(crew);
      this.#dispatchers.push(dispatcher);
      for (const type of types) this.#byType.set(type, dispatcher);
      dispatcher.start();
    }
    this.#listening = this.#listen();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the pool is stopping'));
    await Promise.all([this.#listening, ...this.#dispatchers.map((dispatcher) => dispatcher.stop())]);
  }

  #dispatcherOf(crew: Crew): Dispatcher {
    const { whenFull, announceFreed, fallbackMs, recoverIntervalMs } = this.#parameters;
    const options = { whenFull, sweepMs: fallbackMs, recoverIntervalMs };
    if (announceFreed === 'no') return new Dispatcher(this.#context, crew, options);
    return new Dispatcher(this.#context, crew, {
      ...options,
      onEnded: ({ id, type, priority }) => this.#events.announce({ kind: 'freed', task: id, type, priority }),
    });
  }

  /** Listens, however often it has to ask for it. */
  async #listen(): Promise<void> {
    const { clock, observe, process } = this.#context;
    const { signal } = this.#stopping;
    for (let goOn = true; goOn; goOn = await rest(clock, signal, BACK_OFF_MS)) {
      try {
        await this.#events.subscribe(({ type }) => this.#byType.get(type)?.wake(), signal);
        if (this.#parameters.firstLook === 'yes') for (const dispatcher of this.#dispatchers) dispatcher.sweep();
        return;
      } catch (error) {
        if (!signal.aborted) observe({ kind: 'poll-failed', worker: process, error: messageOf(error) });
      }
    }
  }
}
