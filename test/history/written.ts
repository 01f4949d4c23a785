import type { EngineEvent, Outcome } from '../../src/engine/events.ts';
import type { TaskStatus } from '../../src/engine/task.ts';
import type { History, HistoryEvent } from '../../src/history/history.ts';

/** A history written by hand: what happened at which ms. */
export function written(...entries: readonly (readonly [atMs: number, event: HistoryEvent])[]): History {
  return { events: entries.map(([, event]) => event), timesUs: entries.map(([atMs]) => Math.round(atMs * 1000)) };
}

export const submitting = (task: string, type = 'example', priority?: number): EngineEvent => ({
  kind: 'submitting',
  task,
  type,
  ...(priority !== undefined && { priority }),
});
export const submitted = (task: string, type = 'example'): EngineEvent => ({ kind: 'submitted', task, type });
export const status = (task: string, from: TaskStatus, to: TaskStatus): EngineEvent => ({
  kind: 'status',
  task,
  from,
  to,
});
export const claimed = (task: string, worker: string): EngineEvent => ({ kind: 'claimed', task, worker });
export const released = (task: string, worker: string): EngineEvent => ({ kind: 'released', task, worker });
export const expired = (task: string, worker: string): EngineEvent => ({ kind: 'expired', task, worker });
export const started = (task: string, worker: string, type = 'example'): EngineEvent => ({
  kind: 'started',
  task,
  type,
  worker,
});
export const finished = (
  task: string,
  worker: string,
  outcome: Outcome = 'success',
  type = 'example',
): EngineEvent => ({ kind: 'finished', task, type, worker, outcome });
export const conflict = (task: string, worker: string): EngineEvent => ({
  kind: 'conflict',
  over: 'token',
  task,
  worker,
});
export const limitChanged = (limit: number, type = 'example'): EngineEvent => ({ kind: 'limit-changed', type, limit });
export const tokenAcquired = (token: string, type = 'example'): EngineEvent => ({
  kind: 'token-acquired',
  type,
  token,
});
export const tokenReleased = (token: string, held = true, type = 'example'): EngineEvent => ({
  kind: 'token-released',
  type,
  token,
  held,
});
export const workerStarted = (worker: string, process = 'app'): EngineEvent => ({
  kind: 'worker-started',
  worker,
  process,
});
export const workerStopped = (worker: string): EngineEvent => ({ kind: 'worker-stopped', worker });
export const emptyPoll = (worker: string): EngineEvent => ({ kind: 'empty-poll', worker });
export const signalled = (type = 'example', accepted = true): EngineEvent => ({ kind: 'signalled', type, accepted });
export const woken = (by: 'signal' | 'timer', drained = 0, type = 'example'): EngineEvent => ({
  kind: 'woken',
  type,
  by,
  drained,
});
export const fetched = (found: boolean, type = 'example'): EngineEvent => ({
  kind: 'query',
  type,
  query: 'fetch-pending',
  found,
});
export const askedNextTime = (type = 'example'): EngineEvent => ({
  kind: 'query',
  type,
  query: 'min-next-time',
  found: true,
});
export const hostCrashed = (host = 'app'): HistoryEvent => ({ kind: 'host-crashed', host });
export const hostRestarted = (host = 'app'): HistoryEvent => ({ kind: 'host-restarted', host });
export const hostPaused = (forMs: number, host = 'app'): HistoryEvent => ({ kind: 'host-paused', host, forMs });
