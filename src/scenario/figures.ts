import { UsageError } from './usage-error.ts';

/** A figure that the documents give: a row of the report `documented-figures.md`. */
export interface Figure {
  readonly id: string;
  /** Its heading, in a few words. */
  readonly title: string;
  readonly source: string;
  /** What the document says, in full. */
  readonly says: string;
}

/** Every documented figure, in the order of the documents. Expectations name the one that they judge. */
export const FIGURES: readonly Figure[] = [
  {
    id: 'one-example-at-a-time',
    title: 'One task at a time',
    source: 'xqueue-0.0.4, bug 1',
    says: '3 workers, 5 s polls, 5 s `example` handler, limit 3: one task runs at a time',
  },
  {
    id: 'one-email-of-39',
    title: 'One email of 39',
    source: 'xqueue-0.0.4, bug 2',
    says: '10 workers, 1 s polls, 1 s `email` handler, limit 5, 39 emails: one runs, 38 wait; 9 of 10 workers lose every race',
  },
  {
    id: 'zpopmin-completes-a-quarter',
    title: 'ZPOPMIN completes a quarter',
    source: 'xqueue-0.0.4; xqueue-changelog, 0.0.4.1',
    says: 'ZPOPMIN: 12 `example` tasks, limit 3, 10 workers: 3 succeed, 9 fail; 25 % completion',
  },
  {
    id: 'zpopmin-is-faster',
    title: 'ZPOPMIN is faster',
    source: 'xqueue-changelog, 0.0.4',
    says: 'ZPOPMIN: pool efficiency 10 % → 100 %, throughput 5–10 times',
  },
  {
    id: 'completion-by-version',
    title: 'Completion by version',
    source: 'xqueue-changelog, 0.0.4.1',
    says: 'completion 100 % / 25 % / 100 % for 0.0.3 / 0.0.4 / 0.0.4.1, concurrency low / high / medium',
  },
  {
    id: 'acceptance',
    title: 'The acceptance test',
    source: 'xqueue-0.0.4, verification of the repair',
    says: '10 `example` + 10 `email`: 20 succeed, 0 fail, at most 3 and 5 at once, faster than 0.0.3',
  },
  {
    id: 'estimates-by-pool',
    title: 'Estimates by pool',
    source: 'xqueue-0.0.4, estimate table',
    says:
      'pick-up latency: today 5 s, urgent repair 1 s, event-driven < 10 ms, typed < 100 ms, adaptive low, coroutine and hybrid ' +
      'very low; with resource use and precision of the limit, for each',
  },
  {
    id: 'streams-by-the-numbers',
    title: 'Streams by the numbers',
    source: 'xqueue-changelog, 0.0.5; xqueue-0.0.5, expected effects',
    says:
      'Streams: concurrency 1 → the limit (3–5 times), worker utilisation 10 % → over 90 %, pick-up 5 s → under 100 ms ' +
      '(50 times), loss 0; workers busier by half or more, latency in milliseconds, more concurrency and throughput',
  },
  {
    id: 'streams-survive',
    title: 'Streams survive',
    source: 'xqueue-0.0.5, expected effects',
    says: "Streams: tasks survive a restart; a dead consumer's tasks move to another",
  },
  {
    id: 'contention-by-layout',
    title: 'Contention by layout',
    source: 'xqueue-0.0.5, comparison of the five',
    says:
      'contention: shards low, worker queues none, Streams none, type queues medium, hybrid very low; with extensibility and ' +
      'precision of the limit, for each',
  },
  {
    id: 'returns-diminish',
    title: 'Returns diminish',
    source: 'xqueue-0.0.5, scalability',
    says: 'more workers on one queue: more contention, and diminishing returns',
  },
  {
    id: 'twenty-signals',
    title: 'Twenty signals',
    source: 'async-task, root cause',
    says: '20 piled-up signals: 40 queries; drained: 2; 40–50 repeats within 11 ms',
  },
  {
    id: 'wakeup-repairs',
    title: 'The repairs of the wake-ups',
    source: 'async-task, solutions',
    says: 'the four repairs and the recommended combination each end the herd',
  },
  {
    id: 'ten-weaknesses',
    title: 'The ten weaknesses of the task runner',
    source: 'task-runner',
    says: 'the ten weaknesses of the task runner, and what each repair claims',
  },
];

/** @throws UsageError */
export function figure(id: string): Figure {
  const found = FIGURES.find((entry) => entry.id === id);
  if (found) return found;
  throw new UsageError(
    `there is no documented figure '${id}'; there are: ${FIGURES.map((entry) => entry.id).join(', ')}`,
  );
}
