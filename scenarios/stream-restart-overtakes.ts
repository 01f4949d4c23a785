import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

/** Tasks that came before the crash: `t1` … `t12`. Three of them ran. */
const EARLY = 12;

/** Tasks of the first twelve that begin only when all six that came later have begun. */
function inOrder({ history: { events, timesUs } }: RunResult) {
  const starts = new Map<number, number>();
  for (const [index, event] of events.entries()) {
    const task = event.kind === 'started' ? Number(event.task.slice(1)) : 0;
    if (task > 0 && !starts.has(task)) starts.set(task, (timesUs[index] as number) / 1e6);
  }
  const early = [...starts].flatMap(([task, s]) => (task <= EARLY ? [s] : []));
  const late = [...starts].flatMap(([task, s]) => (task > EARLY ? [s] : []));
  const overtaken = early.filter((s) => s > Math.max(...late)).length;
  return {
    measured: `${overtaken} of the first ${EARLY} start after the six later ones, the last at ${Math.max(...early).toFixed(0)} s`,
    confirmed: overtaken === 0,
  };
}

export default defineScenario({
  id: 'stream-restart-overtakes',
  title: 'Back after two seconds, and last in line',
  source: 'found by simulation: xqueue-0.0.5, reasons for the choice',
  story:
    'Twelve `example` tasks, three at a time; ten workers have ten of them in hand when the process crashes at 4 s. It is back at 6 s, with ' +
    'workers of the same names. Six more tasks come at 10 s.',
  mechanism:
    'A worker that boots reads new entries (XREADGROUP >), not its own pending ones: seven that nobody had begun.\n' +
    'After 60 s they come back, to one worker, while newcomers have the tokens.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [
      { type: 'example', count: EARLY, atMs: 300 },
      { type: 'example', count: 6, atMs: 10_000 },
    ],
  },
  environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 4000, downMs: 2000 }] },
  designs: [
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
    { claims: 'stream-per-type', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'keeps-the-order',
      documented: 'ordered: tasks keep the order of their submission',
      on: 'stream-group',
      verdict: 'refuted',
      why: 'The order is that of deliveries. What was delivered and not begun has lost its place, and a restart does not look for it: it waits until it counts as abandoned. (That makes seven; one or two more only lose the race for a token.)',
      measure: inOrder,
    },
    {
      id: 'restart-loses-none',
      figure: 'streams-survive',
      source: 'xqueue-0.0.5, expected effects',
      documented: 'after a restart all tasks are processed',
      on: 'stream-group',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'only-what-runs-is-read',
      source: 'sound: after xqueue-0.0.5, solution three',
      documented: 'an entry is read only to be run: the others keep their places',
      on: 'stream-per-type',
      measure: inOrder,
    },
  ],
});
