import type { WorkerIdentity } from '../engine/claim.ts';
import { TOKEN_TTL_MS } from '../engine/concurrency-limiter.ts';
import type { Observer } from '../engine/ports.ts';
import { Queue } from '../engine/queue.ts';
import type { Task } from '../engine/task.ts';
import type { SubmitOptions } from '../engine/task-manager.ts';
import type { Machine, World } from './backend.ts';
import { Configuration } from './configuration.ts';
import { assertPair, claimStrategy, workerPool } from './design.ts';
import { calmFromMs, lastsMs } from './fault.ts';
import { HandlerFaults } from './handler-faults.ts';
import { scaleDurations, withDefaults } from './parameters.ts';
import { type PlannedTask, planTasks } from './plan.ts';
import { Progress } from './progress.ts';
import type { QueueDesign, QueueScenario } from './scenario.ts';

/** A run whose tasks make no more progress is given up after so many times the longest duration that the design knows. */
const QUIET_FACTOR = 3;

/** A process that cannot start, or a step of the client that failed for want of Redis, is tried again after so long. */
const START_AGAIN_MS = 1000;

/**
 * Puts a queue design into a world: its processes with their workers, and a client that submits the workload. When every task
 * has ended, or nothing has moved for longer than any lock, token or time-out lives, the pools stop: what is then not done is
 * not recoverable.
 *
 * Where faults are planned, whoever runs the processes does what one does: a process that cannot start for want of Redis starts again, one
 * that does not close in time is killed. A submission that fails for want of Redis has an unknown outcome; its client goes on with the
 * next, and so does one that crashed.
 *
 * @param tasks the planned tasks that are submitted; all where not given
 */
export function setQueueRun(
  world: World,
  scenario: QueueScenario,
  design: QueueDesign,
  seed: number,
  record: Observer,
  tasks?: readonly string[],
): void {
  const claims = claimStrategy(design.claims);
  const pool = workerPool(design.pool);
  assertPair(claims, pool);
  const claimParameters = scaleDurations(withDefaults(claims, design.claimParameters), world.timeScale);
  const poolParameters = scaleDurations(withDefaults(pool, design.poolParameters), world.timeScale);
  const tokenTtlMs = Math.max(1, Math.round((design.tokenTtlMs ?? TOKEN_TTL_MS) * world.timeScale));
  const workerCount = design.workers ?? 0;
  const plan = planTasks(scenario.workload, seed, tasks);
  const planned = new Map(plan.map((task) => [task.id, task]));
  const progress = new Progress();
  /** What the client has begun to submit, in whichever of its lives. */
  const begun = new Set<string>();
  const observe: Observer = (event) => {
    record(event);
    progress.observe(event);
    if (event.kind === 'submitting') begun.add(event.task);
  };
  const stop = stopSignal(world, progress);
  const isFated = world.faults.length > 0;
  const handlerFaults = new HandlerFaults(world);
  const longestMs = Math.max(
    tokenTtlMs,
    plan.reduce((longest, task) => Math.max(longest, task.handlerMs), 0) * world.timeScale,
    ...durations(claimParameters),
    ...durations(poolParameters),
  );

  const queueOn = (machine: Machine, process: string, workers: readonly WorkerIdentity[]): Queue => {
    const configuration = new Configuration(world, process);
    const queue = new Queue(
      { ...machine, observe: configuration.observer(machine.reporting?.(observe) ?? observe) },
      {
        claims,
        pool,
        claimParameters,
        poolParameters,
        process,
        workers,
        workerCount,
        keyPrefix: world.keyPrefix,
        tokenTtlMs,
      },
    );
    for (const [type, terms] of Object.entries(scenario.workload.types)) {
      const limit = configuration.limitOf(type, terms.limit);
      const handler = (task: Task, signal: AbortSignal | undefined) =>
        handle(planned.get(task.id) as PlannedTask, machine, world.timeScale, signal);
      const fated = async (task: Task, signal: AbortSignal | undefined) => {
        await handlerFaults.strike(task.id, machine);
        await handler(task, signal);
      };
      queue.manager.register(type, handlerFaults.isEmpty ? handler : fated, limit === undefined ? {} : { limit });
    }
    return queue;
  };

  const open = async (queue: Queue, { clock }: Machine): Promise<void> => {
    for (let isOpen = false; !isOpen; ) {
      try {
        await queue.open();
        isOpen = true;
      } catch (error) {
        if (!isFated || !isForWantOfRedis(error)) throw error;
        await clock.sleep(START_AGAIN_MS);
      }
    }
  };

  const close = async (queue: Queue, name: string, { clock }: Machine): Promise<void> => {
    const closed = queue.stop().then(() => true);
    const isClosed = isFated ? Promise.race([closed, clock.sleep(longestMs * QUIET_FACTOR).then(() => false)]) : closed;
    if (!(await isClosed)) world.onEvent({ kind: 'process-killed', host: name });
  };

  const processes = scenario.environment?.processes ?? 1;
  for (let index = 0; index < processes; index++) {
    const name = `app-${index + 1}`;
    const main = async (machine: Machine) => {
      const queue = queueOn(machine, name, workersOf(workerCount, index, processes));
      await open(queue, machine);
      queue.start();
      await machine.told(stop.promise);
      await close(queue, name, machine);
    };
    world.machine(name, main, scenario.environment?.clocks?.[index]);
  }

  if (claims.needsDispatcher) {
    world.machine('dispatcher', async (machine) => {
      const queue = queueOn(machine, 'dispatcher', []);
      await open(queue, machine);
      queue.startDispatcher();
      await machine.told(stop.promise);
      await close(queue, 'dispatcher', machine);
    });
  }

  /** When the client was first ready: the workload's times count from there. */
  let startUs: number | undefined;
  world.machine('client', async (machine) => {
    const queue = queueOn(machine, 'client', []);
    await open(queue, machine);
    const { manager } = queue;
    startUs ??= world.nowUs();
    const startMs = machine.clock.now() - (world.nowUs() - startUs) / 1000;
    const scaled = new Map<SubmitOptions, SubmitOptions>();
    for (const { options } of plan) {
      if (!scaled.has(options)) scaled.set(options, scaleDurations({ ...options }, world.timeScale));
    }
    let underWay = 0;
    let failure: { readonly error: unknown } | undefined;
    let onAccepted = () => {};
    const accepted = () => {
      underWay--;
      onAccepted();
    };
    for (const task of plan) {
      if (begun.has(task.id)) continue;
      const waitMs = startMs + task.atMs * world.timeScale - machine.clock.now();
      if (waitMs > 0) await machine.clock.sleep(waitMs);
      underWay++;
      manager.submit(task.type, null, { ...scaled.get(task.options), id: task.id }).then(accepted, (error: unknown) => {
        if (!isFated || !isForWantOfRedis(error)) failure ??= { error };
        accepted();
      });
    }
    while (underWay > 0) {
      await new Promise<void>((resolve) => {
        onAccepted = resolve;
      });
    }
    if (failure) throw failure.error;
    progress.allSubmitted();
  });

  world.machine('watch', async ({ clock }) => {
    // What a fault holds up is not quiet, and a host that comes back starts over.
    const lastArrivalMs = isFated ? plan.reduce((last, { atMs }) => Math.max(last, atMs), 0) : 0;
    const calmMs = Math.max(calmFromMs(world.faults), lastArrivalMs);
    if (calmMs > 0) await stop.unless((signal) => clock.sleep(calmMs, signal));
    const unplannedMs = Math.max(0, ...world.faults.map((fault) => lastsMs(fault)));
    // A client that died for good, or whose Redis did, never says that it has submitted all.
    await stop.whenQuiet((signal) => clock.sleep(longestMs * QUIET_FACTOR + unplannedMs, signal), isFated);
  });
}

