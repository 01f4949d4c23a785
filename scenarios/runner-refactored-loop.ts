import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const runner = 'sequenced-runner';
const runAll = ({ metrics: { completed, submitted } }: RunResult) => ({
  measured: `${completed} of ${submitted} tasks run`,
  confirmed: completed === submitted,
});

export default defineScenario({
  id: 'runner-refactored-loop',
  weakness: 3,
  title: 'The refactoring that runs one task',
  source: 'task-runner, 3',
  story:
    'Two goroutines post three tasks each to the sequenced runner as the document proposes to rewrite it: the two places that look at ' +
    'the queue again become one method.',
  mechanism:
    'The old loop passed `running` on to the loop that it posted; the new one calls ensureRunning, which starts a loop only if none runs, ' +
    'and runningCount is still 1.\n' +
    'So after the first task there is no loop, and every later post believes that there is one. If ensureRunning posted in any case, two ' +
    'loops would run at once.',
  workload: { posts: [{ type: 'step', count: 6, handlerMs: 2, callers: 2 }], durationMs: 1000 },
  designs: [
    { id: 'double-check', runner, parameters: { loop: 'double-check' } },
    { id: 'refactored', runner, parameters: { loop: 'refactored' } },
    { id: 'refactored-always', runner, parameters: { loop: 'refactored', ensureRunning: 'always' } },
    { id: 'sound', runner, parameters: { loop: 'sound' } },
  ],
  invariants: ['sequenced', 'no-task-lost'],
  expectations: [
    {
      id: 'before',
      documented: 'as it is, the loop is correct',
      figure: 'ten-weaknesses',
      on: 'double-check',
      measure: runAll,
    },
    {
      id: 'refactored',
      documented: 'repair: the shared logic extracted, the loop simpler, and as correct',
      figure: 'ten-weaknesses',
      on: {
        'ensureRunning starts a loop if none runs': 'refactored',
        'it starts one in any case': 'refactored-always',
      },
      verdict: 'refuted',
      why:
        'runningCount stays 1 after a task: where ensureRunning asks it, no loop starts again; where it does not, each post starts one ' +
        'more beside those that run.',
      measure(run) {
        const { submitted, completed } = run.metrics;
        const overlaps = run.invariants.find(({ id }) => id === 'sequenced')?.violations.length ?? 0;
        return {
          measured: `${completed} of ${submitted} tasks run, ${overlaps} out of sequence`,
          confirmed: completed === submitted && overlaps === 0,
        };
      },
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'one place to look again, and `running` passed on while there is more',
      on: 'sound',
      measure: runAll,
    },
  ],
});
