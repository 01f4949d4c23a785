import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const stream = { claims: 'stream-group', pool: 'blocking', workers: 10 };

function startedOnce({ history, metrics }: RunResult) {
  const starts = history.events.filter(({ kind }) => kind === 'started').length;
  const most = metrics.concurrency.report?.max ?? 0;
  return { measured: `started ${starts} ×, at most ${most} at once`, confirmed: starts === 1 };
}

export default defineScenario({
  id: 'stream-claims-back-the-living',
  title: 'One report, and five workers that write it',
  source: 'found by simulation: xqueue-0.0.5, solution three',
  story:
    'A single report takes 5 min. Nothing fails. Ten workers look every 30 s for entries that have not been acknowledged for 60 s, and ' +
    'take them for those of a worker that has died.',
  mechanism:
    'An entry’s idle time counts from its delivery: a long handler looks like a dead one.\n' +
    'Whoever takes it over begins another 60 s, so one more starts every minute for as long as the first runs.',
  workload: {
    types: { report: { handlerMs: 300_000 } },
    arrivals: [{ type: 'report', count: 1, atMs: 300 }],
  },
  designs: [
    stream,
    { ...stream, id: 'stream-group/10-min', claimParameters: { claimIdleMs: 600_000 } },
    { claims: 'stream-per-type', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'legal-lifecycle'],
  expectations: [
    {
      id: 'none-twice',
      source: 'xqueue-0.0.5, reasons for the choice',
      documented: 'each consumer has messages of its own: none is processed twice',
      on: { 'claimed back after 60 s': 'stream-group', 'claimed back after 10 min': 'stream-group/10-min' },
      verdict: 'confirmed only if claimed back after 10 min',
      why: 'The time must be longer than the longest handler, and it is also how long the tasks of the dead wait. No figure serves both.',
      measure: startedOnce,
    },
    {
      id: 'renewed',
      source: 'sound: after xqueue-0.0.5, solution three',
      documented: 'a worker claims its own entry again every 20 s while it runs: to be idle for 60 s is to be dead',
      on: 'stream-per-type',
      measure: startedOnce,
    },
  ],
});
