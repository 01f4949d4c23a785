import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/engine/keys.ts';
import type { RedisClient } from '../../src/engine/ports.ts';
import { type DelayedTaskStore, FETCHES, type Fetch } from '../../src/engine/wakeups/delayed-task-store.ts';
import { MemoryDelayedTaskStore } from '../../src/engine/wakeups/memory-delayed-task-store.ts';
import { RedisDelayedTaskStore } from '../../src/engine/wakeups/redis-delayed-task-store.ts';
import type { SqlClient } from '../../src/engine/wakeups/sql-client.ts';
import { SqlDelayedTaskStore, STATEMENTS } from '../../src/engine/wakeups/sql-delayed-task-store.ts';
import { type PrivateRedis, startPrivateRedis } from '../../src/runtime/private-redis.ts';
import { Database } from '../../src/simsql/database.ts';
import { SqlNode } from '../../src/simsql/node.ts';
import { altered, inWorld } from '../engine/world.ts';
import { describeWithRedis } from './backends.ts';

/** Opens a worker's store. `read` is awaited when the worker has its first answer to a fetch, and knows nothing of it yet. */
type Open = (read?: () => Promise<void>) => DelayedTaskStore;
/** Runs code with stores that share one place for tasks, which is empty, and fetch alike. */
type WithStores = (fetch: Fetch, body: (open: Open) => Promise<void>) => Promise<void>;

const TYPE = 'auto-end';
const NOW = 1_704_067_200_000;
const task = (id: string, dueAtMs = NOW, type = TYPE) => ({ id, type, dueAtMs });

function overRedis(redis: RedisClient, fetch: Fetch): Open {
  return (read = async () => {}) => {
    const held = altered(redis, {
      zrangebyscore: async (...args: Parameters<RedisClient['zrangebyscore']>) => {
        const answer = await redis.zrangebyscore(...args);
        await read();
        return answer;
      },
    });
    return new RedisDelayedTaskStore(held, new Keys('test:'), fetch);
  };
}

async function overSql(sql: SqlClient, fetch: Fetch): Promise<Open> {
  await new SqlDelayedTaskStore(sql).create();
  return (read = async () => {}) => {
    const held: SqlClient = {
      async query(text, params) {
        const answer = await sql.query(text, params);
        if (text === STATEMENTS.read || text === STATEMENTS.claim) await read();
        return answer;
      },
    };
    return new SqlDelayedTaskStore(held, fetch);
  };
}

/** Those who come wait until there are as many as this; whoever comes later does not wait. */
function meeting(size: number): () => Promise<void> {
  let meet = () => {};
  const met = new Promise<void>((resolve) => {
    meet = resolve;
  });
  let came = 0;
  return () => {
    if (++came === size) meet();
    return met;
  };
}

function conform(withStores: WithStores): void {
  test.each(FETCHES)('an empty store has nothing due, and no next time, where a fetch %s', (fetch) =>
    withStores(fetch, async (open) => {
      expect(await open().fetchPending(TYPE, NOW)).toBeUndefined();
      expect(await open().minNextTime(TYPE)).toBeUndefined();
      await open().remove(task('nobody'));
    }),
  );

  test('a task is found from the moment on in which it is due, to the fraction of a ms', () =>
    withStores('reads', async (open) => {
      const store = open();
      await store.add(task('t1', NOW + 0.625));
      expect(await store.fetchPending(TYPE, NOW + 0.5)).toBeUndefined();
      expect(await store.minNextTime(TYPE)).toBe(NOW + 0.625);
      expect(await store.fetchPending(TYPE, NOW + 0.625)).toEqual(task('t1', NOW + 0.625));
    }));

  test('tasks come in the order in which they are due, whatever the order in which they were added; of several due at once by id', () =>
    withStores('claims', async (open) => {
      const store = open();
      for (const [id, inMs] of [
        ['late', 30],
        ['b', 20],
        ['B', 20],
        ['a', 20],
        ['a1', 20],
        ['early', 10],
      ] as const) {
        await store.add(task(id, NOW + inMs));
      }
      const ids: (string | undefined)[] = [];
      const next: (number | undefined)[] = [];
      for (let count = 0; count < 6; count++) {
        next.push(await store.minNextTime(TYPE));
        ids.push((await store.fetchPending(TYPE, NOW + 30))?.id);
      }
      expect(ids).toEqual(['early', 'B', 'a', 'a1', 'b', 'late']);
      expect(next).toEqual([10, 20, 20, 20, 20, 30].map((inMs) => NOW + inMs));
      expect(await store.minNextTime(TYPE)).toBeUndefined();
    }));

  test('types do not see each other’s tasks, though the ids are the same', () =>
    withStores('reads', async (open) => {
      const store = open();
      await store.add(task('t1', NOW + 10));
      await store.add(task('t1', NOW + 20, 'notify'));
      await store.remove(task('t1'));
      expect(await store.minNextTime(TYPE)).toBeUndefined();
      expect(await store.fetchPending('notify', NOW + 20)).toEqual(task('t1', NOW + 20, 'notify'));
    }));

  test('a task that is added twice waits once, and is due when it was last said to be', () =>
    withStores('claims', async (open) => {
      const store = open();
      await store.add(task('t1', NOW));
      await store.add(task('t1', NOW + 50));
      expect(await store.fetchPending(TYPE, NOW)).toBeUndefined();
      expect(await store.fetchPending(TYPE, NOW + 50)).toEqual(task('t1', NOW + 50));
      expect(await store.fetchPending(TYPE, NOW + 50)).toBeUndefined();
      await store.add(task('t1', NOW + 60));
      expect(await store.minNextTime(TYPE)).toBe(NOW + 60);
    }));

  test('a task that was read is found again until it is removed', () =>
    withStores('reads', async (open) => {
      const store = open();
      await store.add(task('t1'));
      for (let count = 0; count < 2; count++) expect(await store.fetchPending(TYPE, NOW)).toEqual(task('t1'));
      expect(await store.minNextTime(TYPE)).toBe(NOW);
      await store.remove(task('t1'));
      expect(await store.fetchPending(TYPE, NOW)).toBeUndefined();
    }));

  test.each(['marks', 'claims'] as const)(
    'where a fetch %s, a task is found once, by one worker after the other',
    (fetch) =>
      withStores(fetch, async (open) => {
        for (const id of ['t1', 't2']) await open().add(task(id));
        expect(await open().fetchPending(TYPE, NOW)).toEqual(task('t1'));
        expect(await open().fetchPending(TYPE, NOW)).toEqual(task('t2'));
        expect(await open().fetchPending(TYPE, NOW)).toBeUndefined();
        expect(await open().minNextTime(TYPE)).toBeUndefined();
        await open().remove(task('t1'));
      }),
  );

  test.each([
    ['reads', ['t1', 't1']],
    ['marks', ['t1', 't1']],
    ['claims', ['t1', 't2']],
  ] as const)('where a fetch %s, two that have read before either goes on get %j', (fetch, expected) =>
    withStores(fetch, async (open) => {
      for (const id of ['t1', 't2']) await open().add(task(id));
      const both = meeting(2);
      const fetched = await Promise.all([1, 2].map(() => open(both).fetchPending(TYPE, NOW)));
      expect(fetched.map((each) => each?.id).sort()).toEqual(expected);
    }),
  );

  test('eight workers that claim at once empty the store, and no task goes to two', () =>
    withStores('claims', async (open) => {
      const ids = Array.from({ length: 25 }, (_, index) => `t${index + 10}`);
      for (const id of ids) await open().add(task(id));
      const got: string[] = [];
      const work = async () => {
        const store = open();
        for (;;) {
          const fetched = await store.fetchPending(TYPE, NOW);
          if (fetched === undefined) return;
          got.push(fetched.id);
          await store.remove(fetched);
        }
      };
      await Promise.all(Array.from({ length: 8 }, work));
      expect(got.sort()).toEqual(ids);
    }));
}

