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
import type { TimerRow } from './timers.ts';

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
const explored = exploredSeeds('zpopmin-then-token');
const exploredSound = exploredSeeds('leased-script');

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
  row(
    'explored seeds, 12 tasks, 10 workers, zpopmin-then-token',
    '≥ 1000 a second',
    explored.toFixed(0),
    explored >= 1000,
  ),
  row('the same, leased-script', '≥ 1000 a second', exploredSound.toFixed(0), exploredSound >= 1000),
  row(`${TASKS * 2} tasks against ${TASKS}`, '≤ 2.3 ×', `${growth.toFixed(2)} ×`, growth <= 2.3),
];

const timers = timerRows();
const us = (contender: string, operation: string) => timerOf(contender, operation).medianUs;
for (const operation of ['add', 'cancel any', 'cancel the earliest']) {
  rows.push(
    row(
      `timing wheel, most pending: ${operation}`,
      '≤ 0.5 µs',
      `${us('wheel', operation).toFixed(3)} µs`,
      us('wheel', operation) <= 0.5,
    ),
  );
}
for (const heap of ['heap, reset if earlier', 'heap, reset if new first']) {
  const ratio = us(heap, 'cancel the earliest') / us('wheel', 'cancel the earliest');
  rows.push(row(`${heap}: cancel the earliest`, '≥ 5 × the wheel’s', `${ratio.toFixed(1)} ×`, ratio >= 5));
}

const table = new Table({ head: ['check', 'asked', 'measured', ''], style: { head: [], border: [] } });
for (const { check, asked, measured, met } of rows)
  table.push([check, asked, measured, smoke ? '' : met ? 'met' : 'MISSED']);
console.log(table.toString());
printTimers();
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

/** Seeds a second of CPU time, on one thread, judged. */
function exploredSeeds(design: string): number {
  const script = fileURLToPath(new URL('explored-runs.ts', import.meta.url));
  const options = smoke ? ['--once'] : [];
  const output = execFileSync(process.execPath, ['--import', 'tsx', script, design, ...options], { encoding: 'utf8' });
  return (JSON.parse(output) as { seedsPerSecond: number }).seedsPerSecond;
}

/** In a process of their own: a million of Node's timers is nothing to leave behind. */
function timerRows(): readonly TimerRow[] {
  const script = fileURLToPath(new URL('timers.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--import', 'tsx', script, ...(smoke ? ['--smoke'] : [])], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as TimerRow[];
}

/** With the most pending. */
function timerOf(contender: string, operation: string): TimerRow {
  const found = timers.findLast((timer) => timer.contender === contender && timer.operation === operation);
  if (found === undefined) throw new Error(`${contender} did not ${operation}`);
  return found;
}

/** Times are this machine's; what they are to the wheel's is what to compare. */
function printTimers(): void {
  const table = new Table({
    head: ['pending', 'operation', 'timers', 'µs (± MAD)', '× the wheel’s'],
    style: { head: [], border: [] },
  });
  for (const { pending, operation, contender, medianUs, madUs } of timers) {
    const wheel = timers.find(
      (timer) => timer.contender === 'wheel' && timer.pending === pending && timer.operation === operation,
    );
    const ratio = wheel === undefined ? '' : (medianUs / wheel.medianUs).toFixed(1);
    table.push([pending, operation, contender, `${medianUs.toFixed(3)} ± ${madUs.toFixed(3)}`, ratio]);
  }
  console.log(table.toString());
}
