import type { Claim, ClaimContext, ClaimDefinition, ClaimStrategy, WorkerContext } from '../claim.ts';
import {
  attemptOf,
  checkLease,
  LEASES_BROKEN_BY,
  LEASES_SURVIVE,
  type Lease,
  leasedClaim,
  observeEnd,
  observeWithdrawn,
  ownerOf,
} from '../lease.ts';
import { runScript, type Script } from '../script.ts';
import type { Task, TaskStatus } from '../task.ts';
import { fromHash, TaskStore, toArguments } from '../task-store.ts';
import claimScript from './stream-per-type.claim.lua.ts';
import renewScript from './stream-per-type.renew.lua.ts';
import settleScript from './stream-per-type.settle.lua.ts';
import submitScript from './stream-per-type.submit.lua.ts';
import withdrawScript from './stream-per-type.withdraw.lua.ts';
import { TypeRotation } from './type-rotation.ts';

type StreamPerTypeParameters = {
  /** A worker waits so long for a signal before it looks all the same. */
  readonly blockMs: number;
  /** An entry whose consumer has not claimed it again for so long is another's. Renewed at a third of it. */
  readonly claimIdleMs: number;
};

/** A stream with one consumer group for each type; workers ask only those with room, and wait on a wake-up list of each. */
class StreamPerType implements ClaimStrategy {
  readonly #context: ClaimContext;
  readonly #parameters: StreamPerTypeParameters;
  readonly #store: TaskStore;
  readonly #rotation = new TypeRotation();

  constructor(context: ClaimContext, parameters: StreamPerTypeParameters) {
    checkLease('claimIdleMs', parameters.claimIdleMs);
    this.#context = context;
    this.#parameters = parameters;
    this.#store = new TaskStore(context, context.keys, 'unindexed');
  }

  async submit(task: Task): Promise<void> {
    await this.#run(submitScript, this.#keysOf(task), [task.id, ...toArguments(task)]);
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const { keys, observe } = this.#context;
    const found = await this.#next(worker);
    if (found !== 'nothing') return found;
    if (!worker.stopping.aborted) {
      // A signal that came since waits in its list.
      await worker.blockingRedis.blpop(
        worker.types.map((type) => keys.wakeup(type)),
        this.#parameters.blockMs / 1000,
      );
      const late = await this.#next(worker);
      if (late !== 'nothing') return late;
    }
    observe({ kind: 'empty-poll', worker: worker.id });
    return undefined;
  }

  async withdraw(task: Task): Promise<boolean> {
    const attempts = await this.#run(withdrawScript, this.#keysOf(task), []);
    if (attempts === null) return false;
    observeWithdrawn(this.#context.observe, task.id, attempts as number);
    return true;
  }

  count(status: TaskStatus): Promise<number> {
    return this.#store.count(status);
  }

  /** A claim; undefined: one that came too late. */
  #next(worker: WorkerContext): Promise<Claim | undefined | 'nothing'> {
    return leasedClaim(this.#context, this.#parameters.claimIdleMs, worker.id, () => this.#ask(worker));
  }

  async #ask(worker: WorkerContext): Promise<Lease | undefined> {
    const { keys, limiter } = this.#context;
    const { claimIdleMs: leaseMs } = this.#parameters;
    const types = this.#rotation.next(worker.types);
    const reply = await this.#run(
      claimScript,
      [keys.totals, ...types.flatMap((type) => [keys.typeStream(type), keys.leases(type), keys.wakeup(type)])],
      [keys.task(''), worker.id, leaseMs, ...types.map((type) => limiter.limitOrZero(type))],
    );
    const [ended, attempt, record] = reply as [[string[], string[]][], number?, string[]?];
    for (const [index, [taken, gone]] of ended.entries()) {
      this.#observeEnded(types[index] as string, taken, gone, worker);
    }
    if (attempt === undefined || record === undefined) return undefined;
    const task = fromHash(record);
    const leases = keys.leases(task.type);
    return {
      task,
      attempt,
      renew: async () => {
        const claimedAgain = [keys.task(task.id), keys.typeStream(task.type), leases];
        return (await this.#run(renewScript, claimedAgain, [ownerOf(task.id, attempt), worker.id, leaseMs])) === 1;
      },
      settle: async (to: TaskStatus) =>
        (await this.#run(settleScript, [...this.#keysOf(task), leases], [task.id, attempt, to])) === 1,
    };
  }

  #observeEnded(type: string, taken: readonly string[], gone: readonly string[], worker: WorkerContext): void {
    const { observe } = this.#context;
    for (const { task, attempt } of gone.map(attemptOf)) {
      observe({ kind: 'vanished', task, worker: worker.id });
      observeEnd(observe, { id: task, type }, attempt, 'failed');
    }
    for (const { task, attempt } of taken.map(attemptOf)) {
      observe({ kind: 'recovered', task, worker: worker.id });
      observeEnd(observe, { id: task, type }, attempt, 'pending');
    }
  }

  #keysOf({ id, type }: Task): string[] {
    const { keys } = this.#context;
    return [keys.task(id), keys.totals, keys.typeStream(type), keys.wakeup(type)];
  }

  #run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.#context.redis, script, keys, args);
  }
}

/**
 * A stream and a consumer group for each type. One script claims: for each type in turn that has room, the lease comes with the
 * entry: one whose lease has ended is claimed from its consumer (XCLAIM), else the next unread one (XREADGROUP COUNT 1). Never more
 * than it runs at once. Settling acknowledges the entry and deletes it: nothing is trimmed, and the stream is as long as what is
 * open. While the handler runs, its worker claims its own entry again and prolongs its lease: to be idle is to be dead. A lease knows
 * its entry, so that an ended one is found at once; XAUTOCLAIM would walk through the pending list.
 *
 * Waiting: XREADGROUP with BLOCK would hand out entries of types that are full. A worker that finds nothing parks on a list for each
 * of its types (BLPOP). Each change that can make a task claimable (submission, settlement, release, a claim that leaves more) puts one
 * element there where there is none; a claim that finds a type with nothing to take clears its list. Of a signal that died with
 * its worker, and of a lease that ends, workers learn after `blockMs`.
 *
 * Promises: nothing is lost, wherever a worker dies; limits hold; a full type holds up no other; what a late finisher says does not
 * count; a task is either canceled or claimed; submitting an id twice is submitting it once. A claim whose answer never came is
 * taken over when its lease ends.
 *
 * Broken by a Redis that loses its last writes or evicts keys, and by steps of Redis's own clock, which times the leases; by a host
 * that stands still for longer than its lease.
 *
 * A task's key is made in the script from the entry that it reads. On Redis Cluster all keys must share a slot: give the prefix a
 * hash tag, as in `{queue}:`.
 */
export const streamPerType: ClaimDefinition<StreamPerTypeParameters> = {
  id: 'stream-per-type',
  source: 'sound: after xqueue-0.0.5, solution three',
  summary:
    'a stream per type; token and entry in one script; leases are renewed, fenced and claimed back one at a time',
  guarantees: {
    delivery: 'at-least-once',
    order: 'per type, submission order of claims',
    limits: true,
    blocks: true,
    claimsByType: true,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [
      ...LEASES_BROKEN_BY,
      'somebody else who deletes an entry that a worker has: where that worker dies, the task ends as failed, reported as vanished',
    ],
    survives: LEASES_SURVIVE,
  },
  defaults: { blockMs: 5000, claimIdleMs: 60_000 },
  create: (context, parameters) => new StreamPerType(context, parameters),
};
