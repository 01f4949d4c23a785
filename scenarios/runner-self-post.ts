import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const runner = 'single-thread-runner';
const TASKS = 150;

const goesOn = ({ metrics: { completed }, history: { events } }: RunResult) => {
  const full = events.filter((event) => event.kind === 'refused' && event.reason.startsWith('queue full')).length;
  return {
    measured: `${completed} of ${TASKS} tasks run, ${full} refused for want of room`,
    confirmed: completed >= TASKS,
  };
};

export default defineScenario({
  id: 'runner-self-post',
  weakness: 1,
  title: 'A task that waits for its own thread',
  source: 'task-runner, 1',
  story:
    'A hundred and fifty tasks each post a next step to the runner that they run on, whose queue is full. Who waits for room there ' +
    'waits for the only thread that makes room, which is its own.',
  mechanism:
    'With QueuePolicyWait the select waits for room or for the end of the runner, also where a task of the runner posts.\n' +
    'A full queue is emptied by nobody but that task’s own thread: the runner stands still for ever, and so does every caller.',
  workload: { posts: [{ type: 'step', count: TASKS, callers: TASKS, handlerMs: 1, followUps: 1 }], durationMs: 2000 },
  designs: [
    { id: 'wait', runner, parameters: { whenFull: 'wait' } },
    { id: 'block', runner, parameters: { whenFull: 'block' } },
    { id: 'reject', runner, parameters: { whenFull: 'reject' } },
    { id: 'sound', runner, parameters: { whenFull: 'wait', closing: 'locked' } },
  ],
  invariants: ['sequenced', 'bounded-queue', 'no-task-lost'],
  expectations: [
    {
      id: 'wait-goes-on',
      documented: 'repair, Wait: the caller waits until there is room',
      figure: 'ten-weaknesses',
      on: 'wait',
      verdict: 'refuted',
      why: 'A caller on the runner’s own thread waits for itself.',
      measure: goesOn,
    },
    {
      id: 'sound-goes-on',
      needsTrueTime: true,
      documented: 'with room refused to the runner’s own tasks instead, everybody goes on',
      source: 'windtunnel',
      on: 'sound',
      measure: goesOn,
    },
  ],
});
