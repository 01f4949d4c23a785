import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

/** Ten tasks die with their process: so many starts are the least. */
const STARTS_LEAST = 30;

function heirs({ history: { events }, metrics }: RunResult): { workers: number; doneS: number } {
  const first = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'recovered' && !first.has(event.task)) first.set(event.task, event.worker);
  }
  return { workers: new Set(first.values()).size, doneS: metrics.endToEndMs.max / 1000 };
}

function sharedOut(run: RunResult) {
  const { workers, doneS } = heirs(run);
  const by = workers === 1 ? 'one worker takes' : `${workers} workers take`;
  return { measured: `${by} the ten, and the last is done after ${doneS.toFixed(0)} s`, confirmed: workers > 1 };
}

function noneInVain({ history }: RunResult) {
  const starts = history.events.filter(({ kind }) => kind === 'started').length;
  return { measured: `${starts} starts where ${STARTS_LEAST} are needed`, confirmed: starts === STARTS_LEAST };
}

export default defineScenario({
  id: 'stream-batch-waits',
  title: 'One heir takes all ten, and nine look on',
  source: 'found by simulation: xqueue-0.0.5, expected effects',
  story:
    'Two processes with ten workers each run twenty tasks of 20 s. The first dies after 4 s. When its ten entries have been idle for ' +
    '60 s, the ten workers of the other, all idle by then, look for what was left.',
  mechanism:
    'XAUTOCLAIM gives up to ten entries to the first that asks. It runs one, and nine wait in its memory.\n' +
    'There they are as idle as a dead worker’s: after 60 s the next one takes them too, and both run them.',
  workload: {
    types: { example: { handlerMs: 20_000 } },
    arrivals: [{ type: 'example', count: 20, atMs: 300 }],
  },
  environment: { processes: 2, faults: [{ kind: 'crash', host: 'app-1', atMs: 4000 }] },
  designs: [
    { claims: 'stream-group', pool: 'blocking', workers: 20 },
    { claims: 'stream-per-type', pool: 'blocking', workers: 20 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'legal-lifecycle'],
  expectations: [
    {
      id: 'moves-to-others',
      figure: 'streams-survive',
      documented: "a dead consumer's tasks move to other consumers by themselves",
      on: 'stream-group',
      verdict: 'refuted',
      why: 'They move to one other, ten at a time. Ten idle workers could have had them done 20 s later.',
      measure: sharedOut,
    },
    {
      id: 'none-in-vain',
      figure: 'streams-survive',
      source: 'xqueue-0.0.5, reasons for the choice',
      documented: 'each consumer has messages of its own: none is processed twice (but what a crash interrupts)',
      on: 'stream-group',
      verdict: 'refuted',
      why: 'The batch in memory is taken back again and again, from a worker that is alive and has come to its third task.',
      measure: noneInVain,
    },
    ...[
      {
        id: 'one-each',
        documented: 'ended leases are taken back one at a time, by whoever is free',
        measure: sharedOut,
      },
      { id: 'no-more-than-needed', documented: 'only what the crash interrupted starts again', measure: noneInVain },
    ].map((sound) => ({ ...sound, source: 'sound: after xqueue-0.0.5, solution three', on: 'stream-per-type' })),
  ],
});
