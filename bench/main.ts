/**
 * `npm run bench`: the figures that the kernel and the simulated Redis are held to, each beside what was measured. Exits 1 when
 * one is missed. `--smoke` runs everything once and small, and judges nothing: it keeps the benchmarks from rotting.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { Bench } from 'tinybench';
import { addAndPop } from './queue-commands.ts';
import { eventsOf, sleepInSimulation, sleepUnderFakeTimers } from './sleeping-coroutines.ts';

const smoke = process.argv.includes('--smoke');
const SLEEPS = smoke ? 10 : 200;
const PAIRS = smoke ? 100 : 10_000;
const TASKS = smoke ? 500 : 100_000;
const REPEATS = smoke ? 1 : 3;

interface Row {
  readonly check: string;
  readonly asked: string;
  readonly measured: string;
  readonly met: boolean;
}

const bench = new Bench(smoke ? { iterations: 1, time: 0, warmup: false } : { iterations: 15, time: 500 });
bench
  .add('simulation', () => sleepInSimulation(SLEEPS))
  .add('fake-timers', () => sleepUnderFakeTimers(SLEEPS))
  .add('commands', () => addAndPop(PAIRS));
await bench.run();

const eventUs = medianUs('simulation') / eventsOf(SLEEPS);
const fakeEventUs = medianUs('fake-timers') / eventsOf(SLEEPS);
const commandUs = medianUs('commands') / (PAIRS * 2);
const once = manyTasks(TASKS);
const twice = manyTasks(TASKS * 2);
const unlimited = manyTasks(TASKS, 'unlimited');
const growth = twice.seconds / once.seconds;

const rows: Row[] = [
  row('sleep/resume of 100 coroutines', '≤ 0.4 µs an event', `${eventUs.toFixed(3)} µs`, eventUs <= 0.4),
  row(
    'against fake-timers runAllAsync',
    '≥ 10 × faster',
    `${(fakeEventUs / eventUs).toFixed(1)} × (${fakeEventUs.toFixed(2)} µs)`,
    fakeEventUs >= 10 * eventUs,
  ),
  row('ZADD + ZPOPMIN, network included', '≤ 5 µs a command', `${commandUs.toFixed(2)} µs`, commandUs <= 5),
  row(
    `${TASKS} tasks, stream-group, 100 workers, limit 100`,
    '≤ 5 s',
    `${once.seconds.toFixed(2)} s`,
    once.seconds <= 5,
  ),
  row('the same, the type without a limit', '≤ 5 s', `${unlimited.seconds.toFixed(2)} s`, unlimited.seconds <= 5),
  row('peak memory with the limit', '≤ 600 MB', `${once.peakMb.toFixed(0)} MB`, once.peakMb <= 600),
  row(`${TASKS * 2} tasks against ${TASKS}`, '≤ 2.3 ×', `${growth.toFixed(2)} ×`, growth <= 2.3),
];

const table = new Table({ head: ['check', 'asked', 'measured', ''], style: { head: [], border: [] } });
for (const { check, asked, measured, met } of rows)
  table.push([check, asked, measured, smoke ? '' : met ? 'met' : 'MISSED']);
console.log(table.toString());
console.log(smoke ? 'smoke run: nothing is judged' : `medians of ${REPEATS} or more runs`);
process.exitCode = smoke || rows.every(({ met }) => met) ? 0 : 1;

function row(check: string, asked: string, measured: string, met: boolean): Row {
  return { check, asked, measured, met };
}

function medianUs(name: string): number {
  const result = bench.getTask(name)?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`${name} did not run: ${JSON.stringify(result)}`);
  return result.latency.p50 * 1000;
}

/** Medians over processes of their own: peak memory is a process's. */
function manyTasks(tasks: number, ...options: string[]): { readonly seconds: number; readonly peakMb: number } {
  const script = fileURLToPath(new URL('many-tasks.ts', import.meta.url));
  const runs = Array.from({ length: REPEATS }, () => {
    const output = execFileSync(process.execPath, ['--import', 'tsx', script, String(tasks), ...options], {
      encoding: 'utf8',
    });
    return JSON.parse(output) as { seconds: number; peakMb: number };
  });
  const median = (pick: (run: { seconds: number; peakMb: number }) => number) =>
    runs.map(pick).sort((a, b) => a - b)[Math.floor(runs.length / 2)] as number;
  return { seconds: median((run) => run.seconds), peakMb: median((run) => run.peakMb) };
}
