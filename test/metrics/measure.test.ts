import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History } from '../../src/history/history.ts';
import { noDuplicateExecution } from '../../src/history/invariants/no-duplicate-execution.ts';
import { noTaskLost } from '../../src/history/invariants/no-task-lost.ts';
import { measure } from '../../src/metrics/measure.ts';
import type { Metrics } from '../../src/metrics/metrics.ts';
import { anyHistory, soundHistory } from '../history/generated.ts';
import { endOfStart, of, runningAt, tasksOf } from '../history/naive.ts';
import {
  askedNextTime,
  conflict,
  emptyPoll,
  expired,
  fetched,
  finished,
  hostCrashed,
  hostRestarted,
  limitChanged,
  signalled,
  started,
  status,
  submitted,
  submitting,
  woken,
  workerStarted,
  workerStopped,
  written,
} from '../history/written.ts';

const UNCOUNTED = { workers: 1, redisCommands: null, redisUtilisation: null };

describe('the metrics of a run', () => {
  test('are those that one computes by hand', () => {
    const history = written(
      [0, limitChanged(2)],
      [0, limitChanged(5, 'email')],
      [10, submitting('t1')],
      [11, submitted('t1')],
      [11, submitting('t2')],
      [12, submitted('t2')],
      [12, submitting('t3')],
      [13, submitted('t3')],
      [13, submitting('t4', 'email')],
      [14, submitted('t4', 'email')],
      [14, submitting('t5', 'email')],
      [15, submitted('t5', 'email')],
      [15, status('t5', 'pending', 'canceled')],
      [20, status('t1', 'pending', 'processing')],
      [20, started('t1', 'w1')],
      [21, conflict('t2', 'w2')],
      [30, started('t2', 'w2')],
      [40, status('t3', 'pending', 'failed')],
      [50, finished('t1', 'w1')],
      [51, status('t1', 'processing', 'success')],
      [60, expired('t4', 'w1')],
      [60, status('t4', 'processing', 'timeout')],
      [80, finished('t2', 'w2', 'failed')],
      [81, status('t2', 'processing', 'failed')],
      [90, started('t1', 'w1')],
      [110, finished('t1', 'w1')],
      [120, emptyPoll('w1')],
      [120, emptyPoll('w2')],
    );
    expect(measure(history, { workers: 2, redisCommands: 40, redisUtilisation: 0.05 })).toEqual({
      submitted: 5,
      completed: 1,
      failed: 2,
      canceled: 1,
      timedOut: 1,
      lost: 1,
      duplicated: 1,
      throughputPerSecond: 10,
      queueWaitMs: { p50: 10, p90: 19, p99: 19, max: 19, samples: 2 },
      endToEndMs: { p50: 69, p90: 100, p99: 100, max: 100, samples: 2 },
      concurrency: { email: { mean: 0, max: 0, limit: 5 }, example: { mean: 100 / 90, max: 2, limit: 2 } },
      workers: { mean: 2, max: 2 },
      resizes: 0,
      utilisation: 0.5,
      commandsPerTask: 8,
      conflictsPerTask: 0.2,
      emptyPolls: 2,
      redisUtilisation: 0.05,
    } satisfies Metrics);
  });

  test('of nothing are zero, and null where there is nothing to divide by', () => {
    const none = { p50: 0, p90: 0, p99: 0, max: 0, samples: 0 };
    expect(measure(written(), { workers: 3, redisCommands: 7, redisUtilisation: null })).toEqual({
      submitted: 0,
      completed: 0,
      failed: 0,
      canceled: 0,
      timedOut: 0,
      lost: 0,
      duplicated: 0,
      throughputPerSecond: 0,
      queueWaitMs: none,
      endToEndMs: none,
      concurrency: {},
      workers: { mean: 3, max: 3 },
      resizes: 0,
      utilisation: 0,
      commandsPerTask: null,
      conflictsPerTask: 0,
      emptyPolls: 0,
      redisUtilisation: null,
    } satisfies Metrics);
  });

  test('say null where the backend cannot count', () => {
    const history = written(
      [0, submitting('t1')],
      [0, submitted('t1')],
      [1, started('t1', 'w1')],
      [2, finished('t1', 'w1')],
    );
    expect(measure(history, UNCOUNTED)).toMatchObject({ commandsPerTask: null, redisUtilisation: null, completed: 1 });
  });

  test('of delayed tasks count queries, and the span goes from the first start', () => {
    const history = written(
      [0, signalled()],
      [0, woken('signal')],
      [1, fetched(true)],
      [1, started('t1', 'example')],
      [5, finished('t1', 'example')],
      [5, woken('timer')],
      [6, fetched(false)],
      [7, askedNextTime()],
    );
    expect(measure(history, UNCOUNTED)).toMatchObject({
      submitted: 0,
      completed: 1,
      queries: 3,
      throughputPerSecond: 250,
      utilisation: 1,
      queueWaitMs: { samples: 0 },
    });
  });

  test('tell what became of the signals, and give what the database counted', () => {
    const history = written(
      [0, signalled()],
      [0, signalled()],
      [0, signalled()],
      [0, signalled('example', false)],
      [1, woken('signal', 1)],
      [1, fetched(false)],
      [2, { kind: 'signal-ignored', type: 'example' }],
    );
    const { signals, sqlStatements } = measure(history, { ...UNCOUNTED, sqlStatements: 7 });
    expect(signals).toEqual({ sent: 4, dropped: 1, drained: 1, ignored: 1 });
    expect(sqlStatements).toBe(7);
    expect(measure(written([0, submitted('t1')]), UNCOUNTED)).not.toHaveProperty('sqlStatements');
  });

  test('say that no query was made where workers of delayed tasks were signalled in vain', () => {
    expect(measure(written([0, signalled()]), UNCOUNTED).queries).toBe(0);
    expect('queries' in measure(written([0, submitted('t1')]), UNCOUNTED)).toBe(false);
  });

  test('count the handler of a worker that vanished at its start only', () => {
    const history = written(
      [0, workerStarted('w1')],
      [0, submitting('t1')],
      [0, submitted('t1')],
      [10, started('t1', 'w1')],
      [100, started('t1', 'w2')],
      [110, finished('t1', 'w2')],
    );
    expect(measure(history, UNCOUNTED)).toMatchObject({
      concurrency: { example: { mean: 0.1, max: 1, limit: null } },
      utilisation: 10 / 110,
      duplicated: 1,
      lost: 0,
    });
  });

  test('count the handler of a crashed worker until its host crashed, and its workers until then', () => {
    const history = written(
      [0, workerStarted('w1', 'app-1')],
      [0, workerStarted('w2', 'app-2')],
      [0, submitting('t1')],
      [0, submitted('t1')],
      [10, started('t1', 'w1')],
      [50, hostCrashed('app-1')],
      [70, hostRestarted('app-1')],
      [80, workerStarted('w1', 'app-1')],
      [90, started('t1', 'w2')],
      [100, finished('t1', 'w2')],
    );
    expect(measure(history, UNCOUNTED)).toMatchObject({
      concurrency: { example: { mean: 50 / 90, max: 1, limit: null } },
      workers: { mean: 1.7, max: 2 },
      resizes: 0,
      utilisation: 50 / 170,
    });
  });

  test('count how often a process changes its workers, many at one moment once, and not the first or what comes after', () => {
    const history = written(
      [0, workerStarted('w1')],
      [0, workerStarted('w2')],
      [10, submitting('t1')],
      [20, workerStarted('w3')],
      [20, workerStarted('w4')],
      [30, workerStopped('w4')],
      [40, started('t1', 'w1')],
      [50, finished('t1', 'w1')],
      [60, workerStopped('w1')],
      [60, workerStopped('w2')],
    );
    expect(measure(history, UNCOUNTED)).toMatchObject({
      workers: { mean: (2 * 10 + 4 * 10 + 3 * 20) / 40, max: 4 },
      resizes: 2,
      utilisation: 10 / 120,
    });
  });

  test('list types in the order of their code units', () => {
    const history = written([0, submitted('t1', 'z')], [0, submitted('t2', 'Z')], [0, submitted('t3', 'ä')]);
    expect(Object.keys(measure(history, UNCOUNTED).concurrency)).toEqual(['Z', 'z', 'ä']);
  });

  test('agree with the invariants on what is lost and what ran twice', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { lost, duplicated } = measure(history, UNCOUNTED);
        expect(lost).toBe(noTaskLost.check(history).length);
        const repeated = noDuplicateExecution
          .check(history)
          .map(({ events: [start] }) => history.events[start as number]);
        expect(duplicated).toBe(new Set(repeated.map((event) => (event as { task: string }).task)).size);
      }),
    );
  });

  test('put every accepted task of a sound history into exactly one of four ends', () => {
    fc.assert(
      fc.property(soundHistory, (history) => {
        const { submitted, completed, failed, canceled, timedOut, lost } = measure(history, UNCOUNTED);
        expect(completed + failed + canceled + timedOut).toBe(submitted);
        expect(lost).toBe(0);
      }),
    );
  });

  test('equal those of a naive model', () => {
    fc.assert(
      fc.property(fc.oneof(anyHistory, soundHistory), fc.integer({ min: 1, max: 4 }), (history, workers) => {
        const surroundings = { workers, redisCommands: 100, redisUtilisation: 0.5 };
        expect(measure(history, surroundings)).toEqual(naive(history, surroundings));
      }),
      { numRuns: 500 },
    );
  });
});

