import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../../src/history/history.ts';
import type { Invariant } from '../../../src/history/invariant.ts';
import { boundedQueue } from '../../../src/history/invariants/bounded-queue.ts';
import { cancellationReaches } from '../../../src/history/invariants/cancellation-reaches.ts';
import { gracefulShutdown } from '../../../src/history/invariants/graceful-shutdown.ts';
import { noDuplicateJob } from '../../../src/history/invariants/no-duplicate-job.ts';
import { postsAnswered } from '../../../src/history/invariants/posts-answered.ts';
import { sequenced } from '../../../src/history/invariants/sequenced.ts';
import { timerAccuracy } from '../../../src/history/invariants/timer-accuracy.ts';

const type = 'task';
const asked = (task: string, dueInMs?: number): HistoryEvent => ({
  kind: 'submitting',
  task,
  type,
  ...(dueInMs !== undefined && { dueInMs }),
});
const accepted = (task: string): HistoryEvent => ({ kind: 'submitted', task, type });
const started = (task: string, worker = 'runner'): HistoryEvent => ({ kind: 'started', task, type, worker });
const finished = (task: string, outcome: 'success' | 'failed' = 'success'): HistoryEvent => ({
  kind: 'finished',
  task,
  type,
  worker: 'runner',
  outcome,
});
const drained: HistoryEvent = { kind: 'shutdown', runner: 'runner', phase: 'drained' };
const held = (queued: number): HistoryEvent => ({ kind: 'backlog', runner: 'runner', queued, waiting: 9, capacity: 2 });

/** The places that each violation points at. One event a ms. */
const places = (invariant: Invariant, ...events: HistoryEvent[]) =>
  invariant.check({ events, timesUs: events.map((_, index) => index * 1000) }).map((violation) => violation.events);

describe('sequenced', () => {
  test('is broken by two at once', () => {
    expect(places(sequenced, started('a'), started('b'), finished('a'), finished('b'))).toEqual([[0, 1]]);
    expect(places(sequenced, started('a'), finished('a'), started('b'), finished('b'))).toEqual([]);
    expect(places(sequenced, started('a', 'one'), started('b', 'two'))).toEqual([]);
  });

  test('is broken by a task that overtakes one accepted before it was asked for', () => {
    const run = (task: string) => [started(task), finished(task)];
    const posts = [asked('a'), accepted('a'), asked('b'), accepted('b')];
    expect(places(sequenced, ...posts, ...run('b'), ...run('a'))).toEqual([[1, 2, 4, 6]]);
    const overlapping = [asked('a'), asked('b'), accepted('a'), accepted('b')];
    expect(places(sequenced, ...overlapping, ...run('b'), ...run('a'))).toEqual([]);
  });
});

test('bounded-queue is broken by one task too many, whatever callers hold', () => {
  expect(places(boundedQueue, held(1), held(2), held(3))).toEqual([[2]]);
});

test('graceful-shutdown is broken by what it says is done and is not', () => {
  expect(places(gracefulShutdown, accepted('a'), drained, finished('a'))).toEqual([[0, 1]]);
  expect(places(gracefulShutdown, accepted('a'), finished('a'), drained)).toEqual([]);
  expect(places(gracefulShutdown, finished('a'), accepted('a'), drained)).toEqual([]);
});

test('no-duplicate-job is broken by a second run at once or after success, not after a failure or a crash', () => {
  expect(places(noDuplicateJob, started('a'), started('a'))).toEqual([[0, 1]]);
  expect(places(noDuplicateJob, started('a'), finished('a'), started('a'))).toEqual([[1, 2]]);
  expect(places(noDuplicateJob, started('a'), finished('a', 'failed'), started('a'))).toEqual([]);
  expect(places(noDuplicateJob, started('a'), { kind: 'host-crashed', host: 'app-1' }, started('a'))).toEqual([]);
});

test('cancellation-reaches is broken by a task that succeeds after it was to be canceled', () => {
  const canceled: HistoryEvent = { kind: 'cancel-requested', task: 'a' };
  expect(places(cancellationReaches, started('a'), canceled, finished('a'))).toEqual([[1, 2]]);
  expect(places(cancellationReaches, started('a'), canceled, finished('a', 'failed'))).toEqual([]);
  expect(places(cancellationReaches, started('a'), finished('a'), canceled)).toEqual([]);
});

test('timer-accuracy is broken by a start before the task is due', () => {
  expect(places(timerAccuracy, asked('a', 3), started('a'))).toEqual([[0, 1]]);
  expect(places(timerAccuracy, asked('a', 1), started('a'))).toEqual([]);
});

test('posts-answered is broken by a caller that still waits at the end, not by one whose process has died', () => {
  const refused: HistoryEvent = { kind: 'refused', task: 'a', type, reason: 'full' };
  expect(places(postsAnswered, asked('a'), started('a'))).toEqual([[0]]);
  expect(places(postsAnswered, asked('a'), accepted('a'), asked('b'))).toEqual([[2]]);
  expect(places(postsAnswered, asked('a'), refused)).toEqual([]);
  expect(places(postsAnswered, asked('a'), { kind: 'host-crashed', host: 'app-1' })).toEqual([]);
});
