import { defineScenario } from '../src/scenario/define-scenario.ts';

const design = (shutdown: string) => ({
  id: shutdown,
  runner: 'task-scheduler',
  parameters: { shutdown, front: 'sequenced-runner' },
});

export default defineScenario({
  id: 'runner-graceful-sequenced',
  weakness: 4,
  title: 'An empty queue with nine tasks behind it',
  source: 'task-runner, 4',
  story:
    'Ten tasks are posted to a sequenced runner that borrows the scheduler’s threads; then the scheduler is shut down gracefully.',
  mechanism:
    'A sequenced runner holds its tasks itself and posts one run loop at a time; shuttingDown refuses the next loop, and nobody is told.\n' +
    'QueuedTaskCount and ActiveTaskCount know of one task at most, come to 0 after it, and the shutdown ends well with the rest undone.',
  workload: { posts: [{ type: 'step', count: 10, handlerMs: 100 }], shutdownAtMs: 50, durationMs: 8000 },
  designs: [design('graceful'), design('sound')],
  invariants: ['graceful-shutdown', 'no-task-lost'],
  expectations: [
    {
      id: 'waits-for-all',
      documented: 'repair, graceful: waits until the queue has run dry',
      figure: 'ten-weaknesses',
      on: 'graceful',
      verdict: 'refuted',
      why: 'It refuses the run loop that would run the rest, and counts only what stands in its own queue.',
      measure: ({ metrics: { lost, submitted } }) => ({
        measured: `${lost} of ${submitted} lost`,
        confirmed: lost === 0,
      }),
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'runners above the scheduler count what they accept with it',
      on: 'sound',
      invariant: 'graceful-shutdown',
      expect: 'holds',
    },
  ],
});
