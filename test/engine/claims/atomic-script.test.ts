import { describe, expect, it } from 'vitest';
import type { Claim, Parameters } from '../../../src/engine/claim.ts';
import { inWorld, openQueue, poolOf, World, workerOf } from '../world.ts';

/** The script as it stands in the document, comments aside. */
const DOCUMENTED = `
local function atomic_pop_with_concurrency()
    local pending_key = KEYS[1]
    local semaphore_key = KEYS[2]
    local max_concurrency = ARGV[1]
    local worker_id = ARGV[2]
    local current_count = redis.call('ZCARD', semaphore_key)
    if current_count >= max_concurrency then
        return nil
    end
    local task_result = redis.call('ZPOPMIN', pending_key, 1)
    if #task_result == 0 then
        return nil
    end
    local token = worker_id .. ':' .. redis.call('TIME')[1]
    redis.call('ZADD', semaphore_key, redis.call('TIME')[1], token)
    return {task_result[1], token}
end
`;

/** One process polls with so many workers until all of its tasks are done; each takes 100 ms. */
async function polled(workers: number, tasks: number, limit: number, changes: Parameters): Promise<World> {
  return inWorld(async (machine) => {
    const queue = await openQueue(machine, 'atomic-script', changes);
    queue.manager.register('email', () => machine.clock.sleep(100), { limit });
    for (let index = 1; index <= tasks; index++) await queue.manager.submit('email', null, { id: `email-${index}` });
    const ids = Array.from({ length: workers }, (_, index) => `worker-${index + 1}`);
    const pool = poolOf(queue, 'polling', ids, { intervalMs: 150 });
    pool.start();
    await machine.clock.sleep(1000);
    await pool.stop();
    expect(await queue.manager.stats()).toMatchObject({ success: tasks });
  });
}

describe("the document's script", () => {
  it('answers nil for ever as it stands: its function is never called', async () => {
    await inWorld(async ({ redis }) => {
      await redis.zadd('queue', 1, 'email-1');
      expect(await redis.eval(DOCUMENTED, 2, 'queue', 'semaphore', 2, 'worker-1')).toBeNull();
      expect(await redis.zcard('queue')).toBe(1);
    });
  });

  it('raises an error once its function is called: a number is compared with a string', async () => {
    await inWorld(async ({ redis }) => {
      const called = `${DOCUMENTED}return atomic_pop_with_concurrency()`;
      await expect(redis.eval(called, 2, 'queue', 'semaphore', 2, 'worker-1')).rejects.toThrow(
        'attempt to compare string with number',
      );
    });
  });
});

describe('atomic-script', () => {
  it('limitArgument string: every claim of a limited type fails, and the task stays in its queue', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'atomic-script', { limitArgument: 'string' });
      queue.manager.register('email', async () => {}, { limit: 2 });
      await queue.manager.submit('email', null);
      const pool = poolOf(queue, 'polling', ['worker-1']);
      pool.start();
      await machine.clock.sleep(10_000);
      await pool.stop();
      expect((await queue.manager.stats()).pending).toBe(1);
    });
    const failures = world.eventsOf('poll-failed');
    expect(failures.length).toBeGreaterThan(3);
    expect(new Set(failures.map(({ error }) => /attempt to compare string with number/.test(error)))).toEqual(
      new Set([true]),
    );
  });

  it('the token is named after the worker and the second of the Redis server', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'atomic-script');
      queue.manager.register('email', async () => {}, { limit: 1 });
      await queue.manager.submit('email', null);
      const claim = await queue.strategy.claim(workerOf(machine, 'worker-1', { types: ['email'] }));
      const [second] = await machine.redis.time();
      const token = `worker-1:${second}`;
      expect(await machine.redis.zrange(machine.keys.semaphore('email'), 0, -1, 'WITHSCORES')).toEqual([
        token,
        `${second}`,
      ]);
      await claim?.complete();
    });
    const [taken] = world.eventsOf('token-acquired');
    expect(world.eventsOf('token-released')).toEqual([{ ...taken, kind: 'token-released', held: true }]);
  });

  it('three workers of a process that share its name break a limit of two within one second', async () => {
    const world = await polled(3, 3, 2, { tokenOwner: 'process' });
    expect(world.violations('concurrency-limit')).toEqual([
      expect.stringMatching(/^up to 3 tasks of email ran at once .* the limit is 2$/),
    ]);
    // One name for three holders: the first of them frees it for all.
    expect(new Set(world.eventsOf('token-acquired').map(({ token }) => token)).size).toBe(1);
    expect(world.eventsOf('token-released').map(({ held }) => held)).toEqual([true, false, false]);
  });

  it.each([
    ['two workers and two tasks are no more than the limit', 2, 2, 2, { tokenOwner: 'process' }],
    ['a limit of one sees the shared token', 3, 3, 1, { tokenOwner: 'process' }],
    ['each worker has a name of its own', 3, 3, 2, {}],
    ['each token has a name of its own', 3, 3, 2, { tokenOwner: 'process', tokenName: 'unique' }],
  ] as const)('the limit holds where %s', async (_, workers, tasks, limit, changes) => {
    const world = await polled(workers, tasks, limit, changes);
    expect(world.violations('concurrency-limit')).toEqual([]);
  });

  it('workers of three processes that are numbered alike share tokens too, and break a limit of two', async () => {
    const world = new World();
    const claims: (Claim | undefined)[] = [];
    for (const process of ['app-1', 'app-2', 'app-3']) {
      world.start(process, async (machine) => {
        const queue = await openQueue(machine, 'atomic-script');
        queue.manager.register('email', async () => {}, { limit: 2 });
        await queue.manager.submit('email', null);
        await machine.clock.sleep(100);
        claims.push(await queue.strategy.claim(workerOf(machine, 'worker-1', { types: ['email'] })));
      });
    }
    await world.run();
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(3);
  });

  it('a worker that dies with a token keeps it for ever, and its type stands still', async () => {
    const world = new World();
    world.start('app', async (machine) => {
      const queue = await openQueue(machine, 'atomic-script');
      queue.manager.register('email', async () => {}, { limit: 1 });
      await queue.manager.submit('email', null);
      await queue.manager.submit('email', null);
      await queue.strategy.claim(workerOf(machine, 'worker-1', { types: ['email'] }));
      world.simulation.crash(machine.host);
      await machine.clock.sleep(1);
    });
    world.start('other', async (machine) => {
      const queue = await openQueue(machine, 'atomic-script');
      queue.manager.register('email', async () => {}, { limit: 1 });
      await machine.clock.sleep(24 * 3600 * 1000);
      expect(await queue.strategy.claim(workerOf(machine, 'worker-2', { types: ['email'] }))).toBeUndefined();
      expect(await queue.manager.stats()).toMatchObject({ pending: 1, processing: 1 });
    });
    await world.run();
    expect(world.violations('no-token-leak')).toHaveLength(1);
  });
});
