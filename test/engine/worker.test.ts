import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/engine/claim.ts';
import { LeaseLostError, QueueTimeoutError, TaskTimeoutError } from '../../src/engine/errors.ts';
import type { Task } from '../../src/engine/task.ts';
import { type Handler, runClaim } from '../../src/engine/worker.ts';
import { inWorld, type Machine } from './world.ts';

function task({ clock }: Machine, changes: Partial<Task> = {}): Task {
  return {
    id: 't1',
    type: 'email',
    payload: 'null',
    priority: 0,
    status: 'processing',
    createdAtMs: clock.now(),
    queueTimeoutMs: 0,
    processTimeoutMs: 0,
    ...changes,
  };
}

/** A claim that only writes down how it was settled. */
function claimOf(claimed: Task): Claim & { readonly settled: unknown[] } {
  const settled: unknown[] = [];
  return {
    task: claimed,
    settled,
    complete: async () => void settled.push('completed'),
    fail: async (error) => void settled.push(error),
    release: async () => void settled.push('released'),
  };
}

describe('a worker that runs a claim', () => {
  it('completes it when the handler returns', async () => {
    const world = await inWorld(async (machine) => {
      const claim = claimOf(task(machine));
      await runClaim(claim, () => machine.clock.sleep(50), 'worker-1', machine);
      expect(claim.settled).toEqual(['completed']);
    });
    expect(world.history.events).toEqual([
      { kind: 'started', task: 't1', type: 'email', worker: 'worker-1' },
      { kind: 'finished', task: 't1', type: 'email', worker: 'worker-1', outcome: 'success' },
    ]);
    expect(world.timesOf('finished')).toEqual([50]);
  });

  it.each<[string, Handler, unknown]>([
    ['throws later', async () => Promise.reject(new Error('broken')), new Error('broken')],
    [
      'throws at once',
      () => {
        throw new Error('broken');
      },
      new Error('broken'),
    ],
    ['throws undefined', async () => Promise.reject(undefined), undefined],
  ])('fails it with the very error when the handler %s, with a time limit or without', async (_, handler, error) => {
    for (const processTimeoutMs of [0, 100]) {
      const world = await inWorld(async (machine) => {
        const claim = claimOf(task(machine, { processTimeoutMs }));
        await runClaim(claim, handler, 'worker-1', machine);
        expect(claim.settled).toEqual([error]);
        await machine.clock.sleep(1000);
      });
      expect(world.eventsOf('finished').map(({ outcome }) => outcome)).toEqual(['failed']);
    }
  });

  it('gives no signal to a handler whose time is not limited', async () => {
    await inWorld(async (machine) => {
      const signals: unknown[] = [];
      await runClaim(claimOf(task(machine)), async (_, signal) => void signals.push(signal), 'worker-1', machine);
      expect(signals).toEqual([undefined]);
    });
  });

  it.each<[string, (machine: Machine) => Handler]>([
    [
      'passes it on to what it waits for',
      ({ clock }) =>
        (_, signal) =>
          clock.sleep(9_000, signal),
    ],
    [
      'ignores it',
      ({ clock }) =>
        () =>
          clock.sleep(9_000),
    ],
    [
      'returns when it comes, as if all were well',
      () => (_, signal) => new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
    ],
    [
      'throws an error of its own when it comes',
      () => (_, signal) =>
        new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('stopped')))),
    ],
    [
      'ignores it, and throws later',
      ({ clock }) =>
        async () =>
          clock.sleep(9_000).then(() => Promise.reject(new Error())),
    ],
  ])('fails it as timed out at its time limit when the handler hears the signal and %s', async (_, handlerOn) => {
    const world = await inWorld(async (machine) => {
      const claim = claimOf(task(machine, { processTimeoutMs: 100 }));
      let aborted: unknown;
      const handler: Handler = (each, signal) => {
        signal?.addEventListener('abort', () => {
          aborted = signal.reason;
        });
        return handlerOn(machine)(each, signal);
      };
      await runClaim(claim, handler, 'worker-1', machine);
      expect(claim.settled).toEqual([new TaskTimeoutError('t1', 100)]);
      expect(aborted).toBe(claim.settled[0]);
      await machine.clock.sleep(20_000);
    });
    expect(world.eventsOf('finished').map(({ outcome }) => outcome)).toEqual(['timeout']);
    expect(world.timesOf('finished')).toEqual([100]);
  });

  it('leaves no timer behind when the handler ends within its time', async () => {
    const world = await inWorld(async (machine) => {
      await runClaim(claimOf(task(machine, { processTimeoutMs: 60_000 })), async () => {}, 'worker-1', machine);
    });
    expect(world.nowMs).toBeLessThan(1);
  });

  it('does not run a task that waited longer than its queue timeout, and fails the claim', async () => {
    const world = await inWorld(async (machine) => {
      const claim = claimOf(task(machine, { queueTimeoutMs: 500 }));
      await machine.clock.sleep(501);
      await runClaim(claim, async () => expect.unreachable('the handler ran'), 'worker-1', machine);
      expect(claim.settled).toEqual([new QueueTimeoutError('t1', 500)]);
    });
    expect(world.history.events).toEqual([{ kind: 'expired', task: 't1', worker: 'worker-1' }]);
  });

  it('runs a task that waited exactly as long as it may', async () => {
    const world = await inWorld(async (machine) => {
      const waiting = task(machine, { queueTimeoutMs: 500 });
      await machine.clock.sleep(500);
      await runClaim(claimOf(waiting), async () => {}, 'worker-1', machine);
    });
    expect(world.eventsOf('finished').map(({ outcome }) => outcome)).toEqual(['success']);
  });

  it('reports a settlement that Redis refuses, and does not throw', async () => {
    const world = await inWorld(async (machine) => {
      const claim = { ...claimOf(task(machine)), complete: () => Promise.reject(new Error('READONLY')) };
      await runClaim(claim, async () => {}, 'worker-1', machine);
    });
    expect(world.eventsOf('settle-failed')).toEqual([
      { kind: 'settle-failed', task: 't1', worker: 'worker-1', error: 'READONLY' },
    ]);
  });

  it.each<[string, (machine: Machine) => Handler]>([
    [
      'heeds its signal',
      ({ clock }) =>
        (_, signal) =>
          clock.sleep(9_000, signal),
    ],
    [
      'ignores it',
      ({ clock }) =>
        () =>
          clock.sleep(9_000),
    ],
    [
      'succeeds in spite of it',
      () => (_, signal) => new Promise<void>((done) => signal?.addEventListener('abort', () => done())),
    ],
  ])('stops a handler whose right is lost, and gives the task back, when the handler %s', async (_, handlerOn) => {
    const world = await inWorld(async (machine) => {
      const right = new AbortController();
      const claim = { ...claimOf(task(machine, { processTimeoutMs: 5000 })), lost: right.signal };
      const running = runClaim(claim, handlerOn(machine), 'worker-1', machine);
      await machine.clock.sleep(100);
      right.abort(new LeaseLostError('t1'));
      await running;
      expect(claim.settled).toEqual(['released']);
    });
    expect(world.eventsOf('finished').map(({ outcome }) => outcome)).toEqual(['interrupted']);
    expect(world.timesOf('finished')).toEqual([100]);
  });
});
