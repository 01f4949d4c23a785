import type { Metrics } from '../../src/metrics/metrics.ts';
import type { JudgedExpectation, RunResult, ScenarioResult } from '../../src/scenario/result.ts';

/** Results as a run would give them, with figures that are easy to tell apart. */
export function sampleRun(
  design: string,
  metrics: Partial<Metrics> = {},
  violations: readonly string[] = [],
): RunResult {
  const latency = { p50: 1200.34567, p90: 2000, p99: 2500.5, max: 2600, samples: 12 };
  return {
    design,
    metrics: {
      submitted: 12,
      completed: 12,
      failed: 0,
      canceled: 0,
      timedOut: 0,
      lost: 0,
      duplicated: 0,
      throughputPerSecond: 0.59999999999,
      queueWaitMs: latency,
      endToEndMs: latency,
      concurrency: { example: { mean: 2.5, max: 3, limit: 3 } },
      workers: { mean: 10, max: 10 },
      resizes: 0,
      utilisation: 0.3,
      commandsPerTask: 17.25,
      conflictsPerTask: 0.75,
      emptyPolls: 4,
      redisUtilisation: 0.0001,
      ...metrics,
    },
    invariants: [
      {
        id: 'no-task-lost',
        verdict: violations.length > 0 ? 'violated' : 'holds',
        violations: violations.map((message, index) => ({ message, events: [index, index + 4] })),
      },
      { id: 'concurrency-limit', verdict: 'holds', violations: [] },
    ],
    historyHash: '00112233445566ff',
    history: { events: [], timesUs: [] },
  };
}

export function sampleExpectation(changes: Partial<JudgedExpectation> = {}): JudgedExpectation {
  return {
    id: 'three-succeed',
    source: 'xqueue-0.0.4, task loss',
    documented: '3 of 12 tasks succeed, 9 fail: 25 % completion',
    measured: '3 completed, 9 failed',
    verdict: 'confirmed',
    expected: 'confirmed',
    why: '',
    figure: undefined,
    designs: ['zpopmin-then-token'],
    ...changes,
  };
}

export function sampleResult(changes: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    scenario: 'zpopmin-loss',
    title: 'Popping before asking',
    source: 'xqueue-0.0.4, task loss',
    story:
      'Ten workers pop a task each, and only then ask whether it may run. Three get a token; the others fail their task.',
    seed: 1,
    backend: 'sim',
    timeScale: 1,
    runs: [
      sampleRun('zpopmin-then-token', { completed: 3, failed: 9, lost: 9 }, [
        't4 failed after 1.2 ms without having run, and is in no queue',
        't5 failed after 1.4 ms without having run, and is in no queue',
      ]),
      sampleRun('stream-group'),
    ],
    skipped: [],
    expectations: [
      sampleExpectation(),
      sampleExpectation({
        id: 'streams-lose-nothing',
        source: 'xqueue-changelog, 0.0.5',
        documented: 'no task is lost',
        measured: 'no-task-lost holds',
        designs: ['stream-group'],
      }),
    ],
    ...changes,
  };
}

/** Scenarios with every kind of verdict, long texts among them. */
export function sampleTable(): ScenarioResult[] {
  return [
    sampleResult(),
    sampleResult({
      scenario: 'single-queue-contention',
      source: 'xqueue-0.0.4, bug 2',
      expectations: [
        sampleExpectation({
          id: 'one-at-a-time',
          documented: '10 workers, 1 s polls, limit 5, 39 emails: one runs, 38 wait; 9 of 10 workers lose every race',
          measured: 'mean concurrency 1.02, at most 2 at once; 8.9 of 10 polls lost',
          verdict: 'confirmed only if polls fall on ticks',
          expected: 'confirmed only if polls fall on ticks',
          designs: ['single-queue-lock', 'single-queue-lock-rest'],
        }),
        sampleExpectation({
          id: 'ten-times',
          documented: 'throughput 5–10 × of the single queue',
          measured: '4.8 ×',
          verdict: 'refuted',
          expected: 'refuted',
          designs: ['stream-group'],
        }),
      ],
    }),
    sampleResult({
      scenario: 'wakeup-herd',
      source: 'async-task, root cause',
      expectations: [
        sampleExpectation({
          id: 'forty-queries',
          documented: '20 piled-up signals make 40 queries',
          measured: '38 queries',
          verdict: 'refuted',
          designs: ['counting'],
        }),
        sampleExpectation({
          id: 'drained',
          documented: '2 queries',
          measured: '–',
          verdict: 'not judged',
          designs: ['drain'],
        }),
      ],
      skipped: [{ design: 'drain', reason: 'ioredis-mock has no XGROUP' }],
    }),
  ];
}
