import { describe, expect, test } from 'vitest';
import { jobManager } from '../../../src/engine/runners/job-manager.ts';
import { type JobStore, MemoryJobStore } from '../../../src/engine/runners/job-store.ts';
import { inProcess, names, type Process, task } from './process.ts';

type Parameters = typeof jobManager.defaults;
const SOUND = { duplicateCheck: 'sound', statusUpdate: 'sound', cancellation: 'sound' } as const;

async function managerOf(process: Process, changes: Partial<Parameters>) {
  const manager = jobManager.create(process, { ...jobManager.defaults, ...changes });
  await manager.start();
  return manager;
}

/** A store some of whose status updates fail. */
function failing(store: JobStore, fails: (call: number) => boolean): JobStore {
  let calls = 0;
  return {
    get: (id) => store.get(id),
    save: (job) => store.save(job),
    insert: (job) => store.insert(job),
    takeOver: (id, from, to) => store.takeOver(id, from, to),
    list: (statuses) => store.list(statuses),
    updateStatus: (id, status) =>
      fails(++calls) ? Promise.reject(new Error('the store does not answer')) : store.updateStatus(id, status),
  };
}

describe('a job manager', () => {
  test('of every kind runs a job, and writes down that it has', async () => {
    for (const changes of [{}, { duplicateCheck: 'store' }, { statusUpdate: 'retried' }, SOUND] as const) {
      const store = new MemoryJobStore();
      await inProcess(
        async (process) => {
          const manager = await managerOf(process, changes);
          await manager.post(task('job', () => process.sleep(10)));
          await process.sleep(100);
          expect(names(process.of('finished'))).toEqual(['job']);
          expect(await store.get('job')).toMatchObject({ status: 'success' });
          manager.stop();
        },
        { store },
      );
    }
  });

  test('refuses a job that it has under way; the sound one says yes, and runs it once', async () => {
    for (const duplicateCheck of ['memory', 'store', 'sound'] as const) {
      await inProcess(async (process) => {
        const manager = await managerOf(process, { duplicateCheck });
        await manager.post(task('job', () => process.sleep(50)));
        await process.sleep(10);
        const again = manager.post(task('job', () => process.sleep(50)));
        if (duplicateCheck === 'sound') await again;
        else await expect(again).rejects.toThrow('already active');
        await process.sleep(500);
        expect(process.of('started')).toHaveLength(1);
        manager.stop();
      });
    }
  });

  test('sound, takes over what an earlier life has left, running jobs included, once, under many schedules', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const store = new MemoryJobStore();
      await store.insert({ id: 'pending', type: 'task', status: 'pending', owner: 'dead' });
      await store.insert({ id: 'running', type: 'task', status: 'processing', owner: 'dead' });
      await store.insert({ id: 'done', type: 'task', status: 'success', owner: 'dead' });
      await inProcess(
        async (process) => {
          const manager = await managerOf(process, SOUND);
          for (const id of ['running', 'done', 'pending', 'new']) await manager.post(task(id));
          await process.sleep(500);
          expect(names(process.of('started')).sort()).toEqual(['new', 'pending', 'running']);
          manager.stop();
        },
        { seed, store },
      );
    }
  });

  test('swallows a failed status update, retries it, or writes it in the end', async () => {
    const statusAfter = async (statusUpdate: Parameters['statusUpdate'], failures: number) => {
      const saved = new MemoryJobStore();
      let reported = 0;
      await inProcess(
        async (process) => {
          const manager = await managerOf(process, { statusUpdate });
          await manager.post(task('job'));
          await process.sleep(60_000);
          reported = process.of('settle-failed').length;
          manager.stop();
        },
        { store: failing(saved, (call) => call <= failures) },
      );
      return { status: (await saved.get('job'))?.status, reported };
    };
    expect(await statusAfter('swallowed', 2)).toEqual({ status: 'pending', reported: 0 });
    expect(await statusAfter('retried', 2)).toEqual({ status: 'success', reported: 0 });
    expect(await statusAfter('retried', 8)).toEqual({ status: 'pending', reported: 2 });
    expect(await statusAfter('sound', 8)).toEqual({ status: 'success', reported: 0 });
  });

  test('lets a cancellation reach the job by the caller’s context, or by its name, or not at all', async () => {
    for (const cancellation of ['background', 'caller', 'sound'] as const) {
      await inProcess(async (process) => {
        const manager = await managerOf(process, { cancellation });
        const context = new AbortController();
        const run = (signal: AbortSignal | undefined) => process.clock.sleep(1000, signal);
        await manager.post(task('job', run, { context: context.signal }));
        await process.sleep(100);
        if (cancellation === 'sound') manager.cancel?.('job');
        else context.abort(new Error('not wanted any more'));
        await process.sleep(2000);
        const [end] = process.of('status').slice(-1);
        expect(end?.to).toBe(cancellation === 'background' ? 'success' : 'canceled');
        manager.stop();
      });
    }
  });
});
