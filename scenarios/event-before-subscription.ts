import { defineScenario } from '../src/scenario/define-scenario.ts';

const eventDriven = { claims: 'atomic-script', pool: 'event-driven', workers: 10 };

export default defineScenario({
  id: 'event-before-subscription',
  title: 'Three events missed, three tasks behind for ever',
  source: 'found by simulation: xqueue-0.0.4, solution one',
  story:
    'The only process is up one second late, and three emails have been submitted by then. From 10 s on there is another email every ' +
    '10 s, each of them picked up by one of ten idle workers. Which one do they pick up?',
  mechanism:
    'An event says that there is a task, not which: its worker takes the oldest one. Three tasks came before anybody listened,\n' +
    'so each later event fetches the task of three events ago, and the last three are never fetched.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'email', count: 3, atMs: 300 },
      { type: 'email', count: 20, atMs: 10_000, everyMs: 10_000 },
    ],
  },
  environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 0, downMs: 1000 }] },
  designs: [
    { ...eventDriven },
    { ...eventDriven, claims: 'leased-script' },
    { ...eventDriven, id: 'first-look', poolParameters: { firstLook: 'yes' } },
    { ...eventDriven, id: 'fallback-5-s', poolParameters: { fallbackMs: 5000 } },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'no-lost-wakeup'],
  expectations: [
    {
      id: 'no-delay',
      documented: 'a task is handed out as soon as it is submitted, without delay (< 10 ms)',
      on: {
        'nothing is added': 'atomic-script',
        'claims are leased': 'leased-script',
        'a process looks once when it starts': 'first-look',
        'the pool polls every 5 s as well': 'fallback-5-s',
      },
      verdict: 'confirmed only if a process looks once when it starts, or the pool polls every 5 s as well',
      why: 'A missed event is a debt that no later one repays. It is the pool that is deaf: with a sound claim strategy it is as deaf.',
      measure({ metrics: { queueWaitMs, lost } }) {
        return {
          measured: `median wait ${(queueWaitMs.p50 / 1000).toFixed(3)} s, ${lost} never run`,
          confirmed: queueWaitMs.p50 < 10 && lost === 0,
        };
      },
    },
  ],
});
