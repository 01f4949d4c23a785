import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const log = { claims: 'partitioned-log', pool: 'blocking', workers: 3 };

const noneTwice = ({ history }: RunResult) => {
  const starts = history.events.filter((event) => event.kind === 'started' && event.type === 'report').length;
  return {
    measured: starts === 1 ? 'the report is started once' : `the report is started ${starts} ×`,
    confirmed: starts === 1,
  };
};

/** The longest time in which no email is started, though one comes every second. */
const keepsGoing = ({ history: { events, timesUs } }: RunResult) => {
  const startsS = timesUs.flatMap((us, index) => {
    const event = events[index];
    return event?.kind === 'started' && event.type === 'email' ? [us / 1e6] : [];
  });
  const pauseS = Math.max(...startsS.slice(1).map((s, index) => s - (startsS[index] as number)));
  return { measured: `no email is started for up to ${pauseS.toFixed(0)} s`, confirmed: pauseS < 20 };
};

export default defineScenario({
  id: 'log-session',
  title: 'One slow report, and forty seconds in which nobody works',
  source: 'found by simulation: xqueue-0.0.5, reasons for the choice',
  story:
    'Three workers on three partitions. One runs a report of 50 s, the others an email a second. A consumer that has not polled for 45 s ' +
    '(session.timeout.ms) is put out of its group. On the stream the same workers look every 30 s for what has been idle for 60 s.',
  mechanism:
    'The report is dealt out again while it runs; its end cannot be committed, and its worker joins anew.\n' +
    'That rebalance waits for every member, and one is busy with the second run until its session ends too.',
  workload: {
    types: { report: { handlerMs: 50_000 }, email: { handlerMs: 1000 } },
    arrivals: [
      { type: 'report', count: 1, atMs: 300 },
      { type: 'email', count: 100, everyMs: 1000, atMs: 1000 },
    ],
  },
  designs: [
    log,
    { ...log, id: 'partitioned-log/5-min', claimParameters: { sessionMs: 300_000 } },
    { claims: 'stream-group', pool: 'blocking', workers: 3 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'legal-lifecycle'],
  expectations: [
    {
      id: 'none-twice',
      documented:
        'the concepts are entirely those of Kafka (each consumer has messages of its own: none is processed twice)',
      on: { 'sessions of 45 s': 'partitioned-log', 'sessions of 5 min': 'partitioned-log/5-min' },
      verdict: 'confirmed only if sessions of 5 min',
      why: 'A session must outlast the longest handler, and is how long a dead worker’s partition waits. (Kafka’s Java client has two times, 45 s for the dead and 5 min for the slow; others have one.)',
      measure: noneTwice,
    },
    {
      id: 'others-go-on',
      documented: 'the commit of an offset is like an acknowledgement (which concerns one task)',
      on: { 'sessions of 45 s': 'partitioned-log', 'sessions of 5 min': 'partitioned-log/5-min' },
      verdict: 'confirmed only if sessions of 5 min',
      why: 'A late acknowledgement repeats one task. A late commit rebalances the group, and until every member has come to it nobody gets a record.',
      measure: keepsGoing,
    },
    { id: 'streams-once', documented: 'Streams: none is processed twice', on: 'stream-group', measure: noneTwice },
    {
      id: 'streams-go-on',
      documented: 'Streams: no consumer waits for another',
      on: 'stream-group',
      measure: keepsGoing,
    },
  ],
});
