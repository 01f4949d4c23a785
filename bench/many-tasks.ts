/**
 * Runs so many tasks through `stream-group` on 100 workers in a process of its own, and prints what it cost as JSON:
 * `node --import tsx bench/many-tasks.ts 100000`. With `unlimited` behind it the type has no limit, and no task needs a token.
 */
import { runScenario } from '../src/scenario/run-scenario.ts';
import type { QueueScenario } from '../src/scenario/scenario.ts';
import { SIM_BACKEND } from '../src/scenario/sim-backend.ts';

const tasks = Number(process.argv[2]);
const limit = process.argv[3] === 'unlimited' ? {} : { limit: 100 };
const scenario: QueueScenario = {
  id: 'many-tasks',
  title: 'Many tasks',
  source: 'benchmark',
  story: 'A steady stream of short tasks, slow enough that nothing is trimmed before it is read.',
  workload: {
    types: { email: { ...limit, handlerMs: 5 } },
    arrivals: [{ type: 'email', count: tasks, everyMs: 0.2 }],
  },
  environment: { processes: 10 },
  designs: [{ claims: 'stream-group', pool: 'blocking', workers: 100 }],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [],
};
const startedNs = process.hrtime.bigint();
const { runs } = await runScenario(scenario, { seed: 1, backend: SIM_BACKEND });
const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
if (runs[0]?.metrics.completed !== tasks) throw new Error(`${runs[0]?.metrics.completed} of ${tasks} tasks completed`);
console.log(JSON.stringify({ seconds, peakMb: process.resourceUsage().maxRSS / 1024 }));
