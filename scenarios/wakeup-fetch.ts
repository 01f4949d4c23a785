import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const five = { wakeup: 'counting', workersPerType: 5, store: 'sql' } as const;

const once = ({ metrics: { duplicated, submitted } }: RunResult) => ({
  measured: `${duplicated} of ${submitted} ran more than once`,
  confirmed: duplicated === 0,
});

export default defineScenario({
  id: 'wakeup-fetch',
  title: 'Select, then update',
  source: 'found by simulation: async-task, FetchPendingTask',
  story:
    'Tasks lie in a database, twenty due at 1 s, and five workers of the type wake at that moment. The document shows what ' +
    'FetchPendingTask answers, not how it asks: here it selects, selects and then updates, or does both in one statement.',
  mechanism:
    'All workers have their timers set to the same due time. Those whose SELECT arrives before the first UPDATE read the same row.\n' +
    'Each then marks it as taken, which succeeds for all of them: an UPDATE by id does not ask what the row was.',
  workload: {
    type: 'notify-followers',
    dueAtMs: Array.from({ length: 20 }, () => 1000),
    handlerMs: 50,
    signals: [],
    durationMs: 5000,
  },
  designs: [
    { id: 'marks/1', ...five, workersPerType: 1, fetch: 'marks' },
    { id: 'reads/5', ...five, fetch: 'reads' },
    { id: 'marks/5', ...five, fetch: 'marks' },
    { id: 'claims/5', ...five, fetch: 'claims' },
    { id: 'marks/5-memory', ...five, store: 'memory', fetch: 'marks' },
    { id: 'marks/5-redis', ...five, store: 'redis', fetch: 'marks' },
    { id: 'claims/5-redis', ...five, store: 'redis', fetch: 'claims' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [
    {
      id: 'several-run-once',
      documented: '(not documented) with several workers, each task runs once',
      on: {
        'it only selects': 'reads/5',
        'it selects, then updates': 'marks/5',
        'one worker selects, then updates': 'marks/1',
        'one statement does both': 'claims/5',
      },
      verdict: 'confirmed only if one worker selects, then updates, or one statement does both',
      why: 'Between SELECT and UPDATE others read the row as pending. One statement that locks the row leaves no between.',
      measure: once,
    },
    {
      id: 'marks-elsewhere',
      documented: '(not documented) read, then marked, a task goes to one worker',
      on: { 'in a database': 'marks/5', 'in Redis': 'marks/5-redis', 'in memory': 'marks/5-memory' },
      verdict: 'confirmed only if in memory',
      why:
        'There, a turn of the event loop lies between the two steps, and no two timers meet in it. Others come in while a reply ' +
        'travels.',
      measure: once,
    },
    {
      id: 'redis-claims',
      documented: '(not documented) in Redis, the answer of ZREM says who was first, and each task runs once',
      on: 'claims/5-redis',
      invariant: 'no-duplicate-execution',
      expect: 'holds',
    },
  ],
});
