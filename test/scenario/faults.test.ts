import { describe, expect, it } from 'vitest';
import type { Profile } from '../../src/scenario/fate.ts';
import type { Fault, RestartData } from '../../src/scenario/fault.ts';
import type { Hold } from '../../src/scenario/hold.ts';
import { invariant } from '../../src/scenario/judge.ts';
import type { RunResult } from '../../src/scenario/result.ts';
import { type Play, play, runScenario } from '../../src/scenario/run-scenario.ts';
import type { QueueDesign } from '../../src/scenario/scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';
import { queueScenario } from './written.ts';

const STREAM: QueueDesign = { claims: 'stream-group', pool: 'blocking', workers: 4 };

const LEASED: QueueDesign = { claims: 'leased-script', pool: 'polling', workers: 3 };
/** Looks first after a second. */
const POLLING: QueueDesign = { ...LEASED, poolParameters: { phases: 'aligned' } };

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
function moments({ history }: Pick<RunResult, 'history'>, ...kinds: string[]): [kind: string, ms: number][] {
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

/** What the given design does with three emails, one process, and these faults. */
async function played(
  faults: readonly Fault[],
  { design = LEASED, holds = [] as readonly Hold[], processes = 1, profile = false } = {},
): Promise<Play> {
  const scenario = {
    ...queueScenario(),
    workload: { types: { email: { handlerMs: 1000 } }, arrivals: [{ type: 'email', count: 3, atMs: 100 }] },
    environment: { processes },
    designs: [design],
    invariants: [],
    expectations: [],
  };
  return play(scenario, design, 1, SIM_BACKEND, undefined, { faults, holds, profile });
}

/** When a task was first started, in ms. */
function startOf({ history }: Play, task: string): number {
  const index = history.events.findIndex((event) => event.kind === 'started' && event.task === task);
  return (history.timesUs[index] as number) / 1000;
}

const countOf = ({ history }: Play, kind: string) => history.events.filter((event) => event.kind === kind).length;
const struckBy = ({ history }: Play) =>
  history.events.flatMap((event) => (event.kind === 'fault' ? [event.fault] : []));
const told = (run: Play, ...kinds: string[]) =>
  run.history.events.flatMap((event) => (kinds.includes(event.kind) ? [event.kind] : []));

const CLAIM = 'leased-script.claim';
const SETTLE = 'leased-script.settle';

describe('the points of a run', () => {
  it('counts what each host sent, reported and was published, and changes nothing by it', async () => {
    const [counted, plain] = [await played([], { profile: true }), await played([])];
    expect(counted.historyHash).toBe(plain.historyHash);
    const { commands, events } = counted.measures.profile as Profile;
    expect(commands).toContainEqual({ host: 'client', name: 'leased-script.submit', count: 6 });
    expect(commands).toContainEqual({ host: 'app-1', name: SETTLE, count: 6 });
    expect(events).toContainEqual({ host: 'app-1', name: 'started', count: 3 });
    expect(plain.measures.profile).toBeUndefined();
  });

  it('a fault at a point that is never reached does not strike, and changes nothing', async () => {
    const never = await played([{ kind: 'reply-lost', host: 'app-1', command: SETTLE, nth: 99 }], { profile: true });
    expect(struckBy(never)).toEqual([]);
    expect(never.history.events).toEqual((await played([])).history.events);
  });

  it('every fault that strikes is in the history, as its scenario has it', async () => {
    const fault: Fault = { kind: 'error-reply', host: 'app-1', command: CLAIM, nth: 2, error: 'LOADING' };
    const run = await played([fault]);
    expect(struckBy(run)).toEqual([fault]);
    const [failed] = run.history.events.filter((event) => event.kind === 'poll-failed');
    expect(failed).toMatchObject({ error: 'LOADING Redis is loading the dataset in memory' });
  });
});

describe('a message', () => {
  it('whose reply is lost was executed: the client sends it again, and the design must bear it twice', async () => {
    const clean = await played([], { profile: true });
    const lost = await played([{ kind: 'reply-lost', host: 'app-1', command: SETTLE, nth: 6 }], { profile: true });
    const settles = ({ measures }: Play) => measures.profile?.commands.find(({ name }) => name === SETTLE)?.count;
    expect(settles(lost)).toBe((settles(clean) as number) + 1);
    expect(countOf(lost, 'finished')).toBe(3);
  });

  it.each(['request-lost', 'reset'] as const)('struck by %s arrives once, on the next connection', async (kind) => {
    const run = await played([{ kind, host: 'client', command: 'leased-script.submit', nth: 2 }]);
    expect(struckBy(run)).toHaveLength(1);
    expect(countOf(run, 'submitted')).toBe(3);
    expect(countOf(run, 'finished')).toBe(3);
  });

  it('that is delayed arrives so much later, and so does what follows on its connection', async () => {
    const run = await played([{ kind: 'delay', host: 'app-1', command: CLAIM, nth: 1, byMs: 3000 }]);
    expect(startOf(run, 't1')).toBeGreaterThan(3000);
    expect(startOf(run, 't1')).toBeLessThan(startOf(await played([]), 't1') + 3010);
  });

  it.each(['request', 'reply'] as const)('held back as %s arrives later, and nobody is told', async (way) => {
    const hold: Hold = { host: 'client', way, command: 'leased-script.submit', nth: 6, byUs: 50_000 };
    const [held, plain] = [await played([], { holds: [hold] }), await played([])];
    const lastAccepted = ({ history }: Play) =>
      history.timesUs[history.events.findLastIndex(({ kind }) => kind === 'submitted')] as number;
    expect(Math.round((lastAccepted(held) - lastAccepted(plain)) / 1000)).toBe(50);
    expect(struckBy(held)).toEqual([]);
  });

  it('of a partitioned host arrives when that is over', async () => {
    for (const way of ['both', 'to-redis', 'from-redis'] as const) {
      const run = await played([{ kind: 'partition', host: 'app-1', atMs: 50, forMs: 7000, way }]);
      expect(startOf(run, 't1')).toBeGreaterThan(7050);
      expect(countOf(run, 'finished')).toBe(3);
      expect(told(run, 'fault', 'fault-over')).toEqual(['fault', 'fault-over']);
    }
  });

  it('published to a host can be lost, or come twice', async () => {
    const design: QueueDesign = { claims: 'atomic-script', pool: 'event-driven', workers: 3 };
    const run = (...faults: Fault[]) => played(faults, { design });
    expect(countOf(await run(), 'finished')).toBe(3);
    const lost = await run(...[1, 2, 3].map((nth) => ({ kind: 'message-lost' as const, host: 'app-1', nth })));
    expect(countOf(lost, 'finished')).toBe(0);
    const doubled = await run({ kind: 'message-doubled', host: 'app-1', nth: 1 });
    expect(countOf(doubled, 'empty-poll')).toBeGreaterThan(countOf(await run(), 'empty-poll'));
  });
});

describe('a host at a step of its own', () => {
  const before: Fault = { kind: 'crash', host: 'app-1', before: { command: SETTLE, nth: 1 }, downMs: 100 };
  const after: Fault = { kind: 'crash', host: 'app-1', after: { command: SETTLE, nth: 1 }, downMs: 100 };

  it('that dies before a command has not sent it', async () => {
    const { measures } = await played([before], { profile: true });
    const dead = await played([{ ...before, downMs: undefined } as Fault]);
    expect(told(dead, 'host-crashed', 'host-restarted')).toEqual(['host-crashed']);
    expect(dead.history.events.filter((event) => event.kind === 'status' && event.to === 'success')).toEqual([]);
    expect(measures.redisCommands).toBeGreaterThan(dead.measures.redisCommands as number);
  });

  it('that dies after a command has had it run, and heard nothing of it', async () => {
    // The first three are sent by their SHA1, which Redis does not know yet: the fourth settles.
    const settled: Fault = { kind: 'crash', host: 'app-1', after: { command: SETTLE, nth: 4 }, downMs: 100 };
    const starts = async (fault: Fault) => countOf(await played([fault]), 'started');
    expect(await starts(settled)).toBeLessThan(await starts(after));
  });

  it('that dies on an event has reported it, and nothing after it until it boots again', async () => {
    const run = await played([{ kind: 'crash', host: 'app-1', on: { event: 'claimed', nth: 2 }, downMs: 100 }]);
    const { events } = run.history;
    const crash = events.findIndex(({ kind }) => kind === 'host-crashed');
    expect(events[crash - 1]).toMatchObject({ kind: 'claimed' });
    const boot = events.findIndex(({ kind }) => kind === 'host-restarted');
    expect(events.slice(crash + 1, boot).filter((event) => 'worker' in event)).toEqual([]);
    expect(countOf(run, 'finished')).toBe(3);
  });

  it('that stands still before a command sends it afterwards', async () => {
    const run = await played([{ kind: 'pause', host: 'app-1', before: { command: CLAIM, nth: 1 }, forMs: 4000 }]);
    expect(startOf(run, 't1')).toBeGreaterThan(4000);
    expect(told(run, 'host-paused')).toHaveLength(1);
    expect(countOf(run, 'finished')).toBe(3);
  });
});

describe('Redis', () => {
  const restart = (data: RestartData, downMs = 300): Fault => ({ kind: 'redis-restart', atMs: 600, downMs, data });

  it('that restarts with its data loses nothing', async () => {
    const run = await played([restart('kept')]);
    expect(told(run, 'fault', 'fault-over')).toEqual(['fault', 'fault-over']);
    expect(countOf(run, 'finished')).toBe(3);
  });

  it('that restarts empty has lost what waited', async () => {
    expect(countOf(await played([restart('empty')], { design: POLLING }), 'finished')).toBe(0);
  });

  it('that restarts without its last second has lost what was submitted in it, and no more', async () => {
    expect(countOf(await played([restart({ lostMs: 400 })], { design: POLLING }), 'finished')).toBe(3);
    expect(countOf(await played([restart({ lostMs: 550 })], { design: POLLING }), 'finished')).toBe(0);
  });

  it('that fails over loses the last writes, and is there at once', async () => {
    const failover = (lostMs: number): Fault => ({ kind: 'failover', atMs: 600, lostMs });
    expect(countOf(await played([failover(0)], { design: POLLING }), 'finished')).toBe(3);
    expect(countOf(await played([failover(550)], { design: POLLING }), 'finished')).toBe(0);
  });

  it('keeps a stream with its groups through a restart', async () => {
    const run = await played([{ kind: 'redis-restart', atMs: 600, downMs: 300, data: { lostMs: 100 } }], {
      design: STREAM,
    });
    expect(countOf(run, 'finished')).toBe(3);
  });

  it('whose scripts are flushed is given them again', async () => {
    const settles = async (...faults: Fault[]) => {
      const { measures } = await played(faults, { design: { ...LEASED, workers: 1 }, profile: true });
      return measures.profile?.commands.find(({ name }) => name === SETTLE)?.count;
    };
    // Three tasks, one after the other; the first settles by EVALSHA, in vain, and EVAL.
    expect(await settles()).toBe(4);
    expect(await settles({ kind: 'script-flush', atMs: 2500 })).toBe(5);
  });

  it('that is busy with a slow command keeps all others waiting', async () => {
    const run = await played([{ kind: 'slow-command', command: CLAIM, nth: 1, forMs: 2500 }]);
    expect(startOf(run, 't1')).toBeGreaterThan(2500);
    expect(struckBy(run)).toHaveLength(1);
  });

  it('answers an error whoever asks, where no host is named', async () => {
    const fault: Fault = { kind: 'error-reply', command: 'leased-script.submit', nth: 1, error: 'OOM' };
    const run = await played([fault]);
    expect(countOf(run, 'submitting')).toBe(3);
    expect(countOf(run, 'submitted')).toBe(2);
    expect(countOf(run, 'finished')).toBe(2);
  });

  it('whose clock jumps ends leases early', async () => {
    const run = await played([{ kind: 'clock-jump', host: 'redis', atMs: 1500, byMs: 120_000 }], { processes: 2 });
    expect(struckBy(run)).toHaveLength(1);
    expect(told(run, 'recovered', 'finished').length).toBeGreaterThanOrEqual(3);
  });
});

describe('a handler', () => {
  it('that throws fails its task, the first time only', async () => {
    const run = await played([{ kind: 'handler-throws', task: 't2' }]);
    const outcomes = run.history.events.flatMap((event) =>
      event.kind === 'finished' ? [[event.task, event.outcome]] : [],
    );
    expect(outcomes.sort()).toEqual([
      ['t1', 'success'],
      ['t2', 'failed'],
      ['t3', 'success'],
    ]);
  });

  it('that hangs keeps its process from closing: it is killed, and the run ends', async () => {
    const run = await played([{ kind: 'handler-hangs', task: 't2' }]);
    expect(told(run, 'process-killed')).toHaveLength(1);
    expect(countOf(run, 'finished')).toBe(2);
  });

  it('that blocks keeps everything else on its machine waiting', async () => {
    const run = await played([{ kind: 'handler-blocks', task: 't1', forMs: 5000 }]);
    const finishes = moments(run, 'finished').map(([, ms]) => ms);
    expect(Math.min(...finishes)).toBeGreaterThan(5000);
    expect(finishes).toHaveLength(3);
  });
});

describe('a host that is misconfigured', () => {
  const breaches = async (limit: number) => {
    const scenario = {
      ...queueScenario(),
      workload: { types: { email: { limit: 2, handlerMs: 1000 } }, arrivals: [{ type: 'email', count: 8 }] },
      environment: { processes: 2, faults: [{ kind: 'misconfigured', host: 'app-2', type: 'email', limit } as const] },
      designs: [{ ...POLLING, workers: 8 }],
      invariants: ['concurrency-limit'],
      expectations: [],
    };
    const { runs } = await runScenario(scenario, { seed: 1, backend: SIM_BACKEND });
    const [run] = runs as [RunResult];
    expect(run.metrics.completed).toBe(8);
    expect(run.metrics.concurrency.email?.limit).toBe(2);
    return run.invariants[0]?.violations.length;
  };

  it('breaks the limit that all others have by one that is higher, or by none', async () => {
    expect(await breaches(3)).toBeGreaterThan(0);
    expect(await breaches(0)).toBeGreaterThan(0);
  });

  it('keeps it by one that is lower', async () => {
    expect(await breaches(1)).toBe(0);
  });
});

describe('the client of a run', () => {
  it('goes on when a submission has an unknown outcome, and that task is not judged', async () => {
    const run = await played([{ kind: 'redis-restart', atMs: 50, downMs: 15_000, data: 'kept' }]);
    expect(countOf(run, 'submitting')).toBe(3);
    expect(countOf(run, 'submitted')).toBe(0);
    expect(invariant('no-task-lost').check(run.history)).toEqual([]);
  });

  it('that died goes on with what it had not begun to submit', async () => {
    const on = { event: 'submitting', nth: 2 } as const;
    const dead = await played([{ kind: 'crash', host: 'client', on }]);
    expect(countOf(dead, 'submitting')).toBe(2);
    const back = await played([{ kind: 'crash', host: 'client', on, downMs: 100 }]);
    expect(countOf(back, 'submitting')).toBe(3);
    expect(countOf(back, 'submitted')).toBe(1);
    expect(countOf(back, 'finished')).toBeGreaterThanOrEqual(1);
  });
});
