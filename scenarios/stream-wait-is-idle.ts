import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const stream = { claims: 'stream-group', pool: 'blocking', workers: 10 };

const noneTwice = ({ metrics: { duplicated, submitted } }: RunResult) => ({
  measured: `${duplicated} of ${submitted} are started twice`,
  confirmed: duplicated === 0,
});

export default defineScenario({
  id: 'stream-wait-is-idle',
  title: 'To wait for a token is to look dead',
  source: 'found by simulation: xqueue-0.0.5, solution three',
  story:
    'Ten reports of 28 to 36 s, three at a time. Ten workers take an entry each; three run, seven wait for a token with the ' +
    'entry in hand. Nothing fails, and no handler is longer than the 60 s after which entries are claimed back.',
  mechanism:
    'An entry ages while its worker waits for a token, and while it runs: over 60 s, another takes it too.\n' +
    'That one gets a token, finds the task processing, believes its runner dead, and runs it as well.',
  workload: {
    types: { report: { limit: 3, handlerMs: [28_000, 36_000] } },
    arrivals: [{ type: 'report', count: 10, atMs: 300 }],
  },
  designs: [
    stream,
    { ...stream, id: 'stream-group/10-min', claimParameters: { claimIdleMs: 600_000 } },
    { claims: 'stream-per-type', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'legal-lifecycle'],
  expectations: [
    {
      id: 'none-twice',
      source: 'xqueue-0.0.5, reasons for the choice',
      documented: 'each consumer has messages of its own: none is processed twice',
      on: { 'claimed back after 60 s': 'stream-group', 'claimed back after 10 min': 'stream-group/10-min' },
      verdict: 'confirmed only if claimed back after 10 min',
      why: 'The time must be longer than the longest handler and the longest wait for a token together, and the wait has no bound.',
      measure: noneTwice,
    },
    {
      id: 'token-with-the-entry',
      source: 'sound: after xqueue-0.0.5, solution three',
      documented: 'an entry is read only with its token, in one script: nobody waits with a task in hand',
      on: 'stream-per-type',
      measure: noneTwice,
    },
  ],
});
