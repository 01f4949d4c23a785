import type { Claim, ClaimDefinition, WorkerContext } from '../claim.ts';
import { runningClaim } from './running-claim.ts';
import { SingleQueue } from './single-queue.ts';

/** Every worker pops a task of its own, and only then asks whether it may run. */
class ZpopminThenToken extends SingleQueue {
  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const { redis, keys, limiter, observe } = this.context;
    const [id, score] = await redis.zpopmin(keys.status('pending'));
    if (id === undefined || score === undefined) {
      observe({ kind: 'empty-poll', worker: worker.id });
      return undefined;
    }
    const task = await this.store.get(id);
    if (task === undefined) return undefined;
    const running = await this.store.setStatus(task, 'processing').catch(async (error: unknown) => {
      await redis.zadd(keys.status('pending'), score, id);
      throw error;
    });
    observe({ kind: 'claimed', task: id, worker: worker.id });

    const token = await limiter.acquire(task.type);
    if (token === undefined) {
      observe({ kind: 'conflict', over: 'token', task: id, worker: worker.id });
      await this.store.setStatus(running, 'failed');
      return undefined;
    }
    return runningClaim({ store: this.store, observe }, worker, running, () => limiter.release(token));
  }
}

/**
 * ZPOPMIN, status processing, then the token. No token: the task is marked failed, though it never ran and is in no queue
 * any more. Implemented as documented: this is the bug of 0.0.4.
 *
 * Promises: no task is run twice, limits hold.
 */
export const zpopminThenToken: ClaimDefinition<Record<string, never>> = {
  id: 'zpopmin-then-token',
  source: 'xqueue-0.0.4, task loss; xqueue-changelog, 0.0.4',
  summary: 'pop the head, mark it processing, then take the token; no token: failed',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'priority, then submission order of claims',
    limits: true,
    blocks: false,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [
      'more tasks popped at once than there are tokens',
      'a crash or an error reply between ZPOPMIN and the token',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a handler that outlives its token',
    ],
  },
  defaults: {},
  create: (context) => new ZpopminThenToken(context),
};
