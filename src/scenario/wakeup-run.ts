import { Keys } from '../engine/keys.ts';
import type { Observer } from '../engine/ports.ts';
import { AsyncTaskManager } from '../engine/wakeups/async-task-manager.ts';
import { RedisDelayedTaskStore } from '../engine/wakeups/delayed-task-store.ts';
import type { World } from './backend.ts';
import { wakeupPolicy } from './design.ts';
import type { WakeupDesign, WakeupScenario } from './scenario.ts';

/** Puts an async-task manager with a wake-up policy into a world, with delayed tasks and somebody who signals. */
export function setWakeupRun(world: World, scenario: WakeupScenario, design: WakeupDesign, observe: Observer): void {
  const policy = wakeupPolicy(design.wakeup);
  const { workload } = scenario;
  world.machine('app-1', async ({ redis, clock }) => {
    const startMs = clock.now();
    const at = (ms: number) => startMs + ms * world.timeScale;
    const store = new RedisDelayedTaskStore(redis, new Keys(world.keyPrefix));
    for (const [index, dueAtMs] of workload.dueAtMs.entries()) {
      const task = { id: `t${index + 1}`, type: workload.type, dueAtMs: at(dueAtMs) };
      // One that is due only after the run is scenery: nobody is to run it, so nobody can lose it.
      const isWork = dueAtMs <= workload.durationMs;
      if (isWork) observe({ kind: 'submitting', task: task.id, type: task.type });
      await store.add(task);
      if (isWork) observe({ kind: 'submitted', task: task.id, type: task.type });
    }
    const manager = new AsyncTaskManager({ clock, observe, store }, policy);
    manager.register(workload.type, () => clock.sleep(workload.handlerMs * world.timeScale));
    const bursts = [...workload.signals].sort((a, b) => a.atMs - b.atMs);
    const piledUp = bursts.filter((burst) => burst.atMs === 0);
    for (const burst of piledUp) for (let count = 0; count < burst.count; count++) manager.wakeUp(workload.type);
    manager.start();
    for (const burst of bursts.slice(piledUp.length)) {
      await clock.sleep(Math.max(0, at(burst.atMs) - clock.now()), world.ended);
      for (let count = 0; count < burst.count; count++) manager.wakeUp(workload.type);
    }
    await clock.sleep(Math.max(0, at(workload.durationMs) - clock.now()), world.ended);
    await manager.stop();
  });
}
