import type { SubmitOptions } from '../engine/task-manager.ts';
import { RandomStream } from '../simulation/random-stream.ts';
import type { Arrivals, QueueWorkload, TaskType } from './scenario.ts';

/** One task of a workload: when it comes, and what its handler will do. */
export interface PlannedTask {
  readonly id: string;
  readonly type: string;
  readonly atMs: number;
  readonly handlerMs: number;
  readonly fails: boolean;
  /** One object for all tasks of a group of arrivals. */
  readonly options: SubmitOptions;
}

/**
 * A workload, drawn from the seed before anything runs: every design of a scenario gets the same arrivals and the same handler
 * durations (common random numbers), so that they differ by the design alone.
 *
 * @param kept only these, by id; what is drawn for them stays what it is among all
 */
export function planTasks(workload: QueueWorkload, seed: number, kept?: readonly string[]): PlannedTask[] {
  const stream = new RandomStream(seed, 'workload');
  const arrivals = workload.arrivals.flatMap((group) => {
    const options = submitOptions(group);
    return Array.from({ length: group.count }, (_, index) => ({
      group,
      options,
      atMs: (group.atMs ?? 0) + index * (group.everyMs ?? 0),
    }));
  });
  // A stable sort: tasks of one moment keep the order in which the scenario names them.
  arrivals.sort((a, b) => a.atMs - b.atMs);
  const plan = arrivals.map(({ group, options, atMs }, index) => {
    const type = workload.types[group.type] as TaskType;
    return {
      id: `t${index + 1}`,
      type: group.type,
      atMs,
      handlerMs: handlerMs(type, stream),
      fails: type.failureRate !== undefined && stream.next() < type.failureRate,
      options,
    };
  });
  return kept === undefined ? plan : plan.filter(({ id }) => kept.includes(id));
}

function handlerMs({ handlerMs }: TaskType, stream: RandomStream): number {
  if (typeof handlerMs === 'number') return handlerMs;
  const [least, most] = handlerMs;
  return least + stream.next() * (most - least);
}

function submitOptions({ priority, queueTimeoutMs, processTimeoutMs }: Arrivals): SubmitOptions {
  return {
    ...(priority !== undefined && { priority }),
    ...(queueTimeoutMs !== undefined && { queueTimeoutMs }),
    ...(processTimeoutMs !== undefined && { processTimeoutMs }),
  };
}
