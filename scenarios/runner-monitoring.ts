import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const design = (metrics: string) => ({ id: metrics, runner: 'sequenced-runner', parameters: { metrics } });

/** What an operator asks, and whether the recorded figures answer it as the history does. */
function answered({ history: { events } }: RunResult): Readonly<Record<string, boolean>> {
  const recorded = events.filter((event) => event.kind === 'recorded');
  const finished = events.filter((event) => event.kind === 'finished');
  const executions = recorded.filter((event) => event.figure === 'execution');
  const count = (type: string, outcome: 'success' | 'failed') =>
    finished.filter((event) => event.type === type && event.outcome === outcome).length;
  const told = (name: string) => executions.filter((event) => event.type === name).length;
  return {
    'how many ran': executions.length === finished.length,
    'how many failed': executions.filter(({ type }) => type.endsWith(' failed')).length === count('export', 'failed'),
    'of which type': told('email') === count('email', 'success') && told('export failed') === count('export', 'failed'),
    'how long the queue was': recorded.some((event) => event.figure === 'queue-size'),
  };
}

const answers = (run: RunResult) => {
  const all = Object.entries(answered(run));
  const known = all.filter(([, isKnown]) => isKnown);
  return { of: all.length, known: known.length, unknown: all.filter(([, isKnown]) => !isKnown).map(([what]) => what) };
};
const report = (run: RunResult) => {
  const { of, known, unknown } = answers(run);
  return `${known} of ${of} questions answered${unknown.length === 0 ? '' : `, not ${unknown.join(', ')}`}`;
};

export default defineScenario({
  id: 'runner-monitoring',
  weakness: 7,
  title: 'What an operator can know',
  source: 'task-runner, 7',
  story:
    'Emails that succeed and exports that fail go through one runner. An operator asks how many ran, how many failed, of which type, and ' +
    'how long the queue was.',
  workload: {
    posts: [
      { type: 'email', count: 20, handlerMs: 5 },
      { type: 'export', count: 10, handlerMs: 10, fails: true },
    ],
    durationMs: 1000,
  },
  designs: [design('none'), design('sketched'), design('complete')],
  invariants: ['sequenced', 'no-task-lost'],
  expectations: [
    {
      id: 'blind',
      documented: 'no metrics: in production nothing can be diagnosed',
      figure,
      on: 'none',
      measure: (run) => ({ measured: report(run), confirmed: answers(run).known === 0 }),
    },
    {
      id: 'sketched',
      documented: 'repair: a MetricsCollector for executions, queue sizes and rejections',
      figure,
      on: 'sketched',
      verdict: 'refuted',
      why:
        'As sketched, the run loop records each execution under the fixed type "task", and nothing calls RecordQueueSize or ' +
        'RecordTaskRejection.',
      measure: (run) => ({ measured: report(run), confirmed: answers(run).unknown.length === 0 }),
    },
    {
      id: 'complete',
      source: 'windtunnel',
      documented: 'with the type passed on and the queue reported at each post, all are answered',
      on: 'complete',
      measure: (run) => ({ measured: report(run), confirmed: answers(run).unknown.length === 0 }),
    },
  ],
});
