import type { WorkerContext } from '../claim.ts';
import type { PoolContext, PoolDefinition, WorkerPool } from '../pool.ts';
import { messageOf } from '../worker.ts';
import type { ClaimedTask } from './claimed-task.ts';
import type { HiredWorker } from './hired-worker.ts';
import { SIZE_WITHOUT_LIMIT, sizeOf } from './member.ts';
import { RECOVER_INTERVAL_MS } from './recovery.ts';
import { rest } from './rest.ts';
import { restlessLoop } from './restless-loop.ts';
import { WorkerGroup } from './worker-group.ts';

type AdaptiveParameters = {
  /** How long a worker that found nothing rests. */
  readonly intervalMs: number;
  readonly minWorkers: number;
  /** The most workers: the sum of all limits, and so many percent more. As documented, 20. */
  readonly headroomPercent: number;
  /** What a type without a limit adds to that sum. The document does not say. */
  readonly sizeWithoutLimit: number;
  /** How often the controller looks. This and the next four are ours: the document names them and gives no figures. */
  readonly checkIntervalMs: number;
  /** More tasks pending than this: grow. Fewer than half of it: shrink. */
  readonly queueLengthThreshold: number;
  /** Tasks waited longer than this on average: grow. */
  readonly waitThresholdMs: number;
  /** The pool grows at most once in this time. */
  readonly scaleUpCooldownMs: number;
  /** There must have been reason to shrink for longer than this, each time. */
  readonly scaleDownCooldownMs: number;
  /** More idle workers than this: shrink. As documented, 50. */
  readonly idlePercent: number;
  /** The document lists the conditions to grow without a word between them. `all`: its last, "CPU below 80 %", alone is no reason. */
  readonly growWhen: 'all' | 'any';
  /** By how much it grows and shrinks: one worker, or twofold. The document does not say. */
  readonly step: 'one' | 'double';
  /** How often each worker takes back what others left, where the strategy can. */
  readonly recoverIntervalMs: number;
};

class AdaptivePool implements WorkerPool {
  readonly #context: PoolContext;
  readonly #parameters: AdaptiveParameters;
  readonly #group: WorkerGroup;
  /** In the order in which they came. */
  readonly #workers: HiredWorker[] = [];
  readonly #busy = new Set<string>();
  readonly #stopping = new AbortController();
  #everHired = 0;
  /** Of the tasks claimed since the last check. */
  #waits = { count: 0, sumMs: 0 };
  #averageWaitMs = 0;
  #grewAtMs = Number.NEGATIVE_INFINITY;
  #idleSinceMs: number | undefined;
  #controlling: Promise<void> | undefined;

  constructor(context: PoolContext, parameters: AdaptiveParameters) {
    this.#context = context;
    this.#parameters = parameters;
    const loop = restlessLoop(context, parameters, (claimed, worker) => this.#run(claimed, worker));
    this.#group = new WorkerGroup(context, loop, () => []);
  }

  start(): void {
    this.#resize(this.#parameters.minWorkers);
    this.#controlling = this.#control();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the pool is stopping'));
    await this.#controlling;
    await this.#group.stop();
  }

  async #run(claimed: ClaimedTask, { id }: WorkerContext): Promise<void> {
    this.#waits.count++;
    this.#waits.sumMs += this.#context.clock.now() - claimed.task.createdAtMs;
    this.#busy.add(id);
    await claimed.run();
    this.#busy.delete(id);
  }

  async #control(): Promise<void> {
    const { clock, observe, process, strategy } = this.#context;
    while (await rest(clock, this.#stopping.signal, this.#parameters.checkIntervalMs)) {
      try {
        this.#adapt(await strategy.count('pending'));
      } catch (error) {
        observe({ kind: 'poll-failed', worker: process, error: messageOf(error) });
      }
    }
  }

