import type { PoolContext, WorkerLoop, WorkerPool } from '../pool.ts';
import { HiredWorker } from './hired-worker.ts';
import type { Member } from './member.ts';

/** Workers that each run the same loop. */
export class WorkerGroup implements WorkerPool {
  readonly #context: PoolContext;
  readonly #loop: WorkerLoop;
  readonly #founders: () => Iterable<Member>;
  readonly #running = new Map<HiredWorker, Promise<void>>();

  /** @param founders who is there from the start, asked then; the process's workers where not given */
  constructor(context: PoolContext, loop: WorkerLoop, founders?: () => Iterable<Member>) {
    this.#context = context;
    this.#loop = loop;
    this.#founders = founders ?? (() => context.workers.map((identity) => ({ identity })));
  }

  start(): void {
    for (const member of this.#founders()) this.add(member);
  }

  /** One more worker. It can be stopped alone; it leaves after the task it has. */
  add(member: Member): HiredWorker {
    const worker = new HiredWorker(this.#context, member);
    this.#running.set(worker, this.#run(worker));
    return worker;
  }

  async stop(): Promise<void> {
    for (const worker of this.#running.keys()) worker.stop();
    await Promise.all(this.#running.values());
  }

  async #run(worker: HiredWorker): Promise<void> {
    await this.#loop(worker.context);
    worker.leave();
    this.#running.delete(worker);
  }
}
