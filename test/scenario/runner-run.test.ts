import { describe, expect, test } from 'vitest';
import { defineScenario } from '../../src/scenario/define-scenario.ts';
import type { RunResult } from '../../src/scenario/result.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { RunnerScenario } from '../../src/scenario/scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';

function written(changes: Partial<RunnerScenario>): RunnerScenario {
  return {
    id: 'runner',
    title: 'a runner',
    source: 'the test',
    story: 'a few tasks',
    workload: { posts: [{ type: 'task', count: 4, handlerMs: 10, callers: 2 }], durationMs: 100 },
    designs: [{ runner: 'sequenced-runner' }],
    invariants: ['no-task-lost', 'sequenced'],
    expectations: [],
    ...changes,
  };
}

async function run(changes: Partial<RunnerScenario>, seed = 1): Promise<RunResult> {
  const { runs } = await runScenario(defineScenario(written(changes)), { seed, backend: SIM_BACKEND });
  return runs[0] as RunResult;
}

const startsOf = ({ history: { events, timesUs } }: RunResult) =>
  events.flatMap((event, index) =>
    event.kind === 'started' ? [`${event.task} ${(timesUs[index] as number) / 1000}`] : [],
  );

describe('a runner scenario', () => {
  test('runs its workload in one process, the tasks of a sequence one after the other', async () => {
    const { metrics, invariants } = await run({});
    expect(metrics).toMatchObject({ submitted: 4, completed: 4, lost: 0, commandsPerTask: null });
    expect(metrics.endToEndMs.max).toBe(40);
    expect(invariants.map(({ verdict }) => verdict)).toEqual(['holds', 'holds']);
  });

  test('gives the same history for the same seed, and another interleaving for another', async () => {
    const workload = {
      posts: [{ type: 'task', count: 4, handlerMs: 0, callers: 2 }],
      schedules: { random: 5 },
      durationMs: 1,
    } as const;
    const [first, again, other] = [await run({ workload }), await run({ workload }), await run({ workload }, 2)];
    expect(first.historyHash).toBe(again.historyHash);
    expect(first.historyHash).not.toBe(other.historyHash);
    expect(first.metrics.completed).toBe(20);
  });

  test('tries all schedules of up to so many delays, each on a runner of its own', async () => {
    const posts = [{ type: 'task', count: 2, handlerMs: 0, callers: 2 }];
    const one = await run({ workload: { posts, schedules: { delays: 1 }, durationMs: 1 } });
    const two = await run({ workload: { posts, schedules: { delays: 2 }, durationMs: 1 } });
    expect(one.metrics.submitted).toBeGreaterThan(2);
    expect(two.metrics.submitted).toBeGreaterThan(one.metrics.submitted);
    expect(two.metrics.lost).toBe(0);
  });

  test('after a crash has what is still to come posted to a new runner, and no more', async () => {
    const result = await run({
      workload: { posts: [{ type: 'task', count: 1, handlerMs: 10, againAtMs: [20, 60] }], durationMs: 100 },
      environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 15, downMs: 30 }] },
    });
    expect(startsOf(result)).toEqual(['t1 0', 't1 60']);
  });

  test('delays tasks evenly from the first one’s delay to the last one’s', async () => {
    const result = await run({
      designs: [{ runner: 'delay-manager' }],
      invariants: ['timer-accuracy'],
      workload: { posts: [{ type: 'task', count: 3, handlerMs: 0, delayMs: [10, 50] }], durationMs: 100 },
    });
    expect(startsOf(result)).toEqual(['t1 10', 't2 30', 't3 50']);
  });

  test.each<[string, Partial<RunnerScenario>]>([
    ["there is no runner 'sequenced'", { designs: [{ runner: 'sequenced' }] }],
    ["has no parameter 'threads'", { designs: [{ runner: 'sequenced-runner', parameters: { threads: 3 } }] }],
    ["'loop' must be", { designs: [{ runner: 'sequenced-runner', parameters: { loop: 'round' } }] }],
    ['workload.posts', { workload: { posts: [], durationMs: 1 } }],
  ])('with a mistake says what it is: %s', (message, changes) => {
    expect(() => defineScenario(written(changes))).toThrow(message);
  });
});
