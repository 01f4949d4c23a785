import type { WorkerIdentity } from '../engine/claim.ts';
import { TOKEN_TTL_MS } from '../engine/concurrency-limiter.ts';
import type { Observer } from '../engine/ports.ts';
import { Queue } from '../engine/queue.ts';
import type { Task } from '../engine/task.ts';
import type { SubmitOptions } from '../engine/task-manager.ts';
import type { Machine, World } from './backend.ts';
import { assertPair, claimStrategy, workerPool } from './design.ts';
import { scaleDurations, withDefaults } from './parameters.ts';
import { type PlannedTask, planTasks } from './plan.ts';
import { Progress } from './progress.ts';
import type { QueueDesign, QueueScenario } from './scenario.ts';

/** A run whose tasks make no more progress is given up after so many times the longest duration that the design knows. */
const QUIET_FACTOR = 3;

/**
 * Puts a queue design into a world: its processes with their workers, and a client that submits the workload. When every task
 * has ended, or nothing has moved for longer than any lock, token or time-out lives, the pools stop: what is then not done is
 * not recoverable.
 */
export function setQueueRun(
  world: World,
  scenario: QueueScenario,
  design: QueueDesign,
  seed: number,
  record: Observer,
): void {
  const claims = claimStrategy(design.claims);
  const pool = workerPool(design.pool);
  assertPair(claims, pool);
  const claimParameters = scaleDurations(withDefaults(claims, design.claimParameters), world.timeScale);
  const poolParameters = scaleDurations(withDefaults(pool, design.poolParameters), world.timeScale);
  const tokenTtlMs = Math.max(1, Math.round((design.tokenTtlMs ?? TOKEN_TTL_MS) * world.timeScale));
  const workerCount = design.workers ?? 0;
  const plan = planTasks(scenario.workload, seed);
  const planned = new Map(plan.map((task) => [task.id, task]));
  const progress = new Progress();
  const observe: Observer = (event) => {
    record(event);
    progress.observe(event);
  };
  const stop = stopSignal(world, progress);

  const queueOn = (machine: Machine, process: string, workers: readonly WorkerIdentity[]): Queue => {
    const queue = new Queue(
      { ...machine, observe },
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
    for (const [type, { limit }] of Object.entries(scenario.workload.types)) {
      const handler = (task: Task, signal: AbortSignal | undefined) =>
        handle(planned.get(task.id) as PlannedTask, machine, world.timeScale, signal);
      queue.manager.register(type, handler, limit === undefined ? {} : { limit });
    }
    return queue;
  };

  const processes = scenario.environment?.processes ?? 1;
  for (let index = 0; index < processes; index++) {
    const name = `app-${index + 1}`;
    const main = async (machine: Machine) => {
      const queue = queueOn(machine, name, workersOf(workerCount, index, processes));
      await queue.open();
      queue.start();
      await machine.told(stop.promise);
      await queue.stop();
    };
    world.machine(name, main, scenario.environment?.clocks?.[index]);
  }

  if (claims.needsDispatcher) {
    world.machine('dispatcher', async (machine) => {
      const queue = queueOn(machine, 'dispatcher', []);
      await queue.open();
      queue.startDispatcher();
      await machine.told(stop.promise);
      await queue.stop();
    });
  }

  world.machine('client', async (machine) => {
    const queue = queueOn(machine, 'client', []);
    await queue.open();
    const { manager } = queue;
    const startMs = machine.clock.now();
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
      const waitMs = startMs + task.atMs * world.timeScale - machine.clock.now();
      if (waitMs > 0) await machine.clock.sleep(waitMs);
      underWay++;
      manager.submit(task.type, null, { ...scaled.get(task.options), id: task.id }).then(accepted, (error: unknown) => {
        failure ??= { error };
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
    const faults = scenario.environment?.faults ?? [];
    const calmMs = Math.max(
      0,
      ...faults.map((fault) => fault.atMs + ((fault.kind === 'crash' ? fault.downMs : fault.forMs) ?? 0)),
    );
    if (calmMs > 0) await stop.unless((signal) => clock.sleep(calmMs, signal));
    const longestHandlerMs = plan.reduce((longest, task) => Math.max(longest, task.handlerMs), 0);
    const longestMs = Math.max(
      tokenTtlMs,
      longestHandlerMs * world.timeScale,
      ...durations(claimParameters),
      ...durations(poolParameters),
    );
    await stop.whenQuiet((signal) => clock.sleep(longestMs * QUIET_FACTOR, signal));
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
    async whenQuiet(pass: (signal: AbortSignal) => Promise<void>): Promise<void> {
      let before = -1;
      while (!stopped.signal.aborted && (!progress.isAllSubmitted || progress.steps !== before)) {
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
