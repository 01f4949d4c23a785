import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const design = (id: string, parameters: Record<string, string | number>) => ({
  id,
  runner: 'task-scheduler',
  parameters,
});

const lostOf = ({ metrics: { lost, submitted } }: RunResult) => `${lost} of ${submitted} accepted tasks thrown away`;

/** From the call of Shutdown to what it said, in ms. */
function shutdownMs({ history: { events, timesUs } }: RunResult): number {
  const at = (phase: string) => events.findIndex((event) => event.kind === 'shutdown' && event.phase === phase);
  const end = Math.max(at('drained'), at('forced'));
  return ((timesUs[end] as number) - (timesUs[at('begun')] as number)) / 1000;
}

export default defineScenario({
  id: 'runner-shutdown',
  weakness: 4,
  title: 'A shutdown that clears the queue',
  source: 'task-runner, 4',
  story: 'Forty tasks of 100 ms are posted to four threads, and after 250 ms the scheduler is shut down.',
  workload: { posts: [{ type: 'task', count: 40, handlerMs: 100 }], shutdownAtMs: 250, durationMs: 10_000 },
  designs: [
    design('clear', { shutdown: 'clear' }),
    design('graceful', { shutdown: 'graceful' }),
    design('graceful-300-ms', { shutdown: 'graceful', timeoutMs: 300 }),
    design('sound', { shutdown: 'sound' }),
  ],
  invariants: ['no-task-lost', 'graceful-shutdown'],
  expectations: [
    {
      id: 'cleared',
      documented: 'Shutdown throws all queued tasks away',
      figure,
      on: 'clear',
      measure: (run) => ({ measured: lostOf(run), confirmed: run.metrics.lost > 0 }),
    },
    {
      id: 'graceful',
      documented: 'repair, graceful: waits until the queue has run dry',
      figure,
      on: 'graceful',
      measure: (run) => ({ measured: lostOf(run), confirmed: run.metrics.lost === 0 }),
    },
    {
      id: 'graceful-says-so',
      documented: 'repair, graceful: when it returns without an error, all is done',
      figure,
      on: 'graceful',
      invariant: 'graceful-shutdown',
      expect: 'holds',
    },
    {
      id: 'timeout',
      documented: 'repair, graceful: at the time-out the queue is cleared and an error returned',
      figure,
      on: 'graceful-300-ms',
      needsTrueTime: true,
      measure(run) {
        const tookMs = shutdownMs(run);
        return {
          measured: `forced after ${tookMs.toFixed(0)} ms, ${lostOf(run)}`,
          confirmed: run.metrics.lost > 0 && Math.abs(tookMs - 300) < 20,
        };
      },
    },
  ],
});