  #adapt(queueLength: number): void {
    if (this.#stopping.signal.aborted) return;
    const { growWhen, queueLengthThreshold, waitThresholdMs, scaleUpCooldownMs } = this.#parameters;
    const nowMs = this.#context.clock.now();
    const isLong = queueLength > queueLengthThreshold;
    const isSlow = this.#measureWait(queueLength) > waitThresholdMs;
    const wantsMore = growWhen === 'all' ? isLong && isSlow : isLong || isSlow;
    if (wantsMore && nowMs - this.#grewAtMs >= scaleUpCooldownMs && this.#grow()) this.#grewAtMs = nowMs;
    this.#shrinkAfterAWhile(queueLength < queueLengthThreshold / 2, nowMs);
  }

  /** False where it is as large as it may be. */
  #grow(): boolean {
    const size = this.#workers.length;
    const wanted = Math.min(this.#maxWorkers(), this.#parameters.step === 'one' ? size + 1 : size * 2);
    this.#resize(Math.max(size, wanted));
    return wanted > size;
  }

  #shrinkAfterAWhile(isShort: boolean, nowMs: number): void {
    const { idlePercent, minWorkers, scaleDownCooldownMs, step } = this.#parameters;
    const size = this.#workers.length;
    const idle = this.#workers.filter(({ id }) => !this.#busy.has(id)).length;
    const wantsFewer = isShort && idle * 100 > size * idlePercent;
    this.#idleSinceMs = wantsFewer ? (this.#idleSinceMs ?? nowMs) : undefined;
    if (this.#idleSinceMs === undefined || nowMs - this.#idleSinceMs <= scaleDownCooldownMs) return;
    this.#resize(Math.max(minWorkers, step === 'one' ? size - 1 : Math.floor(size / 2)));
    this.#idleSinceMs = nowMs;
  }

  /** Of the tasks claimed since the last look; where none were, the last figure stands for as long as somebody waits. */
  #measureWait(queueLength: number): number {
    const { count, sumMs } = this.#waits;
    if (count > 0) this.#averageWaitMs = sumMs / count;
    else if (queueLength === 0) this.#averageWaitMs = 0;
    this.#waits = { count: 0, sumMs: 0 };
    return this.#averageWaitMs;
  }

  /** Never fewer than the fewest. Asked each time, as limits may change. */
  #maxWorkers(): number {
    const { minWorkers, headroomPercent, sizeWithoutLimit } = this.#parameters;
    const sum = this.#context.manager.types.reduce(
      (all, type) => all + sizeOf(type, this.#context, sizeWithoutLimit),
      0,
    );
    return Math.max(minWorkers, Math.ceil((sum * (100 + headroomPercent)) / 100));
  }

  /** Hires, or lets go: the youngest idle worker first, else the youngest, after its task. */
  #resize(size: number): void {
    while (this.#workers.length < size) {
      const id = `${this.#context.process}/worker-${++this.#everHired}`;
      this.#workers.push(this.#group.add({ identity: { id } }));
    }
    while (this.#workers.length > size) {
      const idle = this.#workers.findLastIndex(({ id }) => !this.#busy.has(id));
      const [gone] = this.#workers.splice(idle, 1);
      gone?.stop();
    }
  }
}

/**
 * Polling workers whose number follows the load: up by queue length and waiting time, down when the queue is short and workers are
 * idle for long enough, at most the sum of all limits and a fifth more (xqueue-0.0.4, solution three).
 *
 * A task is picked up within an interval while a worker is idle. Left out: "CPU below 80 %", which no port tells. Each process
 * sizes its own pool by the one queue and by limits that hold over all processes: n processes have n times the workers.
 */
export const adaptive: PoolDefinition<AdaptiveParameters> = {
  id: 'adaptive',
  source: 'xqueue-0.0.4, solution three',
  summary: 'polling workers, more or fewer of them by queue length, waiting time and idleness',
  claims: 'any',
  needsClaimsByType: false,
  needsEvents: false,
  sizesItself: true,
  guarantees: {
    pickUp: 'within an interval',
    brokenBy: [
      'a burst: until the pool has grown its tasks wait for the few workers that there are',
      'growWhen `all` and long tasks: workers that claim nothing new measure no wait, and the pool does not grow',
      'a limit that is reached: the queue grows for want of tokens, and the pool hires workers that cannot get one',
      'a strategy whose claim loses a race: the worker waits for its next poll',
    ],
  },
  defaults: {
    intervalMs: 1000,
    minWorkers: 1,
    headroomPercent: 20,
    sizeWithoutLimit: SIZE_WITHOUT_LIMIT,
    checkIntervalMs: 1000,
    queueLengthThreshold: 10,
    waitThresholdMs: 1000,
    scaleUpCooldownMs: 5000,
    scaleDownCooldownMs: 30_000,
    idlePercent: 50,
    growWhen: 'all',
    step: 'one',
    recoverIntervalMs: RECOVER_INTERVAL_MS,
  },
  choices: { growWhen: ['all', 'any'], step: ['one', 'double'] },
  create: (context, parameters) => new AdaptivePool(context, parameters),
};
