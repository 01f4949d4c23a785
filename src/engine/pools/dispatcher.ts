import type { PoolContext, WorkerPool } from '../pool.ts';
import type { Task } from '../task.ts';
import { SignalChannel } from '../wakeups/signal-channel.ts';
import { claimTask } from './claimed-task.ts';
import type { Crew } from './crew.ts';
import type { HiredWorker } from './hired-worker.ts';
import { Recovery } from './recovery.ts';

export interface DispatcherOptions {
  /**
   * What becomes of a wake-up whose claim yields nothing, as the limit is reached, a race was lost, or nothing is there: `wait`
   * keeps it, for the next news of this process; `drop` forgets it.
   */
  readonly whenFull: 'wait' | 'drop';
  /** So long after its last sweep it sweeps again, woken or not; 0: never. */
  readonly sweepMs: number;
  readonly recoverIntervalMs: number;
  /** A task has ended; its worker is idle already. */
  readonly onEnded?: (task: Task) => Promise<void>;
}

/**
 * Takes an idle worker for each wake-up and lets it claim, one claim after the other; claimed tasks run side by side
 * (xqueue-0.0.4, solution one, workflow 2–6). A wake-up waits for as long as all workers are busy.
 *
 * The claim decides which task it is, so a wake-up stands for some task, not for one of its own. Kept wake-ups are tried again
 * with every news of this process: another wake-up, a task that ended. What happens in other processes is no news here.
 */
export class Dispatcher implements WorkerPool {
  readonly #context: PoolContext;
  readonly #crew: Crew;
  readonly #options: DispatcherOptions;
  readonly #recovery: Recovery;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  /** Rings once for any number of news. */
  readonly #bell: SignalChannel;
  /** Wake-ups that no claim has answered. */
  #owed = 0;
  /** Claims until nothing is left, woken or not. */
  #sweeping = false;
  #nextSweepMs: number;
  /** Whether a claim may yield something that the last one did not. */
  #news = false;
  #dispatching: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(context: PoolContext, crew: Crew, options: DispatcherOptions) {
    this.#context = context;
    this.#crew = crew;
    this.#options = options;
    this.#recovery = new Recovery(context, options.recoverIntervalMs);
    this.#bell = new SignalChannel(1, context.clock);
    this.#nextSweepMs = context.clock.now() + options.sweepMs;
  }

  start(): void {
    this.#dispatching = this.#dispatch();
  }

  /** There is a task for somebody. */
  wake(): void {
    this.#owed++;
    this.#tell();
  }

  /** There may be any number of tasks. */
  sweep(): void {
    this.#sweeping = true;
    this.#tell();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the pool is stopping'));
    this.#crew.stop();
    await this.#dispatching;
    await Promise.all(this.#underWay);
    this.#crew.dismiss();
  }

  get #wantsToClaim(): boolean {
    return this.#news && (this.#owed > 0 || this.#sweeping);
  }

  #tell(): void {
    this.#news = true;
    this.#bell.send();
  }

  async #dispatch(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const worker = this.#wantsToClaim || this.#recovery.dueInMs <= 0 ? this.#crew.take() : undefined;
      if (worker === undefined) {
        await this.#rest();
        continue;
      }
      // Who took something back claims first: with some strategies nobody else can.
      if ((await this.#recovery.runIfDue(worker.context)) > 0) this.sweep();
      if (this.#wantsToClaim && !this.#stopping.signal.aborted) await this.#claimFor(worker);
      else this.#crew.putBack(worker);
    }
  }

  async #claimFor(worker: HiredWorker): Promise<void> {
    this.#news = false;
    const claimed = await claimTask(this.#context, worker.context);
    if (typeof claimed !== 'string') {
      this.#owed = Math.max(0, this.#owed - 1);
      this.#news = true;
      const run = claimed.run().then(async () => {
        this.#crew.putBack(worker);
        this.#tell();
        await this.#options.onEnded?.(claimed.task);
        this.#underWay.delete(run);
      });
      this.#underWay.add(run);
      return;
    }
    this.#crew.putBack(worker);
    if (claimed === 'failed') {
      this.#news = true;
      return;
    }
    this.#sweeping = false;
    this.#nextSweepMs = this.#context.clock.now() + this.#options.sweepMs;
    if (this.#options.whenFull === 'drop' && this.#owed > 0) {
      this.#owed--;
      this.#news = true;
    }
  }

  /** Until there is news, or it is time to look without any. */
  async #rest(): Promise<void> {
    const { clock } = this.#context;
    const sweeps = this.#options.sweepMs > 0 && !this.#sweeping;
    // A clock that was set back puts off the next sweep by an interval at most.
    this.#nextSweepMs = Math.min(this.#nextSweepMs, clock.now() + this.#options.sweepMs);
    const sweepInMs = sweeps ? this.#nextSweepMs - clock.now() : Number.POSITIVE_INFINITY;
    const recoverInMs = this.#crew.isAllBusy ? Number.POSITIVE_INFINITY : this.#recovery.dueInMs;
    await this.#bell.receive(Math.min(sweepInMs, recoverInMs), this.#stopping.signal);
    if (sweeps && clock.now() >= this.#nextSweepMs) this.sweep();
  }
}
