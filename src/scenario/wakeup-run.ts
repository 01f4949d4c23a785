import { Keys } from '../engine/keys.ts';
import type { Observer } from '../engine/ports.ts';
import { AsyncTaskManager } from '../engine/wakeups/async-task-manager.ts';
import type { DelayedTaskStore } from '../engine/wakeups/delayed-task-store.ts';
import { MemoryDelayedTaskStore } from '../engine/wakeups/memory-delayed-task-store.ts';
import { RedisDelayedTaskStore } from '../engine/wakeups/redis-delayed-task-store.ts';
import { SqlDelayedTaskStore } from '../engine/wakeups/sql-delayed-task-store.ts';
import type { WakeupSender } from '../engine/wakeups/wakeup-sender.ts';
import type { Machine, World } from './backend.ts';
import { wakeupPolicy } from './design.ts';
import { scaleDurations, withDefaults } from './parameters.ts';
import type { DelayedArrival, WakeupDesign, WakeupScenario, WakeupWorkload } from './scenario.ts';

/** Puts an async-task manager with a wake-up policy into a world, with delayed tasks and business code that signals. */
export function setWakeupRun(world: World, scenario: WakeupScenario, design: WakeupDesign, observe: Observer): void {
  const policy = wakeupPolicy(design.wakeup);
  const parameters = scaleDurations(withDefaults(policy, design.wakeupParameters), world.timeScale);
  const { workload } = scenario;
  world.machine('app-1', async (machine) => {
    const { clock } = machine;
    // A database takes its time to come up: the run begins after that.
    const store = await openStore(machine, world, design);
    const startMs = clock.now();
    const at = (ms: number) => startMs + ms * world.timeScale;
    const elapsedMs = () => (clock.now() - startMs) / world.timeScale;
    const manager = new AsyncTaskManager({ clock, observe, store }, policy, {
      parameters,
      ...(design.workersPerType !== undefined && { workersPerType: design.workersPerType }),
    });

    const add = async (id: string, type: string, dueAtMs: number) => {
      // One that is due only after the run is scenery: nobody is to run it, so nobody can lose it.
      const isWork = dueAtMs <= workload.durationMs;
      if (isWork) observe({ kind: 'submitting', task: id, type, dueInMs: Math.max(0, dueAtMs - elapsedMs()) });
      await store.add({ id, type, dueAtMs: at(dueAtMs) });
      if (isWork) observe({ kind: 'submitted', task: id, type });
    };
    /** What the handlers of tasks that are calls do. */
    const followUps = new Map<string, DelayedArrival>();
    const call = async (id: string, arrival: DelayedArrival, sender: WakeupSender) => {
      const { type = workload.type, afterMs, signals = 1, followedBy } = arrival;
      if (followedBy !== undefined) followUps.set(id, followedBy);
      await add(id, type, elapsedMs() + afterMs);
      for (let count = 0; count < signals; count++) sender.wakeUp(type);
      sender.endCall();
    };
    const burst = (count: number) => {
      const sender = manager.sender();
      for (let sent = 0; sent < count; sent++) {
        sender.wakeUp(workload.type);
        sender.endCall();
      }
      sender.endBatch();
    };

    for (const type of typesOf(workload)) {
      manager.register(type, async ({ id }) => {
        await clock.sleep(workload.handlerMs * world.timeScale);
        const next = followUps.get(id);
        if (next === undefined) return;
        const sender = manager.sender();
        await call(`${id}.1`, next, sender);
        sender.endBatch();
      });
    }
    for (const [index, dueAtMs] of workload.dueAtMs.entries()) await add(`t${index + 1}`, workload.type, dueAtMs);

    let added = workload.dueAtMs.length;
    const batches = [
      ...workload.signals.map(({ atMs, count }) => ({ atMs, run: async () => burst(count) })),
      ...(workload.arrivals ?? []).flatMap(({ atMs, count = 1, everyMs = 0, ...arrival }) => {
        const sizes = everyMs === 0 ? [count] : Array.from({ length: count }, () => 1);
        return sizes.map((size, index) => ({
          atMs: atMs + index * everyMs,
          run: async () => {
            const sender = manager.sender();
            for (let each = 0; each < size; each++) await call(`t${++added}`, arrival, sender);
            sender.endBatch();
          },
        }));
      }),
    ].sort((a, b) => a.atMs - b.atMs);
    const piledUp = batches.filter(({ atMs }) => atMs === 0);
    for (const { run } of piledUp) await run();
    manager.start();
    for (const { atMs, run } of batches.slice(piledUp.length)) {
      await clock.sleep(Math.max(0, at(atMs) - clock.now()), world.ended);
      await run();
    }
    await clock.sleep(Math.max(0, at(workload.durationMs) - clock.now()), world.ended);
    await manager.stop();
  });
}

async function openStore(
  { redis, sql }: Machine,
  { keyPrefix }: World,
  { store, fetch }: WakeupDesign,
): Promise<DelayedTaskStore> {
  switch (store) {
    case 'memory':
      return new MemoryDelayedTaskStore(fetch);
    case 'sql': {
      const opened = new SqlDelayedTaskStore(sql, fetch);
      await opened.create();
      return opened;
    }
    default:
      return new RedisDelayedTaskStore(redis, new Keys(keyPrefix), fetch);
  }
}

/** Over all types. */
export function wakeupWorkers({ workload }: WakeupScenario, { workersPerType = 1 }: WakeupDesign): number {
  return workersPerType * typesOf(workload).size;
}

/** Every type that has tasks, in the order in which the workload names them. */
function typesOf({ type, arrivals = [] }: WakeupWorkload): Set<string> {
  const types = new Set([type]);
  for (const arrival of arrivals) {
    for (let each: DelayedArrival | undefined = arrival; each !== undefined; each = each.followedBy) {
      types.add(each.type ?? type);
    }
  }
  return types;
}
