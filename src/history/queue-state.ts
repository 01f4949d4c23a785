import { isTerminal } from '../engine/task.ts';
import { type Executions, executionsOf } from './executions.ts';
import type { History, HistoryEvent } from './history.ts';

/** Since when something has been so, and the event that made it so. */
export interface Since {
  readonly timeUs: number;
  readonly index: number;
}

interface TypeState {
  /** Accepted tasks that nobody has, in the order in which they came. */
  readonly waiting: Map<string, Since>;
  running: number;
  limit: number;
  /** Out, as far as is known; the oldest first. */
  readonly tokens: Set<string>;
  room: Since | undefined;
}

interface TaskState {
  /** Empty until it is known. */
  type: string;
  isWaiting: boolean;
  /** Somebody has, or had, it. */
  isTaken: boolean;
  isOver: boolean;
}

interface WorkerState {
  readonly process: string;
  readonly types: readonly string[] | undefined;
  /** Handlers that it runs. */
  running: number;
}

/** A task that could be running, and a worker that could run it. */
export interface Slack {
  readonly type: string;
  readonly task: string;
  readonly taskSince: Since;
  readonly worker: string;
  readonly workerSince: Since;
  /** Since when both have been so, and the type has had room. */
  readonly sinceUs: number;
}

/**
 * Who waits and who idles, as far as a history has been read.
 *
 * A task waits from its acceptance until it is claimed or started, is over, or, if it was given back, from then on. Its type has room
 * while fewer handlers run than its limit. A worker idles while it is up and not in a handler, whatever else it does: one that waits
 * for a token with a task in hand idles too. One whose host stands still does not; nor one that is not announced, or that left a
 * handler unfinished for no known reason.
 *
 * A crash leaves unknown what the dead had in hand. Tasks that wait while a host crashes are not followed any further; and from
 * then on room is counted by tokens too, as those of the dead end only with their time to live.
 */
export class QueueState {
  readonly #history: History;
  readonly #executions: Executions;
  readonly #idlesSince: 'last-task' | 'last-event';
  readonly #types = new Map<string, TypeState>();
  readonly #tasks = new Map<string, TaskState>();
  readonly #workers = new Map<string, WorkerState>();
  /** In the order of since when. */
  readonly #idle = new Map<string, Since>();
  readonly #pauses = new Map<string, { untilUs: number; readonly index: number }>();
  #hasCrashed = false;
  #next = 0;

  /** @param idlesSince a worker's idleness begins anew with each task, or with each event of it: then it is silence */
  constructor(history: History, idlesSince: 'last-task' | 'last-event') {
    this.#history = history;
    this.#executions = executionsOf(history);
    this.#idlesSince = idlesSince;
  }

