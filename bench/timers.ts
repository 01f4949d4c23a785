/**
 * Delays by the engine's wheel and heaps, by Node's timers and by npm's `timer-wheel` (1.0.0; of those that the registry's list names
 * for a timing wheel the only one in use; its ticks are 1024 ms, it is advanced by hand, and it
 * loses timers where that is not at the end of a tick): what adding, taking back and
 * firing cost while so many are pending. Prints µs for one, medians and median absolute deviations, as JSON.
 */

import { type TimerHandle as NpmHandle, TimerWheel as NpmTimerWheel } from 'timer-wheel';
import { Bench } from 'tinybench';
import { HeapDelayManager, TimingWheel } from '../src/engine/runners/delay-manager.ts';
import { TimerHeap } from '../src/engine/runners/timer-heap.ts';
import type { TimerHandle, TimerQueue } from '../src/engine/runners/timer-table.ts';
import { TimerWheel } from '../src/engine/runners/timer-wheel.ts';
import { systemClock } from '../src/runtime/system-clock.ts';
import { RandomStream } from '../src/simulation/random-stream.ts';

/** What was measured of one contender with so many pending. */
export interface TimerRow {
  readonly contender: string;
  readonly pending: number;
  readonly operation: string;
  readonly medianUs: number;
  readonly madUs: number;
}

interface Contender {
  /** @returns what its `cancel` takes */
  add(delayMs: number): unknown;
  cancel(handle: unknown): void;
  close(handles: readonly unknown[]): void;
}

/** Its time stands still, or what is added again would no longer be the earliest. Timers are the system's. */
const startMs = systemClock.now();
const ports = { clock: { ...systemClock, now: () => startMs }, observe: () => {} };
const nothing = () => {};
/** 10 ms, as in the catalogue. */
const TICK_MS = 10;

function managed(delays: HeapDelayManager | TimingWheel): Contender {
  return {
    add: (delayMs) => delays.add(delayMs, nothing),
    cancel: (handle) => void delays.cancel(handle as TimerHandle),
    close: () => delays.stop(),
  };
}

/** Without a timer and a clock: the order alone. */
function bare(queue: TimerQueue): Contender {
  return {
    add: (delayMs) => queue.add(delayMs, nothing),
    cancel: (handle) => void queue.cancel(handle as TimerHandle),
    close: () => queue.clear(),
  };
}

function npmWheel(): Contender {
  const wheel = new NpmTimerWheel<() => void>();
  return {
    add: (delayMs) => wheel.schedule(nothing, delayMs),
    cancel: (handle) => (handle as NpmHandle).remove(),
    close: nothing,
  };
}

const nodeTimers: () => Contender = () => ({
  add: (delayMs) => setTimeout(nothing, delayMs),
  cancel: (timeout) => clearTimeout(timeout as NodeJS.Timeout),
  close: (handles) => {
    for (const timeout of handles) clearTimeout(timeout as NodeJS.Timeout);
  },
});

const CONTENDERS: readonly (readonly [name: string, create: () => Contender, pendingMax?: number])[] = [
  ['wheel', () => managed(new TimingWheel(ports, 'wheel', TICK_MS))],
  ['heap, reset if earlier', () => managed(new HeapDelayManager(ports, 'heap', 'earlier'))],
  ['heap, reset if new first', () => managed(new HeapDelayManager(ports, 'heap', 'new-first'))],
  // A million resets take minutes, and gigabytes.
  ['heap, reset at every change', () => managed(new HeapDelayManager(ports, 'heap', 'every-change')), 1000],
  ['bare wheel', () => bare(new TimerWheel(0, TICK_MS))],
  ['bare heap', () => bare(new TimerHeap())],
  ['Node', nodeTimers],
  ['npm timer-wheel', npmWheel],
];

/** From a minute to an hour: none is due while this runs. */
function delaysMs(count: number): number[] {
  const random = new RandomStream(1, 'delays');
  return Array.from({ length: count }, () => 60_000 + random.integer(3_540_000));
}

/** Said, or tinybench would call each once to see, without what comes before and after. */
const SYNC = { async: false } as const;

const smoke = process.argv.includes('--smoke');
const BATCH = smoke ? 10 : 1000;
const REPEATS = smoke ? 1 : 15;
const rows: TimerRow[] = [];

