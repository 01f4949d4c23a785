import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const TASKS = 12;
const design = (onError: string) => ({ id: onError, runner: 'task-and-reply', parameters: { onError } });

/** Tasks that ended well or badly, and those of them whose reply ran on the asker's runner, after the task. */
function replies({ history: { events } }: RunResult): { ended: number; replied: number; failedUntold: number } {
  const ended = new Set<string>();
  const failed = new Set<string>();
  let replied = 0;
  for (const event of events) {
    if (event.kind === 'finished' && event.worker === 'worker') {
      ended.add(event.task);
      if (event.outcome === 'failed') failed.add(event.task);
    }
    if (event.kind !== 'started' || event.worker !== 'home') continue;
    replied++;
    failed.delete(event.task.replace('.reply', ''));
  }
  return { ended: ended.size, replied, failedUntold: failed.size };
}

const measured = (run: RunResult) => {
  const { ended, replied } = replies(run);
  return `${replied} replies to ${ended} tasks`;
};

export default defineScenario({
  id: 'runner-task-and-reply',
  title: 'An answer for everybody who asked',
  source: 'task-runner, strengths 2',
  story:
    'Ten tasks that succeed and two that throw are posted to one runner, each with a reply for the runner that it was asked from.',
  mechanism:
    'The reply is posted with the task’s result, after the task; a task that throws has no result.\n' +
    'So nothing is posted, and whoever waits for the reply waits for ever: the pattern needs a way to say that it went wrong.',
  workload: {
    posts: [
      { type: 'read', count: 10, handlerMs: 10 },
      { type: 'broken read', count: 2, handlerMs: 10, fails: true },
    ],
    durationMs: 1000,
  },
  designs: [design('no-reply'), design('told')],
  invariants: ['no-task-lost', 'sequenced'],
  expectations: [
    {
      id: 'crosses-runners',
      documented: 'task-and-reply passes data from one runner to another',
      on: 'no-reply',
      measure: (run) => ({ measured: measured(run), confirmed: replies(run).replied >= 10 }),
    },
    {
      id: 'every-asker',
      source: 'windtunnel',
      documented: 'whoever asks hears of it (the document is silent on tasks that fail)',
      on: { 'a task that throws has no reply': 'no-reply', 'its reply is posted with the error': 'told' },
      verdict: 'confirmed only if its reply is posted with the error',
      why: 'The reply is the next thing that the task does, and a task that throws does nothing next.',
      measure: (run) => ({ measured: measured(run), confirmed: replies(run).replied === TASKS }),
    },
  ],
});
