import type { Claim, ClaimContext, ClaimDefinition, ClaimStrategy, WorkerContext } from '../claim.ts';
import { InvalidValueError } from '../errors.ts';
import {
  checkLease,
  LEASES_BROKEN_BY,
  LEASES_SURVIVE,
  type Lease,
  leasedClaim,
  observeEnd,
  observeWithdrawn,
} from '../lease.ts';
import { runScript, type Script } from '../script.ts';
import type { Task, TaskStatus } from '../task.ts';
import { fromHash, TaskStore, toArguments } from '../task-store.ts';
import recoverScript from './reliable-list.recover.lua.ts';
import renewScript from './reliable-list.renew.lua.ts';
import settleScript from './reliable-list.settle.lua.ts';
import submitScript from './reliable-list.submit.lua.ts';
import takeScript from './reliable-list.take.lua.ts';
import withdrawScript from './reliable-list.withdraw.lua.ts';

type ReliableListParameters = {
  /** BLMOVE waits so long for a task. */
  readonly blockMs: number;
  /** A worker whose heart has not beaten for so long is dead. It beats at each wait, and at a third of this during a handler. */
  readonly leaseMs: number;
};

/** A task is always in exactly one list: its type's queue, the ready list, or its worker's own. */
class ReliableList implements ClaimStrategy {
  readonly #context: ClaimContext;
  readonly #parameters: ReliableListParameters;
  readonly #store: TaskStore;
  /** Workers of a process that starts again have new names: who had them before may be thought dead, and still run. */
  readonly #life: string;

  constructor(context: ClaimContext, parameters: ReliableListParameters) {
    const { blockMs, leaseMs } = parameters;
    checkLease('leaseMs', leaseMs);
    if (leaseMs < 2 * blockMs) {
      throw new InvalidValueError(
        `leaseMs must be at least twice blockMs, or waiting workers count as dead; they are ${leaseMs} and ${blockMs}`,
      );
    }
    this.#context = context;
    this.#parameters = parameters;
    this.#store = new TaskStore(context, context.keys, 'unindexed');
    this.#life = context.random.id();
  }

  async submit(task: Task): Promise<void> {
    await this.#run(submitScript, this.#keysOf(task), [task.id, task.type, ...toArguments(task)]);
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const found = await this.#take(worker);
    if (found !== 'nothing') return found;
    if (!worker.stopping.aborted) {
      await this.#park(worker);
      const late = await this.#take(worker);
      if (late !== 'nothing') return late;
    }
    this.#context.observe({ kind: 'empty-poll', worker: worker.id });
    return undefined;
  }