/** The same figures, each straight from its definition. */
function naive(
  history: History,
  around: { workers: number; redisCommands: number; redisUtilisation: number },
): Metrics {
  const { events } = history;
  const time = (at: number) => history.timesUs[at] as number;
  const last = events.length - 1;
  const tasks = tasksOf(history);
  const starts = of(history, 'started').map((start) => {
    const end = endOfStart(history, start.at);
    return { ...start, end: end === -1 ? last : end };
  });
  const firstOf = (kinds: readonly string[], id: string) =>
    events.findIndex((event) => kinds.includes(event.kind) && 'task' in event && event.task === id);
  const lastOf = (kind: string, id: string) =>
    events.findLastIndex((event) => event.kind === kind && 'task' in event && event.task === id);
  const accepted = tasks.filter((id) => firstOf(['submitted'], id) !== -1);
  const wasCanceled = (id: string) => of(history, 'status').some(({ task, to }) => task === id && to === 'canceled');
  const ran = (id: string) => lastOf('finished', id) !== -1;
  const endOf = (id: string) => {
    const { to } = of(history, 'status').findLast(({ task }) => task === id) ?? {};
    if (to !== undefined && to !== 'pending' && to !== 'processing') return to;
    if (ran(id)) return of(history, 'finished').findLast(({ task }) => task === id)?.outcome;
    if (lastOf('expired', id) !== -1) return 'timeout';
    return wasCanceled(id) ? 'canceled' : undefined;
  };
  const count = (end: string) => tasks.filter((id) => endOf(id) === end).length;
  const askedAt = (id: string) => {
    const submitting = firstOf(['submitting'], id);
    return submitting === -1 ? firstOf(['submitted'], id) : submitting;
  };
  const from = (ids: readonly string[], end: (id: string) => number) => {
    const known = ids.filter((id) => askedAt(id) !== -1 && end(id) !== -1);
    const valuesUs = known.map((id) => time(end(id)) - time(askedAt(id))).sort((a, b) => a - b);
    const at = (share: number) => (valuesUs[Math.ceil(valuesUs.length * share) - 1] ?? 0) / 1000;
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1), samples: valuesUs.length };
  };
  const busyUs = (some: typeof starts) => some.reduce((sum, { at, end }) => sum + time(end) - time(at), 0);
  const types = [...new Set(events.flatMap((e) => typeNamedBy(e)))].sort();
  const begin = events.findIndex(({ kind }) => kind === 'submitting' || kind === 'submitted');
  const first = begin === -1 ? (starts[0]?.at ?? 0) : begin;
  const spanUs = starts.length === 0 ? 0 : Math.max(0, Math.max(...starts.map(({ end }) => time(end))) - time(first));
  const queries = of(history, 'query').length;
  const knowsStore = queries + of(history, 'woken').length + of(history, 'signalled').length > 0;
  return {
    submitted: accepted.length,
    completed: count('success'),
    failed: count('failed'),
    canceled: count('canceled'),
    timedOut: count('timeout'),
    lost: accepted.filter((id) => !ran(id) && !wasCanceled(id) && lastOf('expired', id) === -1).length,
    duplicated: tasks.filter((id) => starts.filter(({ task }) => task === id).length > 1).length,
    throughputPerSecond: spanUs === 0 ? 0 : (count('success') * 1e6) / spanUs,
    queueWaitMs: from(tasks, (id) => firstOf(['started'], id)),
    endToEndMs: from(tasks, (id) => lastOf('finished', id)),
    concurrency: Object.fromEntries(
      types.map((type) => {
        const own = starts.filter((start) => start.type === type);
        const ofTypeUs =
          own.length === 0 ? 0 : Math.max(...own.map(({ end }) => time(end))) - time(own[0]?.at as number);
        return [
          type,
          {
            mean: ofTypeUs === 0 ? 0 : busyUs(own) / ofTypeUs,
            max: Math.max(0, ...own.map(({ at }) => runningAt(history, type, at))),
            limit: of(history, 'limit-changed').findLast((change) => change.type === type)?.limit ?? null,
          },
        ];
      }),
    ),
    ...naiveWorkers(history, around.workers, time(first), spanUs, busyUs(starts)),
    commandsPerTask: accepted.length === 0 ? null : around.redisCommands / accepted.length,
    conflictsPerTask: accepted.length === 0 ? 0 : of(history, 'conflict').length / accepted.length,
    emptyPolls: of(history, 'empty-poll').length,
    redisUtilisation: around.redisUtilisation,
    ...(knowsStore ? { queries, signals: naiveSignals(history) } : {}),
  };
}

