import { defineScenario } from '../src/scenario/define-scenario.ts';

const design = (shutdown: string) => ({ id: shutdown, runner: 'task-scheduler', parameters: { shutdown } });

export default defineScenario({
  id: 'runner-graceful-delayed',
  weakness: 4,
  title: 'Graceful to all but the delayed',
  source: 'task-runner, 4',
  story:
    'Ten tasks are queued, five more are to start in 600 ms, and the scheduler is shut down gracefully, with five seconds to do it in.',
  mechanism:
    'Before it waits, the graceful shutdown stops the delay manager, as the old one did: what is not due yet never will be.\n' +
    'Delayed tasks are in neither of the two counts that it polls, so it ends well, and says nothing of them.',
  workload: {
    posts: [
      { type: 'task', count: 10, handlerMs: 100 },
      { type: 'later', count: 5, handlerMs: 100, delayMs: 600 },
    ],
    shutdownAtMs: 50,
    durationMs: 8000,
  },
  designs: [design('graceful'), design('sound')],
  invariants: ['graceful-shutdown', 'no-task-lost'],
  expectations: [
    {
      id: 'waits-for-all',
      documented: 'repair, graceful: tasks are not thrown away',
      figure: 'ten-weaknesses',
      on: 'graceful',
      verdict: 'refuted',
      why: 'The delay manager is stopped first, and nobody counts what it held.',
      measure: ({ metrics: { lost, submitted } }) => ({
        measured: `${lost} of ${submitted} lost`,
        confirmed: lost === 0,
      }),
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'one count of all that was accepted and has not ended, delayed tasks included',
      on: 'sound',
      invariant: 'graceful-shutdown',
      expect: 'holds',
    },
  ],
});
