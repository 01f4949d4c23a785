import { defineScenario } from '../src/scenario/define-scenario.ts';

const START = 'exhibition-auto-start-enrolling';
const END = 'exhibition-auto-end-enrolling';
const POLICIES = ['counting', 'drain', 'dedupe', 'capacity-one', 'throttle', 'recommended'] as const;

/** Four exhibitions whose start adds their end, and wakes its worker twice. */
const exhibitions = (atMs: number, openForMs: number) => ({
  atMs,
  count: 4,
  everyMs: 2000,
  afterMs: 200,
  followedBy: { type: END, afterMs: openForMs, signals: 2 },
});

export default defineScenario({
  id: 'wakeup-cascade',
  title: 'A task that adds a task',
  source: 'async-task, case three',
  story:
    'An approval adds the task that starts enrolling; that task, when it runs, adds the one that ends it, and wakes its worker ' +
    'twice, "for some reason". Exhibitions come in pairs 50 ms apart, the second of which is the shorter one.',
  workload: {
    type: START,
    dueAtMs: [],
    handlerMs: 5,
    signals: [],
    arrivals: [exhibitions(1000, 3000), exhibitions(1050, 500)],
    durationMs: 12_000,
  },
  designs: [
    ...POLICIES.map((wakeup) => ({ wakeup, store: 'sql' as const })),
    ...['counting', 'recommended'].map((wakeup) => ({
      id: `${wakeup}/3`,
      wakeup,
      store: 'sql' as const,
      workersPerType: 3,
      fetch: 'claims' as const,
    })),
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'bounded-queries'],
  expectations: [
    {
      id: 'two-signals-a-task',
      documented: 'a task that runs may wake the worker of the next one twice',
      on: 'counting',
      measure({ history: { events } }) {
        const sent = events.filter((event) => event.kind === 'signalled' && event.type === END).length;
        return { measured: `${sent} signals for 8 tasks`, confirmed: sent === 16 };
      },
    },
    {
      id: 'the-repeat-is-wasted',
      documented: 'the worker is woken again, and asks for nothing',
      on: 'counting',
      invariant: 'bounded-queries',
      expect: 'violated',
    },
    ...(['drain', 'dedupe', 'recommended'] as const).map((on) => ({
      id: `${on}-ends-it`,
      figure: 'wakeup-repairs',
      source: {
        drain: 'async-task, solution one',
        dedupe: 'async-task, solution two',
        recommended: 'async-task, recommended combination',
      }[on],
      documented: 'the repeat costs no query',
      on,
      invariant: 'bounded-queries',
      expect: 'holds' as const,
    })),
    {
      id: 'capacity-one-ends-it',
      figure: 'wakeup-repairs',
      source: 'async-task, solution three',
      documented: 'the repeat costs no query',
      on: 'capacity-one',
      invariant: 'bounded-queries',
      expect: 'holds',
      verdict: 'refuted',
      why: 'The worker waits, and takes the first signal at once: the channel is empty when the second comes. See wakeup-capacity-one.',
    },
    {
      id: 'nothing-waits-for-it',
      source: 'async-task, solutions',
      documented: '(no figure given) a task of a cascade starts within 100 ms of when it is due',
      on: Object.fromEntries(POLICIES.map((policy) => [policy, policy])),
      needsTrueTime: true,
      verdict: 'confirmed only if counting, or drain, or dedupe, or capacity-one, or recommended',
      why:
        'The shorter exhibition’s end is added 50 ms after the longer one’s: throttled, its signals are ignored, and the timer knows ' +
        'only of the longer one.',
      measure({ metrics: { pickUpMs, queries, lost } }) {
        const worst = pickUpMs?.max ?? 0;
        return {
          measured: `${worst.toFixed(0)} ms at worst, ${queries} queries`,
          confirmed: worst <= 100 && lost === 0,
        };
      },
    },
    {
      id: 'several-ask-more',
      source: 'async-task, recommended combination',
      documented: '(several workers are not documented) three workers a type ask no more than one does',
      on: 'recommended/3',
      verdict: 'refuted',
      why: 'Each of them has a timer of its own, and all are set to the same due time: for one task, three ask.',
      measure({ metrics: { queries = 0 } }, other) {
        const one = other('recommended').metrics.queries ?? 0;
        return { measured: `${queries} queries to ${one}`, confirmed: queries <= one };
      },
    },
  ],
});
