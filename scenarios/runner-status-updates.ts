import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const design = (statusUpdate: string) => ({ id: statusUpdate, runner: 'job-manager', parameters: { statusUpdate } });

/** Jobs that have run well, and those of them whose status in the store says otherwise. */
function statuses({ history: { events } }: RunResult): { done: number; wrong: number } {
  const status = new Map<string, string>();
  const done = new Set<string>();
  for (const event of events) {
    if (event.kind === 'status') status.set(event.task, event.to);
    if (event.kind === 'finished' && event.outcome === 'success') done.add(event.task);
  }
  return { done: done.size, wrong: [...done].filter((job) => status.get(job) !== 'success').length };
}

const wrongStatuses = (run: RunResult) => {
  const { done, wrong } = statuses(run);
  return `${wrong} of ${done} jobs that have run are not marked so`;
};
const reports = ({ history: { events } }: RunResult) => events.filter((event) => event.kind === 'settle-failed').length;

export default defineScenario({
  id: 'runner-status-updates',
  weakness: 2,
  title: 'Statuses that never arrive',
  source: 'task-runner, 2',
  story:
    'Twenty jobs run while their store is out of reach for 400 ms. Whether a status was written is looked at by nobody.',
  workload: {
    posts: [{ type: 'job', count: 20, everyMs: 50, handlerMs: 20 }],
    store: { callMs: 1, failing: [{ fromMs: 200, toMs: 600 }] },
    durationMs: 5000,
  },
  designs: [design('swallowed'), design('retried'), design('sound')],
  invariants: ['no-task-lost', 'no-duplicate-job'],
  expectations: [
    {
      id: 'inconsistent',
      documented: 'status updates that fail are swallowed: the database is inconsistent',
      figure,
      on: 'swallowed',
      measure: (run) => ({ measured: wrongStatuses(run), confirmed: statuses(run).wrong > 0 }),
    },
    {
      id: 'no-trace',
      documented: 'nobody is told, the cause cannot be traced',
      figure,
      on: 'swallowed',
      measure: (run) => ({ measured: `${reports(run)} errors reported`, confirmed: reports(run) === 0 }),
    },
    {
      id: 'retried',
      documented: 'repair: retries with back-off',
      figure,
      on: 'retried',
      measure: (run) => ({ measured: wrongStatuses(run), confirmed: statuses(run).wrong === 0 }),
    },
  ],
});