/** Tells the pools to stop: all is settled, all is quiet, or the world has ended. */
function stopSignal(world: World, progress: Progress) {
  const stopped = new AbortController();
  const promise = new Promise<void>((resolve) => {
    stopped.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const stop = () => stopped.abort(new Error('the run is over'));
  progress.settled.then(stop);
  world.ended.addEventListener('abort', stop, { once: true });
  return {
    promise,
    /** Waits, but no longer than the run lasts. */
    async unless(wait: (signal: AbortSignal) => Promise<void>): Promise<void> {
      await wait(stopped.signal).catch(() => {});
    },
    /** @param isAllIn no more tasks will come, whether or not somebody says so */
    async whenQuiet(pass: (signal: AbortSignal) => Promise<void>, isAllIn: boolean): Promise<void> {
      let before = -1;
      while (!stopped.signal.aborted && (!(isAllIn || progress.isAllSubmitted) || progress.steps !== before)) {
        before = progress.steps;
        await pass(stopped.signal).catch(() => {});
      }
      stop();
    },
  };
}

/** What a task's handler does in a scenario: it takes its time, and may throw. */
async function handle(
  task: PlannedTask,
  machine: Machine,
  timeScale: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await machine.clock.sleep(task.handlerMs * timeScale, signal);
  if (task.fails) throw new Error(`${task.id} fails, as planned`);
}

/** Whether Redis refused, or could not be asked, or did not answer: as ioredis says it. What was asked for may have been done. */
function isForWantOfRedis(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return FAILURES_OF_REDIS.has(error.name) || error.message === 'Connection is closed.';
}

const FAILURES_OF_REDIS = new Set(['ReplyError', 'AbortError', 'MaxRetriesPerRequestError']);

/** Workers are dealt out to processes in turn and numbered through. */
function workersOf(count: number, process: number, processes: number): WorkerIdentity[] {
  const workers: WorkerIdentity[] = [];
  for (let number = process; number < count; number += processes) {
    workers.push({ id: `worker-${number + 1}`, number });
  }
  return workers;
}

function durations(parameters: Readonly<Record<string, unknown>>): number[] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    name.endsWith('Ms') && typeof value === 'number' ? [value] : [],
  );
}
