import type { Clock } from '../engine/ports.ts';
import { ChoiceQueue, type Chooser } from './choice-queue.ts';
import { type Action, EventQueue } from './event-queue.ts';
import { enterSimulation, insideSimulation, installGuards, leaveSimulation } from './guards.ts';
import { type ClockError, Host } from './host.ts';
import { BEST_DRAIN, type DrainMode, drainNow } from './microtasks.ts';
import { RandomStream } from './random-stream.ts';
import { RollingHash } from './rolling-hash.ts';
import { fifo } from './schedules/fifo.ts';
import type { Schedule } from './schedules/schedule.ts';

/** Where virtual time begins: 2025-01-01T00:00:00Z. Fixed, so that no run knows today's date. */
export const EPOCH_MS = 1_735_689_600_000;

/** Events between two looks at the real event loop (Ctrl-C, garbage collection's callbacks). */
const EVENTS_PER_TURN = 8192;

const DEFAULT_EVENTS_MAX = 200_000_000;

export interface SimulationOptions {
  readonly seed: number;
  readonly schedule?: Schedule;
  /** Chooses each next event among all that are due, instead of the schedule. Nothing takes CPU time then: see `ChoiceQueue`. */
  readonly chooser?: Chooser;
  readonly drain?: DrainMode;
  /** The run is stopped with an error after so many events: a loop that never waits would else never end. */
  readonly eventsMax?: number;
}

/** The run exceeded a limit that it was given. */
export class SimulationLimitError extends Error {
  readonly code = 'SIMULATION_LIMIT';
  /** How far virtual time had come. */
  readonly timeUs: number;

  constructor(message: string, timeUs: number) {
    super(message);
    this.timeUs = timeUs;
  }
}

/** Something reached the simulation from outside its event loop: real I/O leaked into simulated code. */
export class OutsideSimulationError extends Error {
  readonly code = 'OUTSIDE_SIMULATION';
}

/**
 * The kernel: virtual time, the queue of future events, hosts and their CPUs. It knows nothing of Redis or of tasks.
 *
 * It takes the next event, sets the current host, calls back, and drains microtasks to quiescence before it takes another.
 * Quiescence is what makes asynchronous code a deterministic coroutine. Time is in whole µs from the start of the run.
 */
