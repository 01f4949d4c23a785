import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const pool = 'event-driven';
const workers = 10;

const atOnce = ({ history: { events }, metrics }: RunResult) => {
  const mean = metrics.concurrency.email?.mean ?? 0;
  const busy = new Set(events.flatMap((event) => (event.kind === 'started' ? [event.worker] : [])));
  return {
    measured: `${mean.toFixed(1)} emails at once on average; ${busy.size} of ${workers} workers run any`,
    confirmed: mean >= 4.5,
  };
};

export default defineScenario({
  id: 'events-and-locks',
  title: 'Four of five processes sleep through the queue',
  source: 'found by simulation: xqueue-0.0.4, solution one',
  story:
    'Forty emails at once, five may run at a time; ten workers on five processes. Every process hears every event, reads the head ' +
    'of the queue and asks for its lock. What does a process do that did not get it?',
  mechanism:
    'It keeps the event until a task of its own ends, or another event comes. It has no task, and the burst is over:\n' +
    'the process that won runs all forty on its own two workers. A lost race is news to nobody.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 40, atMs: 300 }],
  },
  environment: { processes: 5 },
  designs: [
    { claims: 'single-queue-lock', pool, workers },
    { id: 'announced', claims: 'single-queue-lock', pool, workers, poolParameters: { announceFreed: 'yes' } },
    { claims: 'type-queue', pool, workers },
    { claims: 'leased-script', pool, workers },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-lost-wakeup', 'work-conserving'],
  expectations: [
    {
      id: 'limit-is-used',
      documented: 'dispatch without delay, best use of resources (here: at least 4.5 of 5 emails at once)',
      on: { 'as documented': 'single-queue-lock', 'freed slots are announced to all': 'announced' },
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'Who loses the lock goes back to sleep, with idle workers and forty tasks waiting. If every end of a task is announced, all try again at once, and again all but one lose.',
      measure: atOnce,
    },
    {
      id: 'type-queues-too',
      source: 'xqueue-0.0.5, solution four',
      documented: 'a queue per type ("still contention": implied, no loss of concurrency)',
      on: 'type-queue',
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'All emails are in one queue with one head: it is the same race.',
      measure: atOnce,
    },
    {
      id: 'a-script-has-no-losers',
      source: 'xqueue-0.0.4, loss repair two, in its sound form',
      documented: 'check and pop in one step: who claims gets a task, or there is none that may run',
      on: 'leased-script',
      needsTrueTime: true,
      measure: atOnce,
    },
  ],
});
