import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const design = (cancellation: string) => ({
  id: cancellation,
  runner: 'job-manager',
  parameters: { cancellation, threads: 10 },
});
const allRun = ({ metrics: { completed, canceled } }: RunResult) => ({
  measured: `${completed} of 10 jobs run, ${canceled} canceled`,
  confirmed: completed === 10,
});

export default defineScenario({
  id: 'runner-request-context',
  weakness: 9,
  title: 'The job that dies with its request',
  source: 'task-runner, 9',
  story: 'Ten requests submit a job of a second each and are answered after 50 ms, as background jobs are for.',
  mechanism:
    'The repair derives the job’s context from the caller’s; a request’s context is canceled as soon as the request has been answered.\n' +
    'So every job that outlives its request is canceled, though it was accepted and nobody wanted it stopped.',
  workload: {
    posts: [{ type: 'job', count: 10, callers: 10, handlerMs: 1000, requestEndsAfterMs: 50 }],
    durationMs: 3000,
  },
  designs: [design('background'), design('caller'), design('sound')],
  invariants: ['cancellation-reaches'],
  expectations: [
    {
      id: 'background',
      source: 'windtunnel',
      documented: 'on context.Background(), as it was, jobs outlive their requests',
      on: 'background',
      measure: allRun,
    },
    {
      id: 'caller',
      documented: 'repair: a job is canceled when its caller cancels',
      figure: 'ten-weaknesses',
      on: 'caller',
      verdict: 'refuted',
      why: 'In Go a context ends in one way only: that its request is over and that its job is not wanted any more look the same.',
      measure({ history: { events }, metrics: { canceled } }) {
        const asked = events.filter((event) => event.kind === 'cancel-requested').length;
        return {
          measured: `${canceled} of 10 jobs canceled, ${asked} by their callers’ wish`,
          confirmed: canceled === asked,
        };
      },
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'a job lives on its own, and a cancellation names it',
      on: 'sound',
      measure: allRun,
    },
  ],
});