export class Simulation {
  readonly seed: number;
  readonly hosts: Host[] = [];
  readonly hash = new RollingHash();
  readonly #queue: EventQueue;
  readonly #isChosen: boolean;
  readonly #schedule: Schedule;
  readonly #drain: DrainMode;
  readonly #eventsMax: number;
  readonly #streams = new Map<string, RandomStream>();
  readonly #sleepers = new WeakMap<AbortSignal, Set<Sleeper>>();
  #nowUs = 0;
  #eventCount = 0;
  #state: 'set-up' | 'inside' | 'between-turns' | 'over' = 'set-up';
  #failure: { readonly error: unknown } | undefined;
  #isStopped = false;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#schedule = options.schedule ?? fifo();
    this.#isChosen = options.chooser !== undefined;
    this.#queue = options.chooser === undefined ? new EventQueue() : new ChoiceQueue(options.chooser, this.hosts);
    this.#drain = options.drain ?? BEST_DRAIN;
    this.#eventsMax = options.eventsMax ?? DEFAULT_EVENTS_MAX;
  }

  /** True time since the start, in µs. No host knows it. */
  get nowUs(): number {
    return this.#nowUs;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  /** The stream of that name, split from the run's seed. */
  random(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new RandomStream(this.seed, name);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  addHost(name: string, clockError?: ClockError): Host {
    const host = new Host(name, this.hosts.length, EPOCH_MS, clockError);
    this.hosts.push(host);
    return host;
  }

  /** Causes an event on a host, `delayUs` from now. Dropped if the host crashes before. @returns a handle for `cancel`. */
  after<T>(delayUs: number, host: Host, action: Action<T>, subject: T): number {
    return this.at(this.#nowUs + delayUs, host, action, subject);
  }

  /** The same at a true time of the run; one that has passed means now. */
  at<T>(timeUs: number, host: Host, action: Action<T>, subject: T): number {
    if (this.#state === 'between-turns') throw leaked();
    return this.#queue.push(
      Math.max(timeUs, this.#nowUs),
      this.#schedule.tie(),
      host.index,
      host.life,
      action,
      subject,
    );
  }

  /** Takes an event back before its time. One whose time has come and that waits for its host's CPU is out of reach: see `timer`. */
  cancel(handle: number): void {
    this.#queue.cancel(handle);
  }

  /** `after`, for what may be taken back until the moment it runs. @returns takes it back */
  timer(delayUs: number, host: Host, callback: () => void): () => void {
    let isTakenBack = false;
    const ring = () => {
      if (!isTakenBack) callback();
    };
    const handle = this.after(delayUs, host, ring, undefined);
    return () => {
      isTakenBack = true;
      this.cancel(handle);
    };
  }

  /** Runs asynchronous code on a host, now and after each restart. An error that it throws ends the run. */
  start(host: Host, main: () => Promise<void>): void {
    const boot = () => {
      main().catch((error: unknown) => this.fail(error));
    };
    host.boot = boot;
    this.after(0, host, boot, undefined);
  }

  /** The host's CPU computes for so long; whatever else it has to do waits. */
  compute(host: Host, us: number): void {
    if (this.#isChosen) return;
    host.busyUntilUs = Math.max(host.busyUntilUs, this.#nowUs) + us;
    host.computedUs += us;
  }

  /** The host stands still (garbage collection, a stalled virtual machine): nothing on it runs, its clock goes on. */
  pause(host: Host, us: number): void {
    host.busyUntilUs = Math.max(host.busyUntilUs, this.#nowUs + us);
  }

  /** The process that had the CPU is gone: what waits for it is taken up now. */
  free(host: Host): void {
    host.busyUntilUs = this.#nowUs;
    host.wakeScheduled = false;
    if (host.waitingActions.length > 0) this.#wakeLater(host);
  }

  /** The host dies: its memory, its timers, everything on its way to it. */
  crash(host: Host): void {
    host.alive = false;
    host.life++;
    host.waitingActions.clear();
    host.waitingSubjects.clear();
    host.wakeScheduled = false;
    for (const listener of [...host.onCrash]) listener();
    host.onCrash.clear();
  }

  /** A crashed host comes up with an empty memory and boots again. */
  restart(host: Host): void {
    if (host.alive) return;
    host.alive = true;
    host.life++;
    host.busyUntilUs = this.#nowUs;
    if (host.boot) this.after(0, host, host.boot, undefined);
  }

  /** Ends the run with an error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Ends the run after the event under way: nobody waits for what has not happened yet. */
  stop(): void {
    this.#isStopped = true;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** The clock port of a host: its own clock, and a sleep that virtual time ends. */
  clock(host: Host): Clock {
    return {
      now: () => Math.floor(host.clockUs(this.#nowUs) / 1000),
      sleep: (ms, signal) => this.#sleep(host, ms, signal),
    };
  }

  /**
   * Runs until nothing is left to happen. Settles once, after the last event.
   * @throws whatever simulated code threw; SimulationLimitError after `eventsMax` events
   */
  run(): Promise<void> {
    if (this.#state !== 'set-up') throw new Error('a simulation runs once; make a new one');
    if (insideSimulation()) throw new Error('a simulation cannot run inside another: run one after the other');
    const uninstallGuards = installGuards();
    return new Promise<void>((resolve, reject) => {
      const end = (error?: { readonly error: unknown }) => {
        this.#state = 'over';
        uninstallGuards();
        if (error) reject(error.error);
        else resolve();
      };
      if (this.#drain === 'synchronous') this.#turnSynchronously(end);
      else this.#turnByMacrotasks(end);
    });
  }

  #turnSynchronously(end: (error?: { readonly error: unknown }) => void): void {
    const turn = () => {
      this.#state = 'inside';
      enterSimulation();
      let over = false;
      try {
        over = !this.#runEvents(EVENTS_PER_TURN, drainNow);
      } catch (error) {
        this.fail(error);
        over = true;
      } finally {
        leaveSimulation();
      }
      this.#state = 'between-turns';
      if (over) end(this.#failure);
      else setImmediate(turn);
    };
    setImmediate(turn);
  }

  /** Node drains microtasks after each callback of the immediate queue: one event, then one callback that closes it. */
  #turnByMacrotasks(end: (error?: { readonly error: unknown }) => void): void {
    let over = false;
    const open = () => {
      this.#state = 'inside';
      enterSimulation();
      try {
        over = !this.#runEvents(1, () => {});
      } catch (error) {
        this.fail(error);
        over = true;
      }
    };
    const close = () => {
      leaveSimulation();
      this.#state = 'between-turns';
      if (over || this.#failure || this.#isStopped) end(this.#failure);
      else turn();
    };
    const turn = () => {
      setImmediate(open);
      setImmediate(close);
    };
    turn();
  }

  /** Runs up to `limit` events. False when the run is over. */
  #runEvents(limit: number, drain: () => void): boolean {
    const queue = this.#queue;
    const { hosts, hash } = this;
    if (this.#failure || this.#isStopped) return false;
    for (let count = 0; count < limit; count++) {
      const slot = queue.take();
      if (slot < 0) return false;
      if (++this.#eventCount > this.#eventsMax) throw this.#limitExceeded();
      const host = hosts[queue.hosts[slot] as number] as Host;
      if (queue.lives[slot] !== host.life || !host.alive) continue;
      const nowUs = queue.times[slot] as number;
      this.#nowUs = nowUs;
      const action = queue.actions[slot] as unknown as Action<unknown>;
      if ((host.busyUntilUs > nowUs || host.wakeScheduled) && action !== this.#takeUpBacklog) {
        host.waitingActions.push(action);
        host.waitingSubjects.push(queue.subjects[slot]);
        this.#wakeLater(host);
        continue;
      }
      hash.event(nowUs, host.index);
      action(queue.subjects[slot]);
      drain();
      if (this.#failure || this.#isStopped) return false;
    }
    return true;
  }

  #limitExceeded(): SimulationLimitError {
    return new SimulationLimitError(
      `the run did not end within ${this.#eventsMax} events (virtual time ${this.#nowUs / 1e6} s); ` +
        'a loop that never waits, or a limit too low: raise eventsMax',
      this.#nowUs,
    );
  }

  #wakeLater(host: Host): void {
    if (host.wakeScheduled) return;
    host.wakeScheduled = true;
    this.#queue.push(host.busyUntilUs, 0, host.index, host.life, this.#takeUpBacklog, host);
  }

  /** Bound once: the CPU is free again, the oldest waiting action runs. */
  readonly #takeUpBacklog = (host: Host): void => {
    host.wakeScheduled = false;
    if (host.waitingActions.length === 0) return;
    if (host.busyUntilUs > this.#nowUs) {
      this.#wakeLater(host);
      return;
    }
    const action = host.waitingActions.shift();
    const subject = host.waitingSubjects.shift();
    if (host.waitingActions.length > 0) this.#wakeLater(host);
    action(subject);
  };

  #sleep(host: Host, ms: number, signal: AbortSignal | undefined): Promise<void> {
    const delayUs = host.trueDurationUs(ms);
    if (signal === undefined) {
      if (this.#state === 'between-turns') throw leaked();
      // The kernel's hottest path, hence not by way of `at`.
      const woken = new Promise<void>(catchResolve);
      this.#queue.push(this.#nowUs + delayUs, this.#schedule.tie(), host.index, host.life, caughtResolve, undefined);
      return woken;
    }
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const sleepers = this.#sleepersUnder(signal);
      const onTime = () => {
        sleepers.delete(sleeper);
        resolve();
      };
      const handle = this.after(delayUs, host, onTime, undefined);
      const sleeper = { host, life: host.life, handle, reject };
      sleepers.add(sleeper);
    });
  }

  /** One listener a signal, however often its owner sleeps: to add and remove one costs more than all else of a sleep. */
  #sleepersUnder(signal: AbortSignal): Set<Sleeper> {
    const known = this.#sleepers.get(signal);
    if (known !== undefined) return known;
    const sleepers = new Set<Sleeper>();
    this.#sleepers.set(signal, sleepers);
    const onAbort = () => {
      for (const { host, life, handle, reject } of sleepers) {
        // The signal may belong to someone who outlives the host; the dead do not wake.
        if (host.life !== life) continue;
        this.cancel(handle);
        reject(signal.reason);
      }
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return sleepers;
  }
}

/** Who sleeps until a time, or until a signal. */
interface Sleeper {
  readonly host: Host;
  /** Of the host, as it fell asleep. */
  readonly life: number;
  readonly handle: number;
  readonly reject: (reason: unknown) => void;
}

/** The resolve function of the promise made last: one executor for all sleeps spares a closure each. */
let caughtResolve: Action<undefined>;
const catchResolve = (resolve: () => void): void => {
  caughtResolve = resolve;
};

function leaked(): OutsideSimulationError {
  return new OutsideSimulationError(
    'simulated code went on outside the event loop: it awaited something real (a file, a socket, a timer). ' +
      'Await only the ports: Clock, RedisClient',
  );
}
