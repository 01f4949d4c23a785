import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const design = (statusUpdate: string) => ({ id: statusUpdate, runner: 'job-manager', parameters: { statusUpdate } });
const SICK = 't1';

/** How long after a job's end its status was written, at most, in ms; the job whose updates fail not counted. */
function latestStatusMs({ history: { events, timesUs } }: RunResult): number {
  const ends = new Map<string, number>();
  let latestUs = 0;
  for (const [index, event] of events.entries()) {
    if (event.kind === 'finished' && event.task !== SICK) ends.set(event.task, timesUs[index] as number);
    if (event.kind !== 'status' || event.to !== 'success') continue;
    latestUs = Math.max(latestUs, (timesUs[index] as number) - (ends.get(event.task) ?? Number.POSITIVE_INFINITY));
  }
  return latestUs / 1000;
}

const isMarked = ({ history: { events } }: RunResult) =>
  events.some((event) => event.kind === 'status' && event.task === SICK && event.to === 'success');

export default defineScenario({
  id: 'runner-retry-limits',
  weakness: 2,
  title: 'One sick job holds up the rest',
  source: 'task-runner, 2',
  story: 'The store refuses the status updates of one job of twenty for two seconds, and takes all others.',
  mechanism:
    'The repair sleeps between its attempts where it stands: in the I/O layer, which runs one thing at a time.\n' +
    'While one job’s update is retried no other is written, and no new job saved; after the last attempt the status is wrong all the same.',
  workload: {
    posts: [{ type: 'job', count: 20, everyMs: 10, handlerMs: 20 }],
    store: { callMs: 1, failing: [{ fromMs: 0, toMs: 2000, job: SICK }] },
    durationMs: 10_000,
  },
  designs: [design('swallowed'), design('retried'), design('sound')],
  invariants: ['no-task-lost'],
  expectations: [
    {
      id: 'others-wait',
      documented: 'repair: a failed update is retried; the layers are cleanly separated',
      figure: 'ten-weaknesses',
      on: 'retried',
      verdict: 'refuted',
      why: 'The retry sleeps within the I/O layer, and all other updates stand behind it.',
      measure(run, other) {
        const before = latestStatusMs(other('swallowed'));
        const after = latestStatusMs(run);
        return {
          measured:
            `other jobs start up to ${run.metrics.queueWaitMs.max.toFixed(0)} ms late, and their statuses come up to ` +
            `${after.toFixed(0)} ms after their ends, without retries ${before.toFixed(0)} ms`,
          confirmed: after < before + 100,
        };
      },
    },
    {
      id: 'still-wrong',
      needsTrueTime: true,
      documented: 'repair: the status in the database becomes right',
      figure: 'ten-weaknesses',
      on: 'retried',
      verdict: 'refuted',
      why: 'Three retries with back-off last 0.7 s. After the last one an error handler is called, and the status stays as it is.',
      measure: (run) => ({ measured: isMarked(run) ? 'right in the end' : 'wrong for ever', confirmed: isMarked(run) }),
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'retried job by job, beside the layer, until the store takes it: right in the end, and nobody waits',
      on: 'sound',
      measure: (run) => ({
        measured: `${isMarked(run) ? 'right in the end' : 'wrong for ever'}, others ${latestStatusMs(run).toFixed(0)} ms`,
        confirmed: isMarked(run) && latestStatusMs(run) < 100,
      }),
    },
  ],
});
