import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const design = (sequence: string) => ({
  id: sequence,
  runner: 'priority-queue',
  parameters: { sequence, numbersLeft: 4 },
});

const order = ({ history: { events } }: RunResult) =>
  events.flatMap((event) => (event.kind === 'started' ? [event.task.slice(1)] : [])).join(' ');
const inOrder = (run: RunResult) => ({
  measured: `run in the order ${order(run)}`,
  confirmed: order(run) === '1 2 3 4 5 6 7 8',
});

export default defineScenario({
  id: 'runner-sequence-wrap',
  weakness: 10,
  title: 'Four numbers before the wrap',
  source: 'task-runner, 10',
  story:
    'Eight tasks of one priority are posted to a priority queue whose sequence numbers run out after the fourth; while the first runs, the ' +
    'others wait.',
  workload: { posts: [{ type: 'task', count: 8, handlerMs: 10 }], durationMs: 2000 },
  designs: [design('uint64'), design('int64-reset'), design('serial')],
  invariants: ['sequenced', 'no-task-lost'],
  expectations: [
    {
      id: 'overflow',
      documented: 'uint64 may overflow, unlikely as it is, and the order is then no longer kept',
      figure,
      on: 'uint64',
      invariant: 'sequenced',
      expect: 'violated',
    },
    {
      id: 'reset',
      documented: 'repair: int64, back to 0 after MaxInt64: order is kept',
      figure,
      on: 'int64-reset',
      verdict: 'refuted',
      why:
        'Back to 0 is what uint64 does by itself. It assumes that older tasks have been run, and in a queue they wait; and 2^63 comes ' +
        'sooner than 2^64.',
      measure: inOrder,
    },
    {
      id: 'serial',
      source: 'windtunnel',
      documented: 'numbers compared on a circle (RFC 1982): order is kept over the wrap',
      on: 'serial',
      measure: inOrder,
    },
  ],
});