describe('delayed tasks in memory', () => {
  // Its `marks` leaves a gap of its own, in which the other reads: nothing needs to be held up.
  conform(async (fetch, body) => {
    const store = new MemoryDelayedTaskStore(fetch);
    await body(() => store);
  });
});

describe('delayed tasks in a simulated Redis', () => {
  conform(async (fetch, body) => {
    await inWorld(({ redis }) => body(overRedis(redis, fetch)));
  });
});

describe('delayed tasks in a simulated database', () => {
  conform(async (fetch, body) => {
    await inWorld(async ({ host }, { simulation }) => {
      const node = new SqlNode(simulation, simulation.addHost('database'));
      await body(await overSql(node.connect(host), fetch));
    });
  });
});

describeWithRedis('delayed tasks in Redis', () => {
  let server: PrivateRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = (await startPrivateRedis()) as PrivateRedis;
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  conform(async (fetch, body) => {
    await redis.flushall();
    await body(overRedis(redis, fetch));
  });
});

describe('delayed tasks in PostgreSQL (PGlite)', () => {
  let postgres: PGlite;
  beforeAll(async () => {
    // It takes seconds to start, on a busy machine many.
    postgres = await PGlite.create();
  }, 180_000);
  afterAll(() => postgres.close());
  const empty = () => postgres.exec('DROP TABLE IF EXISTS async_task');

  conform(async (fetch, body) => {
    await empty();
    await body(await overSql(postgres, fetch));
  });

  test('answers any row of statements as the simulated database does', async () => {
    const type = fc.constantFrom('a', 'b');
    const id = fc.constantFrom('t1', 't2', 'T3');
    const time = fc.constantFrom(0, 1, 1.5, 2, NOW);
    const statement = fc.oneof(
      fc.tuple(fc.constant(STATEMENTS.add), fc.tuple(type, id, time)),
      fc.tuple(fc.constantFrom(STATEMENTS.read, STATEMENTS.claim), fc.tuple(type, time)),
      fc.tuple(fc.constantFrom(STATEMENTS.mark, STATEMENTS.remove), fc.tuple(type, id)),
      fc.tuple(fc.constant(STATEMENTS.minNextTime), fc.tuple(type)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 5, maxLength: 20 }), async (statements) => {
        await empty();
        const simulated = new Database();
        const created = [STATEMENTS.createTable, STATEMENTS.createIndex, STATEMENTS.createTable] as const;
        for (const [text, params] of [...created.map((text) => [text, []] as const), ...statements]) {
          const { rows } = await postgres.query(text, [...params]);
          expect(simulated.execute(text, params)).toEqual(rows);
        }
      }),
      { numRuns: 40 },
    );
  });

  // It has one session, where two that claim never overlap: that there is a lock is all that can be seen here.
  test('a claim locks the row that it is about to take', async () => {
    await empty();
    await overSql(postgres, 'claims');
    const plan = async (text: string) => JSON.stringify((await postgres.query(`EXPLAIN ${text}`, [TYPE, NOW])).rows);
    expect(await plan(STATEMENTS.claim)).toContain('LockRows');
    expect(await plan(STATEMENTS.read)).not.toContain('LockRows');
  });

  test('refuses, as the simulated database does, what is asked before the table is there', async () => {
    await empty();
    const message = 'relation "async_task" does not exist';
    await expect(postgres.query(STATEMENTS.minNextTime, [TYPE])).rejects.toThrow(message);
    expect(() => new Database().execute(STATEMENTS.minNextTime, [TYPE])).toThrow(message);
  });
});
