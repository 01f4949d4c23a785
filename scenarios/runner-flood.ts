import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const design = (whenFull: string) => ({ id: whenFull, runner: 'single-thread-runner', parameters: { whenFull } });
const CALLERS = 500;
const CAPACITY = 100;
const HANDLER_MS = 5;
const WORK_MS = CALLERS * HANDLER_MS;

/** Tasks that are in memory and not yet under way: those in the queue, and those of callers that wait for room. */
function heldMost({ history: { events } }: RunResult): number {
  return events.reduce(
    (most, event) => (event.kind === 'backlog' ? Math.max(most, event.queued + event.waiting) : most),
    0,
  );
}

function count({ history: { events } }: RunResult, kind: 'refused' | 'recorded'): number {
  return events.filter((event) => event.kind === kind).length;
}

const toldOrRun = (run: RunResult) => ({
  measured: `${run.metrics.completed} run, ${count(run, 'refused')} refused, ${run.metrics.lost} lost`,
  confirmed: run.metrics.lost === 0 && run.metrics.completed + count(run, 'refused') === CALLERS,
});
const held = (run: RunResult) => `${heldMost(run)} tasks held at once, ${CAPACITY} of them in the queue at most`;

export default defineScenario({
  id: 'runner-flood',
  weakness: 1,
  title: 'Five hundred posts for a channel of a hundred',
  source: 'task-runner, 1',
  story:
    'Five hundred callers post a task each, at once, to a runner with one thread and a channel of 100. The document shows the channel and ' +
    'not the send: a plain send waits for room, one with an empty default loses the task.',
  workload: { posts: [{ type: 'task', count: CALLERS, callers: CALLERS, handlerMs: HANDLER_MS }], durationMs: 10_000 },
  designs: [design('block'), design('lose'), design('drop'), design('reject'), design('wait')],
  invariants: ['no-task-lost', 'sequenced', 'bounded-queue'],
  expectations: [
    {
      id: 'memory',
      documented: 'many quick posts press on memory, and may overflow it',
      figure,
      on: { 'a full channel blocks': 'block', 'a full channel loses the task': 'lose' },
      verdict: 'confirmed only if a full channel blocks',
      why: 'The channel itself never holds more than 100. What grows without bound is the callers that wait, each with its task.',
      measure: (run) => ({ measured: held(run), confirmed: heldMost(run) > CAPACITY }),
    },
    {
      id: 'lost',
      needsTrueTime: true,
      documented: 'tasks are lost',
      figure,
      on: { 'a full channel blocks': 'block', 'a full channel loses the task': 'lose' },
      verdict: 'confirmed only if a full channel loses the task',
      why: 'A plain send on a full channel waits: it loses nothing.',
      measure: ({ metrics }) => ({ measured: `${metrics.lost} of ${CALLERS} lost`, confirmed: metrics.lost > 0 }),
    },
    {
      id: 'no-back-pressure',
      documented: 'no back-pressure: the caller cannot know that the queue is full',
      figure,
      on: { 'a full channel blocks': 'block', 'a full channel loses the task': 'lose' },
      verdict: 'confirmed only if a full channel loses the task',
      why: 'To be held up is back-pressure, the plainest there is.',
      measure(run) {
        const waited = run.history.events.some((event) => event.kind === 'backlog' && event.waiting > 0);
        return {
          measured: waited ? 'callers wait' : 'callers go on',
          confirmed: !waited && count(run, 'refused') === 0,
        };
      },
    },
    {
      id: 'delay',
      documented:
        'delays cannot be foretold (read as: some task waits for longer than all that was posted before it takes)',
      figure,
      on: 'block',
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'Whoever has got in waits for at most 100 tasks; whoever has not waits in line. Each wait is the length of the line, and no more.',
      measure({ metrics: { queueWaitMs } }) {
        return {
          measured: `longest wait ${queueWaitMs.max} ms for ${WORK_MS} ms of work`,
          confirmed: queueWaitMs.max > WORK_MS,
        };
      },
    },
    {
      id: 'bounded',
      documented: 'the buffer is fixed at 100',
      figure,
      on: 'block',
      invariant: 'bounded-queue',
      expect: 'holds',
    },
    {
      id: 'drop',
      documented: 'repair, Drop: a full queue answers with an error',
      figure,
      on: 'drop',
      measure: toldOrRun,
    },
    {
      id: 'reject',
      documented: 'repair, Reject: a full queue answers with an error',
      figure,
      on: 'reject',
      measure: toldOrRun,
    },
    {
      id: 'wait',
      needsTrueTime: true,
      documented: 'repair, Wait: the caller waits for room',
      figure,
      on: 'wait',
      measure: toldOrRun,
    },
    {
      id: 'drop-memory',
      documented: 'repair, Drop: memory is bounded',
      figure,
      on: 'drop',
      measure: (run) => ({ measured: held(run), confirmed: heldMost(run) <= CAPACITY }),
    },
    {
      id: 'wait-memory',
      documented: 'repair, Wait: memory is bounded',
      figure,
      on: 'wait',
      verdict: 'refuted',
      why: 'As with the plain send that it replaces, each waiting caller holds its task.',
      measure: (run) => ({ measured: held(run), confirmed: heldMost(run) <= CAPACITY }),
    },
    {
      id: 'counts-drops',
      documented: 'repair: rejectedCount counts what was turned away',
      figure,
      on: 'drop',
      measure: (run) => ({
        measured: `${count(run, 'recorded')} counted of ${count(run, 'refused')}`,
        confirmed: count(run, 'recorded') === count(run, 'refused'),
      }),
    },
    {
      id: 'counts-rejections',
      documented: 'repair: rejectedCount counts what was turned away',
      figure,
      on: 'reject',
      verdict: 'refuted',
      why: 'As written only the Drop branch adds to rejectedCount. Drop and Reject are else the same: both refuse, and say so.',
      measure: (run) => ({
        measured: `${count(run, 'recorded')} counted of ${count(run, 'refused')}`,
        confirmed: count(run, 'recorded') === count(run, 'refused'),
      }),
    },
  ],
});
