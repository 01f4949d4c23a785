import { defineScenario } from '../src/scenario/define-scenario.ts';

const stream = { claims: 'stream-group', pool: 'blocking', workers: 6 };

export default defineScenario({
  id: 'stream-trims-pending',
  title: 'The long task whose entry is gone when its worker dies',
  source: 'found by simulation: xqueue-changelog, 0.0.5',
  story:
    'A report of 2 min runs while letters come and go, four a second: no backlog. The stream keeps its last 100 entries (10,000 in the ' +
    'document). After a minute the process crashes; it is back 2 s later.',
  mechanism:
    'Acknowledged entries stay in the stream, so that the report’s own entry is trimmed by age while it runs.\n' +
    'XAUTOCLAIM meets an entry that is gone, and strikes it off. Its task says processing for ever.',
  seeds: 3,
  workload: {
    types: { report: { handlerMs: 120_000 }, letter: { handlerMs: 1000 } },
    arrivals: [
      { type: 'report', count: 1, atMs: 300 },
      { type: 'letter', count: 210, everyMs: 250, atMs: 1000 },
    ],
  },
  environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 60_000, downMs: 2000 }] },
  designs: [
    { ...stream, id: 'stream-group/100', claimParameters: { maxLength: 100 } },
    { ...stream, id: 'stream-group/untrimmed', claimParameters: { maxLength: 0 } },
    { claims: 'stream-per-type', pool: 'blocking', workers: 6 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [
    {
      id: 'taken-up-again',
      figure: 'streams-survive',
      documented: 'after a restart tasks are taken up again by themselves; acknowledgements make loss 0',
      on: {
        'the stream is trimmed, at 10,000 entries (here 100)': 'stream-group/100',
        'it is not': 'stream-group/untrimmed',
      },
      verdict: 'confirmed only if it is not',
      why: 'What is unacknowledged is found by its entry, and the entry is trimmed by its age. It takes no backlog, only one task that lasts longer than the stream remembers.',
      measure({ metrics: { lost, completed, submitted } }) {
        return { measured: `${completed} of ${submitted} complete, ${lost} lost`, confirmed: lost === 0 };
      },
    },
    {
      id: 'deleted-when-done',
      source: 'sound: after xqueue-0.0.5, solution three',
      documented: 'entries are deleted when they are acknowledged, and no others',
      on: 'stream-per-type',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
