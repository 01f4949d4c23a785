import type { Claim, WorkerContext } from '../claim.ts';
import type { Token } from '../concurrency-limiter.ts';
import { runningClaim } from './running-claim.ts';
import { TypedQueues } from './typed-queues.ts';

/** A task that is in no queue any more, and the right to run it. */
export interface Popped {
  readonly id: string;
  readonly token: Token;
}

/**
 * What the two repairs of the task loss share: a worker asks for a task and a token of one type after another, and has both or
 * neither before the task is marked processing.
 *
 * As documented, an error gives the token back and nothing else: from the pop until status processing the task is nowhere but in its
 * worker's hands.
 */
export abstract class PoppedWithToken extends TypedQueues {
  /** A task of the type with its token; undefined where there is none, or no room for it: nobody can tell which. */
  protected abstract pop(type: string, worker: WorkerContext): Promise<Popped | undefined>;

  /** The types in the order in which they are asked for. */
  protected typesFor(worker: WorkerContext): readonly string[] {
    return worker.types;
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    for (const type of this.typesFor(worker)) {
      const popped = await this.pop(type, worker);
      if (popped !== undefined) return this.#start(popped, worker);
    }
    this.context.observe({ kind: 'empty-poll', worker: worker.id });
    return undefined;
  }

  async #start({ id, token }: Popped, worker: WorkerContext): Promise<Claim | undefined> {
    const { limiter, observe } = this.context;
    const giveBack = () => limiter.release(token);
    try {
      const task = await this.store.get(id);
      if (task === undefined) {
        await giveBack();
        return undefined;
      }
      const running = await this.store.setStatus(task, 'processing');
      observe({ kind: 'claimed', task: id, worker: worker.id });
      return runningClaim({ store: this.store, observe }, worker, running, giveBack);
    } catch (error) {
      await giveBack().catch(() => {});
      throw error;
    }
  }
}
