import RedisMock from 'ioredis-mock';
import { describe, expect, it } from 'vitest';
import { Keys } from '../../src/engine/keys.ts';
import type { RedisClient } from '../../src/engine/ports.ts';
import { type TaskEvent, TaskEvents } from '../../src/engine/task-events.ts';
import { altered, inWorld, openAnnouncedQueue, World } from './world.ts';

const EVENT: TaskEvent = { kind: 'submitted', task: 't1', type: 'email', priority: 3 };

describe('task events', () => {
  it('every process that listens hears of a submission, whichever process it came from', async () => {
    const world = new World();
    const heard: string[] = [];
    for (const name of ['a', 'b']) {
      world.start(name, async (machine) => {
        const until = new AbortController();
        await new TaskEvents(machine, machine.keys).subscribe(
          (event) => heard.push(`${name} ${event.task}`),
          until.signal,
        );
        await machine.clock.sleep(100);
        until.abort();
      });
    }
    world.start('client', async (machine) => {
      const { manager } = await openAnnouncedQueue(machine, 'single-queue-lock');
      manager.register('email', async () => {});
      await machine.clock.sleep(50);
      await manager.submit('email', null, { id: 't1' });
    });
    await world.run();
    expect(heard.sort()).toEqual(['a t1', 'b t1']);
    expect(world.eventsOf('announced')).toEqual([{ kind: 'announced', task: 't1', listeners: 2 }]);
  });

  it('what is announced before somebody listens is never heard', async () => {
    const heard: TaskEvent[] = [];
    const world = await inWorld(async (machine) => {
      const events = new TaskEvents(machine, machine.keys);
      const until = new AbortController();
      await events.announce({ ...EVENT, task: 'early' });
      await events.subscribe((event) => heard.push(event), until.signal);
      await events.announce(EVENT);
      await machine.clock.sleep(10);
      until.abort();
      await events.announce({ ...EVENT, task: 'late' });
    });
    expect(heard).toEqual([EVENT]);
    expect(world.eventsOf('announced').map(({ listeners }) => listeners)).toEqual([0, 1, 0]);
  });

  it('a submission stands though it cannot be announced', async () => {
    const world = await inWorld(async (machine) => {
      const redis = altered(machine.redis, { publish: () => Promise.reject(new Error('LOADING')) });
      const { manager } = await openAnnouncedQueue({ ...machine, redis }, 'single-queue-lock');
      manager.register('email', async () => {});
      await manager.submit('email', null, { id: 't1' });
    });
    expect(world.eventsOf('submitted')).toHaveLength(1);
    expect(world.eventsOf('announced')).toEqual([{ kind: 'announced', task: 't1', listeners: 0 }]);
  });

  it('ending it while it still subscribes closes the connection and rejects', async () => {
    await inWorld(async (machine) => {
      const until = new AbortController();
      const subscribing = new TaskEvents(machine, machine.keys).subscribe(() => {}, until.signal);
      until.abort();
      await expect(subscribing).rejects.toThrow(/closed/i);
      await expect(new TaskEvents(machine, machine.keys).subscribe(() => {}, until.signal)).rejects.toThrow(/abort/i);
    });
  });

  it('ending it between two attempts to connect rejects, though the client never settles', async () => {
    const world = new World();
    let rejected = false;
    world.redis.isUp = false;
    world.start('app', async (machine) => {
      const until = new AbortController();
      const subscribing = new TaskEvents(machine, machine.keys).subscribe(() => {}, until.signal);
      await machine.clock.sleep(20);
      until.abort();
      rejected = await subscribing.then(
        () => false,
        () => true,
      );
    });
    await world.run();
    expect(rejected).toBe(true);
  });

  it('what others publish on the channel, and is no event, is ignored', async () => {
    const heard: TaskEvent[] = [];
    await inWorld(async (machine) => {
      const until = new AbortController();
      await new TaskEvents(machine, machine.keys).subscribe((event) => heard.push(event), until.signal);
      for (const message of ['{', 'null', '{"kind":1}']) await machine.redis.publish(machine.keys.events, message);
      await machine.clock.sleep(10);
      until.abort();
    });
    expect(heard).toEqual([]);
  });

  it('works on ioredis-mock as it does in the simulation', async () => {
    const redis = new RedisMock() as unknown as RedisClient;
    const events = new TaskEvents({ redis, observe: () => {} }, new Keys('mock:'));
    const until = new AbortController();
    const heard = new Promise<TaskEvent>((resolve) => {
      events.subscribe(resolve, until.signal).then(() => events.announce(EVENT));
    });
    expect(await heard).toEqual(EVENT);
    until.abort();
    redis.disconnect();
  });
});
