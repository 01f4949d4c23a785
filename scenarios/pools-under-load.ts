import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'estimates-by-pool';

/** No limit is ever broken. How much of each is used while tasks wait for it is told, and is no matter of precision. */
export function precision({ metrics: { concurrency } }: RunResult) {
  const used = Object.values(concurrency).map(({ mean, limit }) => `${mean.toFixed(2)} of ${limit}`);
  const isOver = Object.values(concurrency).some(({ max, limit }) => limit !== null && max > limit);
  return {
    measured: `${isOver ? 'at times more' : 'never more'} than the limits; ${used.join(' and ')} at once on average`,
    confirmed: !isOver,
  };
}

/** Where the document rates the use of resources: low, medium, medium to high, high, very high. */
const RATED: Readonly<Record<string, number>> = {
  today: 1,
  typed: 2,
  'urgent repair': 3,
  'event-driven': 4,
  coroutine: 4,
  hybrid: 4,
  adaptive: 5,
};

/** Busier than every pool that is rated lower, and less busy than every one that is rated higher. */
function inItsPlace(run: RunResult, other: (design: string) => RunResult) {
  const place = RATED[run.design] ?? 0;
  const own = run.metrics.utilisation;
  const lower: string[] = [];
  const higher: string[] = [];
  for (const [design, rated] of Object.entries(RATED)) {
    const busy = other(design).metrics.utilisation;
    if (rated > place && busy <= own) lower.push(`${design} (${percent(other(design))})`);
    if (rated < place && busy >= own) higher.push(`${design} (${percent(other(design))})`);
  }
  const beside = [
    ...(lower.length > 0 ? [`not below ${lower.join(', ')}`] : []),
    ...(higher.length > 0 ? [`not above ${higher.join(', ')}`] : []),
  ];
  return { measured: `workers busy: ${[percent(run), ...beside].join(', ')}`, confirmed: beside.length === 0 };
}

const percent = (run: RunResult): string => `${(100 * run.metrics.utilisation).toFixed(0)} %`;

export default defineScenario({
  id: 'pools-under-load',
  title: 'Seven pools with a full queue',
  source: 'xqueue-0.0.4, estimate table',
  story:
    'Twelve `example` and eighty `email` tasks wait: both types can run at their limits, three and five at once. How much of the ' +
    'limits does each architecture use, how much of its workers, and does a limit ever break? Precision is read as: never above a ' +
    'limit; that holds for all, so that its degrees (medium, high, very high) say nothing. How much of the limits is used is told beside.',
  seeds: 3,
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
        ['today', 'today: medium'],
        ['urgent repair', 'urgent repair: high'],
        ['event-driven', 'event-driven: high'],
        ['typed', 'typed: very high'],
        ['adaptive', 'adaptive: high'],
        ['coroutine', 'coroutines: high'],
        ['hybrid', 'hybrid: very high'],
      ] as const
    ).map(([design, documented]) => ({
      id: `precision, ${design}`,
      figure,
      documented: `${documented} precision of the limits (read as: never above one)`,
      on: design,
      measure: precision,
    })),
    ...(
      [
        [
          'urgent repair',
          'urgent repair: medium to high',
          'It has ten workers for eight tokens, and those that meet at one place, or find no token, idle until the next second. Typed pools, rated below it, are twice as busy.',
        ],
        [
          'coroutine',
          'coroutines: high',
          'More than ten pollers are, but typed pools, rated medium, have no worker too many.',
        ],
        [
          'hybrid',
          'hybrid: high',
          'As many workers as tokens, woken at once: busier even than the adaptive pool, rated very high, which counts its slow growth.',
        ],
      ] as const
    ).map(([design, documented, why]) => ({
      id: `use, ${design}`,
      figure,
      documented: `${documented} use of resources (read as: workers busy, in the document's order of the pools)`,
      on: design,
      verdict: 'refuted' as const,
      why,
      needsTrueTime: true,
      measure: inItsPlace,
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
