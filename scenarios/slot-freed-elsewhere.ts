import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const eventDriven = { pool: 'event-driven', workers: 2 };

/** From the start of the second report, when an email is at the head with its token free, until one is started, in s. */
function waitAtTheHead({ history: { events, timesUs } }: RunResult): number {
  const startsOf = (type: string) =>
    events.flatMap((event, index) =>
      event.kind === 'started' && event.type === type ? [timesUs[index] as number] : [],
    );
  const [report, email] = [startsOf('report')[1], startsOf('email')[1]];
  if (report === undefined || email === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, email - report) / 1e6;
}

const soon = (run: RunResult) => {
  const seconds = waitAtTheHead(run);
  return { measured: `${seconds.toFixed(1)} s`, confirmed: seconds < 0.01 };
};

export default defineScenario({
  id: 'slot-freed-elsewhere',
  title: 'A free worker, a free token, and no news',
  source: 'found by simulation: xqueue-0.0.4, solution one',
  story:
    'Two processes with a worker each. One `report` of 60 s may run at a time, and one `email` of 1 s. One process runs a report, the ' +
    'other an email; then there are a second report and, behind it, ten emails. Events were heard when there was no room.',
  mechanism:
    'A process tries its kept events again when a task of its own ends. The token that held up the head is freed in the other process.\n' +
    'Told of it, it still loses the lock of the old head to the process that told it, and that is no news either.',
  workload: {
    types: { report: { limit: 1, handlerMs: 60_000 }, email: { limit: 1, handlerMs: 1000 } },
    arrivals: [
      { type: 'report', count: 1, atMs: 300 },
      { type: 'email', count: 1, atMs: 400 },
      { type: 'report', count: 1, atMs: 500 },
      { type: 'email', count: 10, atMs: 600 },
    ],
  },
  environment: { processes: 2 },
  designs: [
    { ...eventDriven, claims: 'single-queue-lock' },
    { ...eventDriven, id: 'announced', claims: 'single-queue-lock', poolParameters: { announceFreed: 'yes' } },
    { ...eventDriven, id: 'fallback-5-s', claims: 'single-queue-lock', poolParameters: { fallbackMs: 5000 } },
    { ...eventDriven, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-lost-wakeup'],
  expectations: [
    {
      id: 'no-delay',
      documented: 'dispatch without delay: a free token and an idle worker meet at once',
      on: { 'as documented': 'single-queue-lock', 'freed slots are announced to all': 'announced' },
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'An email is first in the queue, its token is free, a worker is idle: it waits out the report that runs in the other process, and then all emails are run there, one after the other.',
      measure: soon,
    },
    {
      id: 'fallback',
      documented: 'not in the document: a poll every 5 s beside the events',
      on: 'fallback-5-s',
      needsTrueTime: true,
      measure(run) {
        const seconds = waitAtTheHead(run);
        return { measured: `${seconds.toFixed(1)} s`, confirmed: seconds <= 5.1 };
      },
    },
    {
      id: 'nobody-behind-another-type',
      documented: 'not in the document: a claim that no full type holds up needs no news from elsewhere',
      on: 'leased-script',
      needsTrueTime: true,
      measure: soon,
    },
    {
      id: 'nobody-sleeps',
      documented: 'best use of resources (implied: no worker sleeps beside a task that it could run)',
      on: 'single-queue-lock',
      invariant: 'no-lost-wakeup',
      expect: 'holds',
      verdict: 'refuted',
      why: 'The idle process has an event in hand for every task, and nothing that makes it try one.',
    },
  ],
});