function naiveSignals(history: History): Metrics['signals'] {
  const sent = of(history, 'signalled');
  return {
    sent: sent.length,
    dropped: sent.filter(({ accepted }) => !accepted).length,
    drained: of(history, 'woken').reduce((sum, { drained }) => sum + drained, 0),
    ignored: of(history, 'signal-ignored').length,
  };
}

/** In a history of one process that does not crash. */
function naiveWorkers(
  history: History,
  unannounced: number,
  fromUs: number,
  spanUs: number,
  busyUs: number,
): Pick<Metrics, 'workers' | 'resizes' | 'utilisation'> {
  const changes = [...of(history, 'worker-started'), ...of(history, 'worker-stopped')].sort((a, b) => a.at - b.at);
  const timeOf = ({ at }: { at: number }) => history.timesUs[at] as number;
  if (changes.length === 0) {
    const upUs = unannounced * spanUs;
    const utilisation = upUs === 0 ? 0 : busyUs / upUs;
    return { workers: { mean: unannounced, max: unannounced }, resizes: 0, utilisation };
  }
  const until = fromUs + spanUs;
  const up = (place: number) =>
    changes.slice(0, place).reduce((sum, { kind }) => sum + (kind === 'worker-started' ? 1 : -1), 0);
  const past = changes.filter((change) => timeOf(change) <= until);
  const before = changes.filter((change) => timeOf(change) <= fromUs).length;
  const bounds = [fromUs, ...past.slice(before).map(timeOf), until];
  const upUs = bounds
    .slice(1)
    .reduce((sum, boundUs, nth) => sum + up(before + nth) * (boundUs - (bounds[nth] as number)), 0);
  const sizes = past.slice(before).map((_, nth) => up(before + nth + 1));
  return {
    workers: { mean: spanUs === 0 ? 0 : upUs / spanUs, max: Math.max(0, up(before), ...sizes) },
    resizes: Math.max(0, new Set(past.map(timeOf)).size - 1),
    utilisation: upUs === 0 ? 0 : busyUs / upUs,
  };
}

/** The type of an event that tells of tasks or their limit. */
function typeNamedBy(event: History['events'][number]): string[] {
  const kinds = ['submitting', 'submitted', 'started', 'limit-changed'];
  return kinds.includes(event.kind) && 'type' in event ? [event.type] : [];
}
