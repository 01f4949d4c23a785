import { defineScenario } from '../src/scenario/define-scenario.ts';

const stream = { claims: 'stream-group', pool: 'blocking', workers: 10 };

export default defineScenario({
  id: 'stream-trims-unread',
  title: 'The stream forgets tasks that nobody has read',
  source: 'found by simulation: xqueue-changelog, 0.0.5',
  story:
    'The stream is trimmed to a greatest length: 10,000 entries in the document, 100 here. 210 letters of 1 s are accepted at once, and ten ' +
    'workers read them as they come to it. (At the documented length, 290 of 10,300 letters are lost in the same way.)',
  mechanism:
    'XADD MAXLEN drops the oldest entries, and asks no consumer group whether they were read.\n' +
    'A backlog beyond the length loses its head. The lost tasks’ records say pending for ever, and nothing reports them.',
  seeds: 3,
  workload: {
    types: { letter: { handlerMs: 1000 } },
    arrivals: [{ type: 'letter', count: 210, atMs: 300 }],
  },
  designs: [
    { ...stream, id: 'stream-group/100', claimParameters: { maxLength: 100 } },
    { ...stream, id: 'stream-group/untrimmed', claimParameters: { maxLength: 0 } },
    { claims: 'stream-per-type', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [
    {
      id: 'none-lost',
      figure: 'streams-by-the-numbers',
      documented: 'the stream is trimmed by itself, at 10,000 entries (here 100), and no message is lost',
      on: 'stream-group/100',
      verdict: 'refuted',
      why: 'What is left of a burst is its last hundred and the ten that the workers had taken. Trimmed exactly (=) instead of cheaply (~), by whole nodes of a hundred entries, it is the same.',
      measure: ({ metrics: { lost, submitted } }) => ({
        measured: `${lost} of ${submitted} accepted letters never run`,
        confirmed: lost === 0,
      }),
    },
    {
      id: 'untrimmed-keeps-all',
      documented: 'without a greatest length nothing is lost (the memory that it saves is the price)',
      on: 'stream-group/untrimmed',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'deleted-when-done',
      source: 'sound: after xqueue-0.0.5, solution three',
      documented: 'entries are deleted when they are acknowledged: the stream is as long as what is open',
      on: 'stream-per-type',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
