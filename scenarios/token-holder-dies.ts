import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const eventDriven = { pool: 'event-driven', workers: 2 };
const WAITING = 5;

/** Of the tasks that waited while the first one ran: how many are run, and when that begins. */
const goesOn = ({ history: { events, timesUs } }: RunResult) => {
  const starts = events.flatMap((event, index) =>
    event.kind === 'started' && event.task !== 't1' ? [(timesUs[index] as number) / 1e6] : [],
  );
  const from = starts.length === 0 ? '' : `, from ${(starts[0] as number).toFixed(0)} s on`;
  return { measured: `${starts.length} of ${WAITING} are run${from}`, confirmed: starts.length === WAITING };
};

export default defineScenario({
  id: 'token-holder-dies',
  title: 'A token ends, and nobody hears it',
  source: 'found by simulation: xqueue-0.0.4, solution one; xqueue-changelog, 0.0.3',
  story:
    'One `report` may run at a time. The first process runs one; five more wait, and the second process has an idle worker and has ' +
    'heard of all five. The first dies at 5 s. Its token ends by itself after 60 s, as tokens do.',
  mechanism:
    'A token that expires is no event: no worker gives it back, no channel tells of it.\n' +
    'The survivor keeps five events until a task of its own ends. It has none, and so it never will.',
  workload: {
    types: { report: { limit: 1, handlerMs: 10_000 } },
    arrivals: [
      { type: 'report', count: 1, atMs: 300 },
      { type: 'report', count: WAITING, atMs: 2000 },
    ],
  },
  environment: {
    processes: 2,
    faults: [
      // The second process is up a second later: it is the first that has the token.
      { kind: 'crash', host: 'app-2', atMs: 0, downMs: 1000 },
      { kind: 'crash', host: 'app-1', atMs: 5000 },
    ],
  },
  designs: [
    { ...eventDriven, claims: 'single-queue-lock' },
    { ...eventDriven, id: 'announced', claims: 'single-queue-lock', poolParameters: { announceFreed: 'yes' } },
    { ...eventDriven, id: 'fallback-5-s', claims: 'single-queue-lock', poolParameters: { fallbackMs: 5000 } },
    { ...eventDriven, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'concurrency-limit'],
  expectations: [
    {
      id: 'others-go-on',
      documented: 'expired tokens are cleared away by themselves (implied: the tasks that wait for them go on)',
      on: {
        'nothing is added': 'single-queue-lock',
        'freed slots are announced': 'announced',
        'the pool polls every 5 s as well': 'fallback-5-s',
      },
      verdict: 'confirmed only if the pool polls every 5 s as well',
      why: 'Expired tokens are cleared away by whoever asks for one next, and nobody asks: that takes an event, and the dead process can announce nothing. (What it ran itself is lost in any case: with this claim nothing takes it back.)',
      measure: goesOn,
    },
    {
      id: 'lease-is-taken-back',
      documented:
        'not in the document: leases, and a look for ended ones every 30 s; nothing is lost, wherever a worker dies',
      on: 'leased-script',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
