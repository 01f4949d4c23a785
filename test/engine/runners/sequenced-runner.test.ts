import { describe, expect, test } from 'vitest';
import { MemoryJobStore } from '../../../src/engine/runners/job-store.ts';
import { FifoTaskQueue } from '../../../src/engine/runners/priority-task-queue.ts';
import { type RunLoop, SequencedRunner } from '../../../src/engine/runners/sequenced-runner.ts';
import { goroutines } from '../../../src/engine/runners/thread-pool.ts';
import type { History, HistoryEvent } from '../../../src/history/history.ts';
import { sequenced } from '../../../src/history/invariants/sequenced.ts';
import { exploreDelays, Interleaver } from '../../../src/simulation/interleaver.ts';
import { simulatedMemory } from '../../../src/simulation/shared-memory.ts';
import { Simulation } from '../../../src/simulation/simulation.ts';
import { inProcess, names, type Process, task } from './process.ts';

const PRODUCERS = 2;
const TASKS = 3;

/** Two producers of three tasks each, under all schedules of up to so many delays. */
async function explore(loop: RunLoop, delays: number) {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.addHost('host');
  const clock = simulation.clock(host);
  const interleaver = new Interleaver(() => clock.sleep(0));
  const found = { explored: 0, stuck: 0, outOfSequence: 0 };
  simulation.start(host, async () => {
    found.explored = await exploreDelays(delays, async (schedule) => {
      interleaver.begin(schedule);
      const memory = simulatedMemory(interleaver.point);
      const events: HistoryEvent[] = [];
      const context = {
        name: 'runner',
        process: 'app-1',
        clock,
        random: simulation.random('app-1'),
        memory,
        store: new MemoryJobStore(),
        restore: (id: string) => task(id),
        observe: (event: HistoryEvent) => void events.push(event),
      };
      const runner = new SequencedRunner(context, { loop, queue: new FifoTaskQueue(), pool: goroutines(memory) });
      for (let producer = 1; producer <= PRODUCERS; producer++) {
        memory.spawn(async () => {
          for (let nth = 1; nth <= TASKS; nth++) await runner.post(task(`p${producer}.${nth}`));
        });
      }
      await clock.sleep(1);
      const history: History = { events, timesUs: events.map((_, index) => index) };
      if (events.filter(({ kind }) => kind === 'finished').length < PRODUCERS * TASKS) found.stuck++;
      if (sequenced.check(history).length > 0) found.outOfSequence++;
      return interleaver.choices;
    });
  });
  await simulation.run();
  return found;
}

describe('the sequenced runner, 2 producers × 3 tasks, all schedules of up to three delays', () => {
  test('without the double check some schedules lose a wake-up', async () => {
    const { explored, stuck, outOfSequence } = await explore('without-double-check', 3);
    expect(explored).toBeGreaterThan(1000);
    expect(stuck).toBeGreaterThan(0);
    expect(outOfSequence).toBe(0);
  });

  test.each<RunLoop>(['double-check', 'sound'])(
    'with the loop %s none does, and none runs two at once',
    async (loop) => {
      const { explored, stuck, outOfSequence } = await explore(loop, 3);
      expect(explored).toBeGreaterThan(1000);
      expect({ stuck, outOfSequence }).toEqual({ stuck: 0, outOfSequence: 0 });
    },
  );

  test('the refactored loop is stuck in every schedule', async () => {
    const { explored, stuck } = await explore('refactored', 1);
    expect(stuck).toBe(explored);
  });
});

const runnerOf = (process: Process, loop: RunLoop) =>
  new SequencedRunner(process, { loop, queue: new FifoTaskQueue(), pool: goroutines(process.memory) });

describe('a sequenced runner', () => {
  test('goes on after a task that throws', async () => {
    await inProcess(async (process) => {
      const runner = runnerOf(process, 'sound');
      await runner.post(task('fails', () => Promise.reject(new Error('no'))));
      await runner.post(task('next'));
      await process.sleep(1);
      expect(process.of('finished').map(({ outcome }) => outcome)).toEqual(['failed', 'success']);
    });
  });

  test('refactored as the document has it, runs its first task and no other', async () => {
    await inProcess(async (process) => {
      const runner = runnerOf(process, 'refactored');
      for (const id of ['a', 'b', 'c']) {
        await runner.post(task(id));
        await process.sleep(1);
      }
      expect(names(process.of('finished'))).toEqual(['a']);
    });
  });
});
