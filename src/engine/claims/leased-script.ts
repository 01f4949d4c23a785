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
import { pendingScore, type Task, type TaskStatus } from '../task.ts';
import { fromHash, TaskStore, toArguments } from '../task-store.ts';
import claimScript from './leased-script.claim.lua.ts';
import reclaimScript from './leased-script.reclaim.lua.ts';
import renewScript from './leased-script.renew.lua.ts';
import settleScript from './leased-script.settle.lua.ts';
import submitScript from './leased-script.submit.lua.ts';
import withdrawScript from './leased-script.withdraw.lua.ts';
import { TypeRotation } from './type-rotation.ts';

type LeasedScriptParameters = {
  /** A worker that is not heard of for so long has lost its task. Renewed at a third of it. */
  readonly leaseMs: number;
};

/** One script claims, one settles; between them a lease is kept alive. */
class LeasedScript implements ClaimStrategy {
  readonly #context: ClaimContext;
  readonly #leaseMs: number;
  readonly #store: TaskStore;
  readonly #rotation = new TypeRotation();

  constructor(context: ClaimContext, { leaseMs }: LeasedScriptParameters) {
    checkLease('leaseMs', leaseMs);
    this.#context = context;
    this.#leaseMs = leaseMs;
    this.#store = new TaskStore(context, context.keys, 'unindexed');
  }

  async submit(task: Task): Promise<void> {
    await this.#run(submitScript, this.#keysOf(task), [task.id, pendingScore(task), ...toArguments(task)]);
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const claim = await leasedClaim(this.#context, this.#leaseMs, worker.id, () => this.#ask(worker));
    if (claim !== 'nothing') return claim;
    this.#context.observe({ kind: 'empty-poll', worker: worker.id });
    return undefined;
  }

  async recover(worker: WorkerContext): Promise<number> {
    const prefix = this.#context.keys.task('');
    const ended = (await this.#run(reclaimScript, this.#queuesOf(worker.types), [prefix])) as string[][];
    return this.#observeReclaimed(worker.types, ended, worker);
  }

  async withdraw(task: Task): Promise<boolean> {
    const attempts = await this.#run(withdrawScript, this.#keysOf(task), [task.id]);
    if (attempts === null) return false;
    observeWithdrawn(this.#context.observe, task.id, attempts as number);
    return true;
  }

  count(status: TaskStatus): Promise<number> {
    return this.#store.count(status);
  }

  async #ask(worker: WorkerContext): Promise<Lease | undefined> {
    const { keys, limiter } = this.#context;
    const types = this.#rotation.next(worker.types);
    const limits = types.map((type) => limiter.limitOrZero(type));
    const reply = await this.#run(claimScript, this.#queuesOf(types), [keys.task(''), this.#leaseMs, ...limits]);
    const [ended, attempt, record] = reply as [string[][], number?, string[]?];
    this.#observeReclaimed(types, ended, worker);
    if (attempt === undefined || record === undefined) return undefined;
    const task = fromHash(record);
    return {
      task,
      attempt,
      renew: async () => {
        const renewed = [ownerOf(task.id, attempt), this.#leaseMs];
        return (await this.#run(renewScript, [keys.leases(task.type)], renewed)) === 1;
      },
      settle: async (to: TaskStatus) =>
        (await this.#run(settleScript, [...this.#keysOf(task), keys.leases(task.type)], [task.id, attempt, to])) === 1,
    };
  }

  #run(script: Script, keys: readonly string[], args: readonly (string | number)[]) {
    return runScript(this.#context.redis, script, keys, args);
  }

  #keysOf({ id, type }: Task): string[] {
    const { keys } = this.#context;
    return [keys.task(id), keys.totals, keys.pending(type)];
  }

  #queuesOf(types: readonly string[]): string[] {
    const { keys } = this.#context;
    return [keys.totals, ...types.flatMap((type) => [keys.pending(type), keys.leases(type)])];
  }

  #observeReclaimed(types: readonly string[], ended: readonly string[][], worker: WorkerContext): number {
    const { observe } = this.#context;
    for (const [index, owners] of ended.entries()) {
      for (const { task, attempt } of owners.map(attemptOf)) {
        observe({ kind: 'recovered', task, worker: worker.id });
        observeEnd(observe, { id: task, type: types[index] as string }, attempt, 'pending');
      }
    }
    return ended.flat().length;
  }
}

/**
 * One atomic script per step. Claiming: for each type in turn, ended leases are taken back; where there is room, the head of
 * the type's queue gets a lease and status processing. A lease belongs to an attempt, numbered from 1, and is the type's concurrency token: owners
 * are counted, not increments. Settling, renewing and taking back compare the attempt in the same script that acts.
 *
 * Promises: nothing is lost, wherever a worker dies; limits hold; what a late finisher says of its task does not count; a task is
 * either canceled or claimed; submitting an id twice is submitting it once. A claim whose answer never came is taken back when its
 * lease ends.
 *
 * Broken by a Redis that loses its last writes or evicts keys, and by steps of Redis's own clock, which times the leases; by a host
 * that stands still for longer than its lease.
 *
 * A task's key is made in the script from the id that it pops. On Redis Cluster all keys must share a slot: give the prefix a hash
 * tag, as in `{queue}:`.
 */
export const leasedScript: ClaimDefinition<LeasedScriptParameters> = {
  id: 'leased-script',
  source: 'sound: after xqueue-0.0.4, loss repair two',
  summary:
    'one script claims under the limit and leases the task to an attempt; leases are renewed, fenced and taken back',
  guarantees: {
    delivery: 'at-least-once',
    order: 'per type, priority, then submission order of claims',
    limits: true,
    blocks: false,
    claimsByType: true,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: LEASES_BROKEN_BY,
    survives: LEASES_SURVIVE,
  },
  defaults: { leaseMs: 30_000 },
  create: (context, parameters) => new LeasedScript(context, parameters),
};
