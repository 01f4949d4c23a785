import { defineScenario } from '../src/scenario/define-scenario.ts';

const figure = 'ten-weaknesses';
const design = (cancellation: string) => ({
  id: cancellation,
  runner: 'job-manager',
  parameters: { cancellation, threads: 10 },
});

export default defineScenario({
  id: 'runner-cancellation',
  weakness: 9,
  title: 'Cancellation that never arrives',
  source: 'task-runner, 9',
  story: 'Ten jobs of a second each are submitted, and after 200 ms their callers want them stopped.',
  workload: { posts: [{ type: 'job', count: 10, callers: 10, handlerMs: 1000, cancelAfterMs: 200 }], durationMs: 3000 },
  designs: [design('background'), design('caller'), design('sound')],
  invariants: ['cancellation-reaches', 'legal-lifecycle'],
  expectations: [
    {
      id: 'not-reached',
      documented: 'jobs run on context.Background(): nobody outside can cancel them',
      figure,
      on: 'background',
      invariant: 'cancellation-reaches',
      expect: 'violated',
    },
    {
      id: 'reached',
      documented: 'repair: the caller’s context is passed on, and cancels the job',
      figure,
      on: 'caller',
      invariant: 'cancellation-reaches',
      expect: 'holds',
    },
    {
      id: 'at-once',
      documented: 'repair: cancellation is passed on to the running job',
      figure,
      on: 'caller',
      measure({ metrics: { endToEndMs, canceled } }) {
        return {
          measured: `${canceled} canceled, the last after ${endToEndMs.max.toFixed(0)} ms`,
          confirmed: canceled === 10 && endToEndMs.max < 300,
        };
      },
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'a cancellation that names the job reaches it',
      on: 'sound',
      invariant: 'cancellation-reaches',
      expect: 'holds',
    },
  ],
});
