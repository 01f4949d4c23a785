import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';
import pickUp from './wakeup-pick-up.ts';

const POLICIES = ['counting', 'drain', 'dedupe', 'dedupe/batch', 'capacity-one', 'throttle', 'recommended'] as const;

const soon = ({ metrics: { pickUpMs, queries, lost } }: RunResult) => {
  const worst = pickUpMs?.max ?? 0;
  return { measured: `${worst.toFixed(0)} ms at worst, ${queries} queries`, confirmed: worst <= 100 && lost === 0 };
};

export default defineScenario({
  id: 'wakeup-several-pick-up',
  title: 'What three workers ask, and what they let wait',
  source: 'async-task, solutions',
  story:
    'The workload of wakeup-pick-up for three workers a type, which claim what they fetch, beside one worker under the recommended ' +
    'combination, and one that is throttled. The document has one worker a type.',
  workload: pickUp.workload,
  designs: [
    ...POLICIES.map((id) => ({
      id: `${id}/3`,
      wakeup: id === 'dedupe/batch' ? 'dedupe' : id,
      ...(id === 'dedupe/batch' && { wakeupParameters: { within: 'batch' } }),
      workersPerType: 3,
      fetch: 'claims' as const,
    })),
    { id: 'recommended/1', wakeup: 'recommended' },
    { id: 'throttle/1', wakeup: 'throttle' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'bounded-queries'],
  expectations: [
    {
      id: 'throttle-soon',
      source: 'async-task, solution four',
      documented: '(no figure given) throttled, a task that is due is picked up within 100 ms',
      on: { 'one works': 'throttle/1', 'three work': 'throttle/3' },
      verdict: 'confirmed only if three work',
      why:
        'Each worker throttles itself: while one ignores signals, the next goes to another, who has not asked lately. Here three ' +
        'are enough; nothing says that they are.',
      needsTrueTime: true,
      measure: soon,
    },
    {
      id: 'soon',
      documented: '(no figure given) whatever the policy, a task that is due is picked up within 100 ms',
      on: Object.fromEntries(POLICIES.map((id) => [id, `${id}/3`])),
      needsTrueTime: true,
      measure: soon,
    },
    {
      id: 'no-more-queries',
      source: 'async-task, recommended combination',
      documented: '(several workers are not documented) three workers a type ask no more than one does',
      on: 'recommended/3',
      verdict: 'refuted',
      why: 'Each has a timer of its own, and all are set to the same due time; one signal wakes one of them.',
      measure({ metrics: { queries = 0 } }, other) {
        const one = other('recommended/1').metrics.queries ?? 0;
        return { measured: `${queries} queries to ${one}`, confirmed: queries <= one };
      },
    },
    {
      id: 'sooner',
      source: 'async-task, recommended combination',
      documented: '(several workers are not documented) three workers a type let nothing wait longer than one does',
      on: 'recommended/3',
      needsTrueTime: true,
      measure({ metrics: { pickUpMs } }, other) {
        const [three, one] = [pickUpMs, other('recommended/1').metrics.pickUpMs].map((each) => each?.max ?? 0);
        return {
          measured: `${(three as number).toFixed(0)} ms at worst, to ${(one as number).toFixed(0)} ms`,
          confirmed: (three as number) <= (one as number),
        };
      },
    },
  ],
});