async function addAndCancel(name: string, create: () => Contender, pending: number): Promise<void> {
  const contender = create();
  const delays = delaysMs(pending);
  const handles = delays.map((delayMs) => contender.add(delayMs));
  const more = delaysMs(BATCH);
  const added: unknown[] = Array.from({ length: BATCH });
  const earliest = [...delays.keys()]
    .sort((a, b) => (delays[a] as number) - (delays[b] as number))
    .slice(0, Math.min(BATCH, pending));
  const random = new RandomStream(2, 'victims');
  let victims: number[] = [];
  const again = (all: readonly number[]) => {
    for (const nth of all) handles[nth] = contender.add(delays[nth] as number);
  };
  const cancel = (all: readonly number[]) => {
    for (const nth of all) contender.cancel(handles[nth]);
  };
  const bench = new Bench({ iterations: REPEATS, time: 0, warmup: !smoke, warmupIterations: 5, warmupTime: 0 });
  bench
    .add(
      'add',
      () => {
        for (let nth = 0; nth < BATCH; nth++) added[nth] = contender.add(more[nth] as number);
      },
      {
        ...SYNC,
        afterEach: () => {
          for (const handle of added) contender.cancel(handle);
        },
      },
    )
    .add('cancel any', () => cancel(victims), {
      ...SYNC,
      beforeEach: () => {
        victims = [...new Set(Array.from({ length: earliest.length }, () => random.integer(pending)))];
      },
      afterEach: () => again(victims),
    })
    .add('cancel the earliest', () => cancel(earliest), { ...SYNC, afterEach: () => again(earliest) });
  await bench.run();
  note(bench, name, pending, (operation) =>
    operation === 'cancel any' ? victims.length : operation === 'add' ? BATCH : earliest.length,
  );
  contender.close(handles);
}

/** All that are pending, in ticks over ten seconds; of Node, whose clock nobody drives, all at once. */
async function fire(pending: number): Promise<void> {
  const FROM_MS = 2000;
  const SPAN_MS = 10_000;
  /** The npm wheel counts delays from when each is added, and a million take a while. */
  const SLACK_MS = 20_000;
  const random = new RandomStream(3, 'dues');
  const dues = Array.from({ length: pending }, () => FROM_MS + random.integer(SPAN_MS));
  const driven = (queue: TimerQueue) => ({
    fill: (count: () => void) => dues.forEach((dueMs) => void queue.add(dueMs, count)),
    advance: (ms: number) => queue.advance(ms),
  });
  const drive = async (name: string, create: () => ReturnType<typeof driven>) => {
    let fired = 0;
    let one = create();
    const bench = new Bench({ iterations: smoke ? 1 : 5, time: 0, warmup: !smoke, warmupIterations: 1, warmupTime: 0 });
    bench.add(
      'fire',
      () => {
        for (let ms = 0; ms <= FROM_MS + SPAN_MS + SLACK_MS; ms += TICK_MS) one.advance(ms);
      },
      {
        ...SYNC,
        beforeEach: () => {
          fired = 0;
          one = create();
          one.fill(() => fired++);
        },
        afterEach: () => {
          if (fired !== pending) throw new Error(`${name}: ${fired} of ${pending} fired`);
        },
      },
    );
    await bench.run();
    note(bench, name, pending, () => pending);
  };
  await drive('wheel', () => driven(new TimerWheel(0, TICK_MS)));
  await drive('heap', () => driven(new TimerHeap()));
  await drive('npm timer-wheel', () => {
    const wheel = new NpmTimerWheel<() => void>();
    let ended = 0;
    return {
      fill: (count) => {
        for (const dueMs of dues) wheel.schedule(count, dueMs);
      },
      // Of a tick that has not ended it loses all but one of those that are not due yet: only to the ends of its ticks.
      advance: (ms) => {
        const ticks = Math.floor(ms / 1024);
        if (ticks === ended) return;
        ended = ticks;
        for (const fire of wheel.advance(1024 * ticks - 1)) fire();
      },
    };
  });
  const times: number[] = [];
  for (let run = 0; run < (smoke ? 1 : 5); run++) times.push(((await fireNode(pending)) * 1000) / pending);
  const medianUs = median(times);
  const madUs = median(times.map((us) => Math.abs(us - medianUs)));
  rows.push({ contender: 'Node', pending, operation: 'fire', medianUs, madUs });
}

/** @returns for how many ms Node was at it, from when all were due */
function fireNode(pending: number): Promise<number> {
  return new Promise((resolve) => {
    let left = pending;
    let beginMs = 0;
    const fired = () => {
      left--;
      if (left === 0) resolve(performance.now() - beginMs);
    };
    for (let nth = 0; nth < pending; nth++) setTimeout(fired, 1);
    for (const dueMs = Date.now() + 3; Date.now() < dueMs; );
    beginMs = performance.now();
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

function note(bench: Bench, contender: string, pending: number, operations: (name: string) => number): void {
  for (const { name, result } of bench.tasks) {
    if (!('latency' in result))
      throw new Error(`${contender}, ${name}: did not run: ${'error' in result ? result.error : result.state}`);
    const each = 1000 / operations(name);
    const { p50, mad } = result.latency;
    rows.push({ contender, pending, operation: name, medianUs: p50 * each, madUs: mad * each });
  }
}

for (const pending of smoke ? [100] : [1000, 100_000, 1_000_000]) {
  for (const [name, create, pendingMax = pending] of CONTENDERS) {
    if (pending <= pendingMax) await addAndCancel(name, create, pending);
  }
  await fire(pending);
}
console.log(JSON.stringify(rows));
