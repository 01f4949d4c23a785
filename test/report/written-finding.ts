import type { Finding, RecordedEvent } from '../../src/explore/finding.ts';
import type { Answer } from '../../src/scenario/answers.ts';
import type { Fault } from '../../src/scenario/fault.ts';

type Loose = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** Events with their times in ms. */
export function timed(...events: readonly (readonly [timeMs: number, event: Loose])[]): readonly RecordedEvent[] {
  return events.map(([timeMs, event]) => ({ timeUs: timeMs * 1000, ...event }) as unknown as RecordedEvent);
}

export const submitting = (task: string) => ({ kind: 'submitting', task, type: 'email' });
export const submitted = (task: string) => ({ kind: 'submitted', task, type: 'email' });
export const workerStarted = (worker: string, process: string) => ({ kind: 'worker-started', worker, process });
export const claimed = (task: string, worker: string) => ({ kind: 'claimed', task, worker });
export const started = (task: string, worker: string) => ({ kind: 'started', task, type: 'email', worker });
export const finished = (task: string, worker: string, outcome = 'success') => ({
  kind: 'finished',
  task,
  type: 'email',
  worker,
  outcome,
});
export const status = (task: string, from: string, to: string) => ({ kind: 'status', task, from, to });
export const conflict = (task: string, worker: string, over = 'token') => ({ kind: 'conflict', task, worker, over });
export const emptyPoll = (worker: string) => ({ kind: 'empty-poll', worker });
export const crashed = (host: string) => ({ kind: 'host-crashed', host });
export const restarted = (host: string) => ({ kind: 'host-restarted', host });
export const struck = (fault: Fault) => ({ kind: 'fault', fault });

/** A finding by hand: a loss in a small run, with these changes. */
export function writtenFinding(changes: Partial<Finding> & { readonly faults?: readonly Fault[] } = {}): Finding {
  const { faults = [], ...others } = changes;
  return {
    id: 'by-hand',
    scenario: 'by-hand',
    design: 'some-design',
    invariant: 'no-task-lost',
    message: 't1 (email) never ran',
    shape: 't# (email) never ran',
    verdict: 'violated',
    isPromised: true,
    spec: { scenario: 'by-hand', design: 'some-design', seed: 7, faults, holds: [] },
    historyHash: '0123456789abcdef',
    events: [],
    proof: [],
    found: { seed: 7, tasks: 12, workers: 10, faults: 3, holds: 41 },
    size: { tasks: 1, workers: 1, faults: faults.length, holds: 0 },
    tries: 10,
    isMinimal: true,
    versions: { windtunnel: '0.0.0', node: '20.0.0' },
    ...others,
  };
}

/** An answer that nobody heard, or late. */
export function answer(host: string, command: string, reply: string, ranMs: number, heardMs?: number): Answer {
  return {
    host,
    command,
    reply,
    ranUs: ranMs * 1000,
    ...(heardMs !== undefined && { heardUs: heardMs * 1000, isLate: true }),
  };
}
