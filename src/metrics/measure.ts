import type { EngineEvent } from '../engine/events.ts';
import type { History } from '../history/history.ts';
import { endOf, isLost, NEVER, taskLives } from '../history/task-life.ts';
import { runningHandlers } from './concurrency.ts';
import type { Metrics, Signals, Surroundings } from './metrics.ts';
import { quantilesMs } from './quantiles.ts';
import { workersOverTime } from './workers.ts';

/**
 * Measures a run, after quiescence. Linear in the events; nothing is rounded.
 *
 * A submission counts from the caller's request (`submitting`), not from its answer: a worker may be faster than that. The span
 * of throughput and utilisation goes from the first submission (where there is none, the first start) to the last end of a
 * handler; what is measured against a span of no time, or for each of no tasks, is 0, or null where Metrics allows it.
 */
export function measure(history: History, surroundings: Surroundings): Metrics {
  const tasks = measureTasks(history);
  const { emptyPolls, conflicts, queries, signals, firstSubmissionUs } = tally(history);
  const { byType, busyUs, firstStartUs, lastEndUs } = runningHandlers(history);
  const beginUs = firstSubmissionUs ?? firstStartUs;
  const spanUs = beginUs === undefined || lastEndUs === undefined ? 0 : Math.max(0, lastEndUs - beginUs);
  const { submitted, completed } = tasks;
  const { redisCommands, redisUtilisation, sqlStatements } = surroundings;
  const { upUs, resizes, ...workers } = workersOverTime(history, beginUs ?? 0, (beginUs ?? 0) + spanUs) ?? {
    mean: surroundings.workers,
    max: surroundings.workers,
    upUs: surroundings.workers * spanUs,
    resizes: 0,
  };
  return {
    ...tasks,
    throughputPerSecond: spanUs === 0 ? 0 : (completed * 1e6) / spanUs,
    concurrency: byType,
    workers,
    resizes,
    utilisation: upUs === 0 ? 0 : busyUs / upUs,
    commandsPerTask: redisCommands === null || submitted === 0 ? null : redisCommands / submitted,
    conflictsPerTask: submitted === 0 ? 0 : conflicts / submitted,
    emptyPolls,
    redisUtilisation,
    ...(queries === undefined ? {} : { queries, signals }),
    ...(sqlStatements === undefined ? {} : { sqlStatements }),
  };
}

type TaskMetrics = Pick<
  Metrics,
  | 'submitted'
  | 'completed'
  | 'failed'
  | 'canceled'
  | 'timedOut'
  | 'lost'
  | 'duplicated'
  | 'queueWaitMs'
  | 'endToEndMs'
  | 'pickUpMs'
>;

/** What follows from the lives of tasks. */
function measureTasks(history: History): TaskMetrics {
  const { timesUs } = history;
  const lives = taskLives(history);
  const waitsUs = new Float64Array(lives.size);
  const totalsUs = new Float64Array(lives.size);
  const pickUpsUs: number[] = [];
  let isDelayed = false;
  let waits = 0;
  let totals = 0;
  let submitted = 0;
  let lost = 0;
  let duplicated = 0;
  const ends = { success: 0, failed: 0, canceled: 0, timeout: 0 };
  for (const life of lives.values()) {
    if (life.submitted !== NEVER) submitted++;
    if (isLost(life)) lost++;
    if (life.starts > 1) duplicated++;
    const end = endOf(life);
    if (end !== undefined) ends[end]++;
    const asked = life.submitting === NEVER ? life.submitted : life.submitting;
    if (asked === NEVER) continue;
    const dueUs = dueUsOf(history, asked);
    if (dueUs !== undefined) {
      isDelayed = true;
      // Added while it was due already, it can be seen only once it is accepted; not every history says when that was.
      const addedUs = timesUs[life.submitted === NEVER ? asked : life.submitted] as number;
      if (life.starts > 0) pickUpsUs.push(Math.max(0, (timesUs[life.firstStart] as number) - Math.max(dueUs, addedUs)));
    }
    if (life.starts > 0) waitsUs[waits++] = (timesUs[life.firstStart] as number) - (timesUs[asked] as number);
    if (life.lastFinish !== NEVER) {
      totalsUs[totals++] = (timesUs[life.lastFinish] as number) - (timesUs[asked] as number);
    }
  }
  return {
    submitted,
    completed: ends.success,
    failed: ends.failed,
    canceled: ends.canceled,
    timedOut: ends.timeout,
    lost,
    duplicated,
    queueWaitMs: quantilesMs(waitsUs.subarray(0, waits)),
    endToEndMs: quantilesMs(totalsUs.subarray(0, totals)),
    ...(isDelayed && { pickUpMs: quantilesMs(Float64Array.from(pickUpsUs)) }),
  };
}

/** When a delayed task is due; undefined for any other. */
function dueUsOf({ events, timesUs }: History, asked: number): number | undefined {
  const event = events[asked] as History['events'][number];
  if (event.kind !== 'submitting' || event.dueInMs === undefined) return undefined;
  return (timesUs[asked] as number) + event.dueInMs * 1000;
}

interface Tally {
  readonly emptyPolls: number;
  readonly conflicts: number;
  /** undefined: the history knows no delayed-task store. */
  readonly queries: number | undefined;
  readonly signals: Signals;
  readonly firstSubmissionUs: number | undefined;
}

function tally({ events, timesUs }: History): Tally {
  let emptyPolls = 0;
  let conflicts = 0;
  let queries: number | undefined;
  const signals = { sent: 0, dropped: 0, drained: 0, ignored: 0 };
  let firstSubmissionUs: number | undefined;
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as EngineEvent;
    switch (event.kind) {
      case 'submitting':
      case 'submitted':
        firstSubmissionUs ??= timesUs[index];
        break;
      case 'empty-poll':
        emptyPolls++;
        break;
      case 'conflict':
        conflicts++;
        break;
      case 'signalled':
        queries ??= 0;
        signals.sent++;
        if (!event.accepted) signals.dropped++;
        break;
      case 'woken':
        queries ??= 0;
        signals.drained += event.drained;
        break;
      case 'signal-ignored':
        signals.ignored++;
        break;
      case 'query':
        queries = (queries ?? 0) + 1;
        break;
    }
  }
  return { emptyPolls, conflicts, queries, signals, firstSubmissionUs };
}
