import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

function emailsDone({ history: { events, timesUs } }: RunResult) {
  const last = events.findLastIndex((event) => event.kind === 'finished' && event.type === 'email');
  const doneS = (timesUs[last] as number) / 1e6;
  return { measured: `the last email is done at ${doneS.toFixed(1)} s`, confirmed: doneS < 20 };
}

export default defineScenario({
  id: 'log-slow-task',
  title: 'Seven emails queue behind one report',
  source: 'found by simulation: xqueue-0.0.5, reasons for the choice',
  story:
    'Three workers, on a stream and on a log of three partitions. One runs a report of 30 s; a second later twelve emails of 1 s come, 6 s ' +
    'of work for the other two.',
  mechanism:
    'A record’s partition is fixed when it is written, by its key. What falls behind the report waits for it.\n' +
    'On the stream the next free worker takes the next entry, whatever the others do.',
  workload: {
    types: { report: { handlerMs: 30_000 }, email: { handlerMs: 1000 } },
    arrivals: [
      { type: 'report', count: 1, atMs: 300 },
      { type: 'email', count: 12, atMs: 1000 },
    ],
  },
  designs: [
    { claims: 'partitioned-log', pool: 'blocking', workers: 3 },
    { claims: 'stream-group', pool: 'blocking', workers: 3 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'work-conserving'],
  expectations: [
    {
      id: 'nothing-else-changes',
      documented:
        'the concepts are entirely those of Kafka: business logic hardly changes (twelve emails, two free workers: done by 7 s)',
      on: 'partitioned-log',
      verdict: 'refuted',
      why: 'Seven of the twelve have keys of the report’s partition. For the business code the unit of waiting has become the partition.',
      measure: emailsDone,
    },
    {
      id: 'streams-go-round',
      documented: 'Streams: a slow task occupies its worker and nobody else',
      on: 'stream-group',
      measure: emailsDone,
    },
  ],
});