  /** Reads one more event. */
  step(): void {
    const index = this.#next++;
    const event = this.#history.events[index] as HistoryEvent;
    const now = { timeUs: this.#history.timesUs[index] as number, index };
    this.passTime(now.timeUs);
    this.#readTask(event, now);
    this.#readWorker(event, now);
    for (const start of this.#executions.died.get(index) ?? []) this.#readDeath(start, now);
  }

  /** Time goes on, though nothing is reported: hosts that stood still go on. Before `slacks` is asked about that time. */
  passTime(nowUs: number): void {
    if (this.#pauses.size === 0) return;
    const over = [...this.#pauses].filter(([, { untilUs }]) => untilUs <= nowUs);
    for (const [host, { untilUs, index }] of over.sort(([, a], [, b]) => a.untilUs - b.untilUs)) {
      this.#pauses.delete(host);
      for (const [worker, { process }] of this.#workers) {
        if (process === host) this.#idleFrom(worker, { timeUs: untilUs, index });
      }
    }
  }

  /**
   * For each type that has a waiting task, room, and an idle worker: the task and the worker that have been so longest.
   * @param beforeUs leaves out what has been so only since then, or later
   */
  *slacks(beforeUs: number): Generator<Slack> {
    const [longest] = this.#idle.values();
    if (longest === undefined || longest.timeUs >= beforeUs) return;
    for (const [type, { waiting, room }] of this.#types) {
      const [first] = waiting;
      if (first === undefined || room === undefined) continue;
      const [task, taskSince] = first;
      for (const [worker, workerSince] of this.#idle) {
        if (this.#workers.get(worker)?.types?.includes(type) === false) continue;
        const sinceUs = Math.max(taskSince.timeUs, room.timeUs, workerSince.timeUs);
        if (sinceUs < beforeUs) yield { type, task, taskSince, worker, workerSince, sinceUs };
        break;
      }
    }
  }

  #readTask(event: HistoryEvent, now: Since): void {
    switch (event.kind) {
      case 'submitting':
        this.#taskOf(event.task, event.type).isOver ||= event.dueInMs !== undefined;
        break;
      case 'submitted':
        if (!this.#taskOf(event.task, event.type).isTaken) this.#wait(event.task, now);
        break;
      case 'released':
        this.#wait(event.task, now);
        break;
      case 'claimed':
        this.#take(event.task, false);
        break;
      case 'expired':
        this.#take(event.task, true);
        break;
      case 'status':
        if (isTerminal(event.to)) this.#take(event.task, true);
        break;
      case 'started':
        this.#taskOf(event.task, event.type);
        this.#take(event.task, false);
        this.#run(event.type, 1, now);
        break;
      case 'finished':
        if (event.outcome !== 'interrupted') this.#take(event.task, true);
        if (this.#executions.partner[now.index] !== -1) this.#run(event.type, -1, now);
        break;
      case 'limit-changed':
        this.#typeOf(event.type).limit = event.limit;
        this.#run(event.type, 0, now);
        break;
      case 'token-acquired':
        this.#acquire(event.type, event.token, now);
        break;
      case 'token-released':
        this.#typeOf(event.type).tokens.delete(event.token);
        this.#run(event.type, 0, now);
        break;
      case 'host-crashed':
        for (const task of this.#tasks.values()) task.isWaiting = false;
        for (const { waiting } of this.#types.values()) waiting.clear();
        this.#hasCrashed = true;
        for (const type of this.#types.keys()) this.#run(type, 0, now);
        break;
    }
  }

  #readWorker(event: HistoryEvent, now: Since): void {
    if (event.kind === 'worker-started') {
      this.#workers.set(event.worker, { process: event.process, types: event.types, running: 0 });
      this.#idleFrom(event.worker, now);
    } else if (event.kind === 'worker-stopped') {
      this.#dismiss(event.worker);
    } else if (event.kind === 'host-crashed') {
      this.#pauses.delete(event.host);
      for (const [worker, { process }] of this.#workers) if (process === event.host) this.#dismiss(worker);
    } else if (event.kind === 'host-paused') {
      const untilUs = Math.max(now.timeUs + event.forMs * 1000, this.#pauses.get(event.host)?.untilUs ?? 0);
      this.#pauses.set(event.host, { untilUs, index: now.index });
      for (const [worker, { process }] of this.#workers) if (process === event.host) this.#idle.delete(worker);
    } else if (event.kind === 'started' || (event.kind === 'finished' && this.#executions.partner[now.index] !== -1)) {
      const worker = this.#workers.get(event.worker);
      if (worker === undefined) return;
      worker.running = Math.max(0, worker.running + (event.kind === 'started' ? 1 : -1));
      this.#idleFrom(event.worker, now);
    } else if (this.#idlesSince === 'last-event' && 'worker' in event && this.#idle.has(event.worker)) {
      this.#idleFrom(event.worker, now);
    }
  }

  /** A handler that will not be heard of again. */
  #readDeath(start: number, now: Since): void {
    const { type, worker } = this.#history.events[start] as { readonly type: string; readonly worker: string };
    this.#run(type, -1, now);
    this.#dismiss(worker);
  }

  #idleFrom(id: string, since: Since): void {
    this.#idle.delete(id);
    const worker = this.#workers.get(id);
    if (worker !== undefined && worker.running === 0 && !this.#pauses.has(worker.process)) this.#idle.set(id, since);
  }

  #dismiss(worker: string): void {
    this.#workers.delete(worker);
    this.#idle.delete(worker);
  }

  #wait(id: string, now: Since): void {
    const task = this.#taskOf(id);
    if (task.isOver || task.isWaiting || task.type === '') return;
    task.isWaiting = true;
    task.isTaken = false;
    this.#typeOf(task.type).waiting.set(id, now);
  }

  #take(id: string, isOver: boolean): void {
    const task = this.#taskOf(id);
    if (task.isWaiting) this.#typeOf(task.type).waiting.delete(id);
    task.isWaiting = false;
    task.isTaken = true;
    task.isOver ||= isOver;
  }

  #acquire(type: string, token: string, now: Since): void {
    const { tokens, limit } = this.#typeOf(type);
    tokens.add(token);
    // Redis gives out no more than the limit: one of those known has ended, the oldest first.
    const [oldest] = tokens;
    if (tokens.size > limit && oldest !== undefined) tokens.delete(oldest);
    this.#run(type, 0, now);
  }

  #run(type: string, more: number, now: Since): void {
    const state = this.#typeOf(type);
    state.running += more;
    const taken = this.#hasCrashed ? Math.max(state.running, state.tokens.size) : state.running;
    if (taken >= state.limit) state.room = undefined;
    else state.room ??= now;
  }

  #typeOf(type: string): TypeState {
    let state = this.#types.get(type);
    if (state === undefined) {
      const room = { timeUs: 0, index: 0 };
      state = { waiting: new Map(), running: 0, limit: Number.POSITIVE_INFINITY, tokens: new Set(), room };
      this.#types.set(type, state);
    }
    return state;
  }

  #taskOf(id: string, type = ''): TaskState {
    let task = this.#tasks.get(id);
    if (task === undefined) {
      task = { type, isWaiting: false, isTaken: false, isOver: false };
      this.#tasks.set(id, task);
    }
    if (task.type === '') task.type = type;
    return task;
  }
}
