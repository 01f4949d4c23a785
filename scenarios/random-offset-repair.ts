import { defineScenario } from '../src/scenario/define-scenario.ts';

const pollers = { pool: 'polling', workers: 10 };

export default defineScenario({
  id: 'random-offset-repair',
  title: 'Back to locks, but not all at the head',
  source: 'xqueue-changelog, 0.0.4.1',
  story:
    'The emergency repair goes back to locks and lets each worker read a random one of the first ten tasks, so that fewer ' +
    'collide. Compared with what it replaces on the documented workload of the loss: 12 tasks, three at once.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'example', count: 12, atMs: 300 }],
  },
  designs: [
    { ...pollers, claims: 'single-queue-lock' },
    { ...pollers, claims: 'zpopmin-then-token' },
    { ...pollers, claims: 'random-offset-lock' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'],
  expectations: [
    {
      id: 'completion-0.0.3',
      figure: 'completion-by-version',
      documented: 'completion 100 % (0.0.3)',
      on: 'single-queue-lock',
      measure: ({ metrics }) => completion(metrics, 100),
    },
    {
      id: 'completion-0.0.4',
      figure: 'completion-by-version',
      documented: 'completion 25 % (0.0.4)',
      on: 'zpopmin-then-token',
      measure: ({ metrics }) => completion(metrics, 25),
    },
    {
      id: 'completion-0.0.4.1',
      figure: 'completion-by-version',
      documented: 'completion 100 % (0.0.4.1)',
      on: 'random-offset-lock',
      measure: ({ metrics }) => completion(metrics, 100),
    },
    {
      id: 'concurrency-order',
      figure: 'completion-by-version',
      documented: 'concurrency low (0.0.3), high (0.0.4), medium (0.0.4.1)',
      on: 'random-offset-lock',
      needsTrueTime: true,
      measure(run, other) {
        const mean = (design: string) => other(design).metrics.concurrency.example?.mean ?? 0;
        const [low, high, medium] = [mean('single-queue-lock'), mean('zpopmin-then-token'), mean(run.design)];
        return {
          measured: `${low.toFixed(2)}, ${high.toFixed(2)}, ${medium.toFixed(2)} at once`,
          confirmed: low < medium && medium < high,
        };
      },
    },
    {
      id: 'no-loss',
      figure: 'completion-by-version',
      documented: 'no task is lost, only slower',
      on: 'random-offset-lock',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'limit-holds',
      figure: 'completion-by-version',
      documented: 'the concurrency limit stays effective',
      on: 'random-offset-lock',
      invariant: 'concurrency-limit',
      expect: 'holds',
    },
  ],
});

function completion(metrics: { readonly completed: number; readonly submitted: number }, documentedPercent: number) {
  const percent = (100 * metrics.completed) / metrics.submitted;
  return { measured: `${percent.toFixed(1)} %`, confirmed: percent === documentedPercent };
}
