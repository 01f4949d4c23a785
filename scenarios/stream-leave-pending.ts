import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const stream = { claims: 'stream-group', pool: 'blocking', workers: 10 };

function doneInTime({ metrics: { endToEndMs, queueWaitMs } }: RunResult) {
  const [doneS, waitS] = [endToEndMs.max / 1000, queueWaitMs.max / 1000];
  return {
    measured: `all done after ${doneS.toFixed(0)} s, a task waits up to ${waitS.toFixed(0)} s`,
    confirmed: doneS < 20,
  };
}

export default defineScenario({
  id: 'stream-leave-pending',
  title: 'Thirty emails, and a minute in which nobody does anything',
  source: 'found by simulation: xqueue-0.0.5, drawbacks of solution three',
  story:
    'Thirty emails of 1 s, five at a time: 6 s of work for ten workers. The document leaves open what a worker does that has read an entry ' +
    'and gets no token. Here it goes on to the next entry, and leaves this one in the pending list.',
  mechanism:
    'Within milliseconds ten workers read all thirty: five run, 25 are left pending. XREADGROUP > gives new entries only.\n' +
    'The others are out of sight for 60 s. A token that comes free wakes nobody.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 30, atMs: 300 }],
  },
  designs: [
    stream,
    { ...stream, id: 'stream-group/leave-pending', claimParameters: { whenFull: 'leave-pending' } },
    { claims: 'stream-per-type', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'work-conserving'],
  expectations: [
    {
      id: 'the-limit-is-reached',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-changelog, 0.0.5',
      documented: 'email tasks really run five at once (30 of 1 s: done after 6 s)',
      on: {
        'a worker without a token waits with its entry': 'stream-group',
        'it leaves the entry to be claimed back': 'stream-group/leave-pending',
      },
      verdict: 'confirmed only if a worker without a token waits with its entry',
      why: 'The pending list is meant for what the dead leave behind, and looked at after a minute: it is no queue for tokens. To wait with the entry instead costs other types their workers (stream-head-of-line).',
      measure: doneInTime,
    },
    {
      id: 'nobody-takes-what-cannot-run',
      source: 'sound: after xqueue-0.0.5, solution three',
      documented: 'an entry is read only with its token; a token that comes free wakes a worker',
      on: 'stream-per-type',
      measure: doneInTime,
    },
  ],
});
