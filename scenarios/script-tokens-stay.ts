import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const pollers = { pool: 'polling', workers: 10 };

/** How many tasks start once the crashed process is back. */
function startsAfterRestart({ history: { events }, metrics }: RunResult) {
  const restart = events.findIndex(({ kind }) => kind === 'host-restarted');
  const starts = events.filter(({ kind }, index) => kind === 'started' && index > restart).length;
  return { measured: `${starts} of ${metrics.submitted} start after the restart`, starts };
}

export default defineScenario({
  id: 'script-tokens-stay',
  title: 'One crash, and the type never runs again',
  source: 'found by simulation: xqueue-0.0.4, loss repair two',
  story:
    'One Lua script checks the limit, pops a task and takes a token. The process dies at 3 s, with three tasks under way and nine ' +
    'waiting, and is back 2 s later. A semaphore of expiring tokens, as 0.0.3 has it, would have room again after 60 s.',
  mechanism:
    'The script writes down when a token was taken, and nothing ever looks at it: only its owner can give it back, and is dead.\n' +
    'Each task under way in a crash takes one from the limit for good; three, at once or over a year, stop the type.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'example', count: 12, atMs: 300 }],
  },
  environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 3000, downMs: 2000 }] },
  designs: [
    { ...pollers, claims: 'atomic-script' },
    { ...pollers, claims: 'token-first' },
    { ...pollers, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak'],
  expectations: [
    {
      id: 'tokens-come-back',
      source: 'xqueue-changelog, 0.0.3',
      documented: 'tokens that have run out are cleared away by themselves: the type runs again',
      on: { 'tokens of the script': 'atomic-script', 'expiring tokens': 'token-first' },
      verdict: 'confirmed only if expiring tokens',
      why: 'The script adds its token with the current time as its score and counts with ZCARD: the three of the dead process count for ever. The repair names no cleaner beside it. (The three tasks under way are lost with either: nothing puts them back.)',
      measure(run) {
        const { measured, starts } = startsAfterRestart(run);
        return { measured, confirmed: starts > 0 };
      },
    },
    {
      id: 'sound-runs-all',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'a lease that is not renewed ends, and its task is run again',
      on: 'leased-script',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
