import { defineScenario } from '../src/scenario/define-scenario.ts';

export default defineScenario({
  id: 'stream-failover',
  title: 'One of two consumers never comes back',
  source: 'xqueue-0.0.5, expected effects; xqueue-changelog, 0.0.5',
  story:
    'Two processes with five workers each; the first dies 4 s after the start and stays dead. Its unacknowledged entries must move to ' +
    'the workers of the other.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 9, atMs: 300 },
      { type: 'email', count: 20, atMs: 300 },
    ],
  },
  environment: { processes: 2, faults: [{ kind: 'crash', host: 'app-1', atMs: 4000 }] },
  designs: [
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
    {
      id: 'stream-group/10-s',
      claims: 'stream-group',
      pool: 'blocking',
      workers: 10,
      claimParameters: { claimIdleMs: 10_000 },
      poolParameters: { recoverIntervalMs: 5000 },
    },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'moves-to-others',
      figure: 'streams-survive',
      documented: "a dead consumer's tasks move to other consumers by themselves",
      on: 'stream-group',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'how-long-it-takes',
      figure: 'streams-survive',
      documented: 'failover is automatic (the documents give no time)',
      on: { 'claimed back after 60 s': 'stream-group', 'claimed back after 10 s': 'stream-group/10-s' },
      measure({ history: { events, timesUs }, metrics }) {
        const first = events.findIndex(({ kind }) => kind === 'recovered');
        const crash = events.findIndex(({ kind }) => kind === 'host-crashed');
        const seconds = ((timesUs[first] ?? 0) - (timesUs[crash] ?? 0)) / 1e6;
        return {
          measured: `the first entry moves ${seconds.toFixed(0)} s after the crash; ${metrics.completed} of ${metrics.submitted} complete`,
          confirmed: first !== -1 && metrics.completed === metrics.submitted,
        };
      },
    },
  ],
});