  /** The tasks of dead workers are ready again. */
  async recover(worker: WorkerContext): Promise<number> {
    const { keys, observe } = this.#context;
    const recovered = (await this.#run(
      recoverScript,
      [keys.workers, keys.ready, keys.totals],
      [keys.task(''), keys.processing(''), keys.alive('')],
    )) as [id: string, type: string, attempt: string][];
    for (const [id, type, attempt] of recovered) {
      observe({ kind: 'recovered', task: id, worker: worker.id });
      if (attempt !== '0') observeEnd(observe, { id, type }, Number(attempt), 'pending');
    }
    return recovered.length;
  }

  async withdraw(task: Task): Promise<boolean> {
    const attempts = await this.#run(withdrawScript, this.#keysOf(task), [task.id, task.type]);
    if (attempts === null) return false;
    observeWithdrawn(this.#context.observe, task.id, attempts as number);
    return true;
  }

  count(status: TaskStatus): Promise<number> {
    return this.#store.count(status);
  }

  /**
   * Waits until a task is in the worker's own list, or in vain. The worker is registered: it has just asked. A client may send BLMOVE
   * again by itself, after a reconnection, long after its heart stopped and without anything that was sent before it: hence
   * a name stays registered far longer than a heart beats.
   */
  async #park(worker: WorkerContext): Promise<void> {
    const { keys } = this.#context;
    const own = keys.processing(this.#nameOf(worker));
    await worker.blockingRedis.blmove(keys.ready, own, 'LEFT', 'RIGHT', this.#parameters.blockMs / 1000);
  }

  /** What is in the worker's own list, or ready. Undefined: it came too late. */
  #take(worker: WorkerContext): Promise<Claim | undefined | 'nothing'> {
    return leasedClaim(this.#context, this.#parameters.leaseMs, worker.id, () => this.#ask(worker));
  }

  async #ask(worker: WorkerContext): Promise<Lease | undefined> {
    const { keys, limiter, observe } = this.#context;
    const { leaseMs } = this.#parameters;
    const name = this.#nameOf(worker);
    const own = keys.processing(name);
    const heart = keys.alive(name);
    const reply = await this.#run(
      takeScript,
      [
        ...[keys.totals, keys.ready, keys.limits, keys.workers, heart, own],
        ...worker.types.flatMap((type) => [keys.pending(type), keys.owners(type)]),
      ],
      [keys.task(''), name, leaseMs, ...worker.types.flatMap((type) => [type, limiter.limitOrZero(type)])],
    );
    if (reply === null) return undefined;
    const [attempt, record, startsOver] = reply as [number, string[], number];
    const task = fromHash(record);
    if (startsOver > 0) {
      observe({ kind: 'recovered', task: task.id, worker: worker.id });
      observeEnd(observe, task, startsOver, 'pending');
    }
    return {
      task,
      attempt,
      renew: async () => {
        const beating = [keys.task(task.id), heart, keys.workers, own, keys.ready];
        return (await this.#run(renewScript, beating, [attempt, leaseMs, name, keys.task('')])) === 1;
      },
      settle: async (to: TaskStatus) =>
        (await this.#run(settleScript, [...this.#keysOf(task), own], [task.id, task.type, attempt, to])) === 1,
    };
  }

  #nameOf({ id }: WorkerContext): string {
    return `${id}:${this.#life}`;
  }

  #keysOf({ id, type }: Task): string[] {
    const { keys } = this.#context;
    return [keys.task(id), keys.totals, keys.pending(type), keys.owners(type), keys.ready, keys.limits];
  }

  #run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.#context.redis, script, keys, args);
  }
}

/**
 * Lists, as Sidekiq-like systems keep them. A queue for each type; as far as the type's limit allows, its tasks move on to one ready
 * list, where each owns a place under the limit until it ends. Workers wait for that list alone: BLMOVE puts the next task into the
 * worker's own list in the same step. Settling removes it there, and moves the next of its type up. A worker's heart beats (a key with a
 * time to live) while it waits and while its handler runs; of one whose heart stopped, the list goes back to the front of the
 * ready list, in one script with the look at its heart. Attempts are numbered, and settling compares: see lease.ts.
 *
 * Promises: a task is always in exactly one list, so that a crash between any two steps loses nothing; limits hold; a full type holds up
 * no other, as its tasks wait in their queue; what a late finisher says does not count; a task is either canceled or claimed;
 * submitting an id twice is submitting it once. An answer of Redis that never came, the worker finds in its own list when it next asks. What a
 * BLMOVE that was sent again puts behind a running task goes back when the lease is renewed. What was a worker's and goes on to another
 * unbegun has lost its place to those that were claimed meanwhile; it counts as an attempt, so that this can be told.
 *
 * Broken by a Redis that loses its last writes or evicts keys, and by steps of Redis's own clock, which times the hearts; by a host
 * that stands still for longer than its lease.
 *
 * Priorities are not looked at. Keys of workers and tasks are made in scripts. On Redis Cluster all keys must share a slot: give the
 * prefix a hash tag, as in `{queue}:`.
 */
export const reliableList: ClaimDefinition<ReliableListParameters> = {
  id: 'reliable-list',
  source: 'sound: the form of Sidekiq-like systems',
  summary:
    "tasks with a place under their limit wait in one list; BLMOVE into the worker's own; the lists of dead workers go back",
  guarantees: {
    delivery: 'at-least-once',
    order: 'per type, submission order of claims',
    limits: true,
    blocks: true,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [
      ...LEASES_BROKEN_BY,
      'a worker cut off from Redis for more than a day that dies as its BLMOVE is sent again: the task that it moved is lost',
      'processes with different handlers: a worker gives back what it has no handler for, to the front of the list',
    ],
    survives: LEASES_SURVIVE,
  },
  defaults: { blockMs: 5000, leaseMs: 30_000 },
  create: (context, parameters) => new ReliableList(context, parameters),
};
