import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const design = (id: string, parameters: Record<string, string>) => ({
  id,
  runner: 'task-scheduler',
  parameters: { threads: 2, ...parameters },
});

/** Imports that were started before the first mail was. */
function before({ history: { events } }: RunResult): number {
  const order = events.flatMap((event) => (event.kind === 'started' ? [event.type] : []));
  return order.slice(0, order.indexOf('mail')).length;
}

const measured = (run: RunResult) => `${before(run)} of 200 imports before the first mail`;

export default defineScenario({
  id: 'runner-categories',
  weakness: 8,
  title: 'A field that nobody reads',
  source: 'task-runner, 8',
  story:
    'Two hundred imports are posted to two threads, and then five mails of the same priority. Each task says its category, as the ' +
    'program hopes that imports and mails are told apart.',
  workload: {
    posts: [
      { type: 'import', count: 200, handlerMs: 10, category: 'import' },
      { type: 'mail', count: 5, handlerMs: 10, category: 'mail', atMs: 5 },
    ],
    durationMs: 5000,
  },
  designs: [
    design('ignored', {}),
    design('sketched', { mayBlock: 'sketched' }),
    design('turns', { category: 'turns' }),
  ],
  invariants: ['no-task-lost'],
  expectations: [
    {
      id: 'ignored',
      documented: 'Category is declared and never used: it misleads those who set it',
      figure,
      on: 'ignored',
      measure: (run) => ({ measured: measured(run), confirmed: before(run) === 200 }),
    },
    {
      id: 'sketched',
      documented: 'repair, plan 2: the two fields are implemented',
      figure,
      on: 'sketched',
      verdict: 'refuted',
      why: 'The sketch of GetWork has a comment on MayBlock, and does not name Category at all.',
      measure: (run) => ({ measured: measured(run), confirmed: before(run) < 200 }),
    },
    {
      id: 'turns',
      source: 'windtunnel',
      documented: 'where categories of one priority take turns, a flood of one does not hold the others up',
      on: 'turns',
      measure: (run) => ({ measured: measured(run), confirmed: before(run) <= 4 }),
    },
  ],
});
