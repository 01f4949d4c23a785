import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/scenario/result.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { Fault, QueueDesign } from '../../src/scenario/scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';
import { queueScenario } from './written.ts';

const STREAM: QueueDesign = { claims: 'stream-group', pool: 'blocking', workers: 4 };

async function under(faults: readonly Fault[], processes = 1, design = STREAM): Promise<RunResult> {
  const scenario = {
    ...queueScenario(),
    workload: { types: { email: { handlerMs: 1000 } }, arrivals: [{ type: 'email', count: 8, atMs: 100 }] },
    environment: { processes, faults },
    designs: [design],
    invariants: [],
    expectations: [],
  };
  const { runs } = await runScenario(scenario, { seed: 1, backend: SIM_BACKEND });
  return runs[0] as RunResult;
}

/** Events of a kind with their times in ms. */
function moments({ history }: RunResult, ...kinds: string[]): [kind: string, ms: number][] {
  return history.events.flatMap(({ kind }, index) =>
    kinds.includes(kind) ? [[kind, Math.round((history.timesUs[index] as number) / 1000)] as [string, number]] : [],
  );
}

describe('faults of a scenario', () => {
  it('a crashed process runs nothing from then on, and is up again when its time is over', async () => {
    const run = await under([{ kind: 'crash', host: 'app-1', atMs: 500, downMs: 700 }]);
    expect(moments(run, 'host-crashed', 'host-restarted')).toEqual([
      ['host-crashed', 500],
      ['host-restarted', 1200],
    ]);
    const between = run.history.timesUs.filter(
      (us, index) => us > 500_000 && us < 1_200_000 && 'worker' in (run.history.events[index] as object),
    );
    expect(between).toEqual([]);
    const started = moments(run, 'worker-started').map(([, ms]) => ms);
    expect(started).toHaveLength(8);
    expect(started.filter((ms) => ms >= 1200)).toHaveLength(4);
    expect(run.metrics.completed).toBe(8);
  });

  it('without a time to come back, what the process had is up to the others', async () => {
    const run = await under([{ kind: 'crash', host: 'app-1', atMs: 500 }], 2);
    expect(moments(run, 'host-restarted')).toEqual([]);
    expect(run.metrics.completed).toBe(8);
    expect(run.metrics.duplicated).toBe(2);
  });

  it('a paused process stands still and then goes on as if nothing had been', async () => {
    const run = await under([{ kind: 'pause', host: 'app-1', atMs: 500, forMs: 5000 }]);
    const finishes = moments(run, 'finished').map(([, ms]) => ms);
    expect(Math.min(...finishes)).toBeGreaterThanOrEqual(5500);
    expect(run.metrics.completed).toBe(8);
  });

  it('a run whose every process is dead for good ends, and its tasks are lost', async () => {
    const run = await under([{ kind: 'crash', host: 'app-1', atMs: 500 }]);
    expect(run.metrics).toMatchObject({ submitted: 8, completed: 0, lost: 8 });
  });

  it('strikes a dispatcher where a design has one, and passes over the others', async () => {
    const faults: Fault[] = [{ kind: 'crash', host: 'dispatcher', atMs: 0 }];
    const dispatched = await under(faults, 1, { ...STREAM, claims: 'worker-queue' });
    expect(dispatched.metrics.completed).toBe(0);
    expect((await under(faults)).metrics.completed).toBe(8);
  });

  it('the same faults give the same history', async () => {
    const faults: Fault[] = [
      { kind: 'pause', host: 'app-2', atMs: 200, forMs: 900 },
      { kind: 'crash', host: 'app-1', atMs: 500, downMs: 700 },
    ];
    const [one, two] = [await under(faults, 2), await under(faults, 2)];
    expect(one.historyHash).toBe(two.historyHash);
  });
});
