/**
 * Explores seeds of one design in a process of its own, on one thread, and prints what a run cost as JSON:
 * `node --import tsx bench/explored-runs.ts zpopmin-then-token`. With `--built` the package that `npm run build` has made runs instead of
 * the sources; with `--faults` any kind of fault may strike, with `--once` one small batch is all.
 */
import type * as Batches from '../src/explore/batch.ts';
import type * as FaultPlans from '../src/explore/fault-plan.ts';
import type { QueueScenario } from '../src/scenario/scenario.ts';

const SEEDS = process.argv.includes('--once') ? 10 : 200;
const ROUNDS = 7;
/** Rounds that warm the machine up. */
const WARM_ROUNDS = 2;
const WORKERS = 10;

const [design = 'zpopmin-then-token'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const has = (option: string) => process.argv.includes(option);
const load = (module: string): Promise<unknown> =>
  import(new URL(has('--built') ? `../dist/src/${module}.js` : `../src/${module}.ts`, import.meta.url).href);
const { runBatch } = (await load('explore/batch')) as typeof Batches;
const { FAULT_KINDS, faultMenu } = (await load('explore/fault-plan')) as typeof FaultPlans;

/** As in the scenario `zpopmin-loss`. */
const scenario: QueueScenario = {
  id: 'explored-runs',
  title: 'Twelve tasks, ten workers',
  source: 'benchmark',
  story: 'Twelve tasks at once, three at a time, for ten workers.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'example', count: 12, atMs: 300 }],
  },
  designs: [
    ...['zpopmin-then-token', 'single-queue-lock', 'random-offset-lock', 'leased-script', 'reliable-list'].map(
      (claims) => ({ claims, pool: 'polling', workers: WORKERS }),
    ),
    { claims: 'stream-group', pool: 'blocking', workers: WORKERS },
    { claims: 'stream-per-type', pool: 'blocking', workers: WORKERS },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'],
  expectations: [],
};
const batch = (firstSeed: number): Batches.Batch => ({
  argument: scenario.id,
  design,
  invariants: scenario.invariants,
  seeds: Array.from({ length: SEEDS }, (_, index) => firstSeed + index),
  survives: [],
  stops: false,
  plan: { schedule: 'random', menu: faultMenu(has('--faults') ? FAULT_KINDS : []), profileSeed: 1, twiceEvery: 100 },
});

const rounds: number[] = [];
for (let round = 0; round < (has('--once') ? 1 : WARM_ROUNDS + ROUNDS); round++) {
  const before = process.cpuUsage();
  const { runs } = await runBatch(scenario, batch(1 + round * SEEDS));
  const { user, system } = process.cpuUsage(before);
  if (runs !== SEEDS) throw new Error(`${runs} of ${SEEDS} seeds were run`);
  rounds.push((user + system) / 1000 / SEEDS);
}
const measured = rounds.slice(has('--once') ? 0 : WARM_ROUNDS).sort((a, b) => a - b);
const runMs = measured[Math.floor(measured.length / 2)] as number;
console.log(JSON.stringify({ design, runMs, seedsPerSecond: 1000 / runMs }));
