import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'estimates-by-pool';

/** How much of each limit is used while tasks wait for it, and whether more ever ran. */
function precision(least: number) {
  return (run: RunResult) => precisionOf(run, least);
}

function precisionOf(run: RunResult, least: number) {
  const { example, email } = run.metrics.concurrency;
  const [three, five] = [example?.mean ?? 0, email?.mean ?? 0];
  const isOver = (example?.max ?? 0) > 3 || (email?.max ?? 0) > 5;
  return {
    measured: `${three.toFixed(2)} of 3 and ${five.toFixed(2)} of 5 on average, ${isOver ? 'at times more' : 'never more'}`,
    confirmed: !isOver && three >= least * 3 && five >= least * 5,
  };
}

const percent = (run: RunResult): string => `${(100 * run.metrics.utilisation).toFixed(0)} %`;

export default defineScenario({
  id: 'pools-under-load',
  title: 'Seven pools with a full queue',
  source: 'xqueue-0.0.4, estimate table',
  story:
    'Twelve `example` and eighty `email` tasks wait: both types can run at their limits, three and five at once. How much of the ' +
    'limits does each architecture use, how much of its workers, and does a limit ever break? Precision is read as: never above a ' +
    'limit, and at least 40 % (medium), 70 % (high) or 90 % (very high) of it used while tasks wait. These bands are ours.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 12, atMs: 300 },
      { type: 'email', count: 80, atMs: 300 },
    ],
  },
  designs: [
    { id: 'today', claims: 'single-queue-lock', pool: 'polling', workers: 3, poolParameters: { intervalMs: 5000 } },
    { id: 'urgent repair', claims: 'random-offset-lock', pool: 'polling', workers: 10 },
    { id: 'event-driven', claims: 'atomic-script', pool: 'event-driven', workers: 10 },
    { id: 'typed', claims: 'type-queue', pool: 'typed' },
    { id: 'adaptive', claims: 'atomic-script', pool: 'adaptive' },
    { id: 'coroutine', claims: 'atomic-script', pool: 'coroutine' },
    { id: 'hybrid', claims: 'type-queue', pool: 'hybrid' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    ...(
      [
        [
          'today',
          'today: medium',
          0.4,
          'Three workers that look every 5 s start at most one task a look: a fiftieth of what the limits allow.',
        ],
        [
          'urgent repair',
          'urgent repair: high',
          0.7,
          'Nothing is ever above a limit, but half of it stays unused: workers that meet at one place, or find no token, wait for the next second.',
        ],
        ['event-driven', 'event-driven: high', 0.7, ''],
        ['typed', 'typed: very high', 0.9, ''],
        [
          'adaptive',
          'adaptive: high',
          0.7,
          'It starts with one worker and hires one at a time, with a cool-down between: until it has grown, the limits stay unused. Nothing is ever above one.',
        ],
        ['coroutine', 'coroutines: high', 0.7, ''],
        ['hybrid', 'hybrid: very high', 0.9, ''],
      ] as const
    ).map(([design, documented, least, why]) => ({
      id: `precision, ${design}`,
      figure,
      documented: `${documented} precision of the limits`,
      ...(why !== '' && { verdict: 'refuted' as const, why }),
      on: design,
      needsTrueTime: true,
      measure: precision(least),
    })),
    {
      id: 'use-of-workers',
      figure,
      documented: 'use of resources: today low, typed medium, event-driven high, adaptive very high',
      on: 'adaptive',
      verdict: 'refuted',
      why: 'Typed pools have exactly as many workers as there are tokens, eight, and keep them busy. Ten event-driven workers on eight tokens cannot be more than 80 % busy: the document rates the pools, but it is their size against the limits that decides.',
      needsTrueTime: true,
      measure(run, other) {
        const order = [other('today'), other('typed'), other('event-driven'), run];
        return {
          measured: `workers busy: ${order.map((each) => percent(each)).join(', ')}`,
          confirmed: order.every(
            (each, index) =>
              index === 0 || each.metrics.utilisation > (order[index - 1] as RunResult).metrics.utilisation,
          ),
        };
      },
    },
  ],
});
