import { describe, expect, it } from 'vitest';
import { StaleGenerationError } from '../../src/engine/log-client.ts';
import { ConsumerGroup } from '../../src/simlog/consumer-group.ts';
import { inLab, join, LogLab, values } from './log-lab.ts';

describe('a partitioned log', () => {
  it('keeps the order of a key, in one partition, whatever else is appended', async () => {
    await inLab(async ({ log }) => {
      await log.createTopic('t', 3);
      for (let index = 0; index < 30; index++) await log.append('t', `key-${index % 7}`, `${index}`);
      const records = await (await join(log, 'a')).poll(100, 0);
      expect(records).toHaveLength(30);
      for (let key = 0; key < 7; key++) {
        const own = records.filter((record) => record.key === `key-${key}`);
        expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
        expect(values(own)).toEqual([...values(own)].sort((a, b) => Number(a) - Number(b)));
      }
      expect(new Set(records.map(({ partition }) => partition)).size).toBe(3);
    });
  });

  it('keeps the partitions of a topic that is created again, and refuses a topic that is not there', async () => {
    await inLab(async ({ log }) => {
      await log.createTopic('t', 2);
      await log.append('t', 'k', 'v');
      await log.createTopic('t', 5);
      expect(await log.progress('t', 'g')).toEqual({ appended: 1, committed: 0 });
      expect((await (await join(log, 'a')).poll(1, 0))[0]?.value).toBe('v');
      await expect(log.append('else', 'k', 'v')).rejects.toThrow('UNKNOWN_TOPIC_OR_PARTITION');
    });
  });

  it('looks at the partitions of a member in turn, so that a long one holds up no other', async () => {
    await inLab(async ({ log }) => {
      await log.createTopic('t', 3);
      for (let index = 0; index < 30; index++) await log.append('t', `${index}`, '');
      const consumer = await join(log, 'a');
      const partitions: (number | undefined)[] = [];
      for (let round = 0; round < 6; round++) partitions.push((await consumer.poll(1, 0))[0]?.partition);
      expect(partitions).toEqual([0, 1, 2, 0, 1, 2]);
    });
  });

  it('gives each of two groups every record', async () => {
    await inLab(async ({ log }) => {
      await log.createTopic('t', 1);
      await log.append('t', 'k', 'v');
      for (const group of ['g1', 'g2']) {
        const consumer = await log.join('t', group, 'a', { sessionMs: 1000 });
        expect(values(await consumer.poll(1, 0))).toEqual(['v']);
      }
    });
  });
});

describe('a poll', () => {
  it('is answered as soon as a record is appended, and is empty once its time is over', async () => {
    await inLab(async ({ log, clock }, lab) => {
      await log.createTopic('t', 1);
      const consumer = await join(log, 'a');
      const waiting = consumer.poll(1, 5000);
      await clock.sleep(700);
      await log.append('t', 'k', 'v');
      const [record] = await waiting;
      expect(record?.value).toBe('v');
      expect(lab.nowMs).toBeLessThan(702);
      const fromMs = lab.nowMs;
      expect(await consumer.poll(1, 5000)).toEqual([]);
      expect(lab.nowMs - fromMs).toBeGreaterThanOrEqual(4999);
      expect(lab.nowMs - fromMs).toBeLessThan(5002);
    });
  });

  it('that waits for longer than a session keeps its member in the group', async () => {
    const lab = await inLab(async ({ log }) => {
      await log.createTopic('t', 1);
      const consumer = await join(log, 'a', 1000);
      await consumer.poll(1, 60_000);
      expect(consumer.assignment).toEqual({ generation: 1, partitions: [0] });
    });
    expect(lab.nowMs).toBeGreaterThan(60_000);
  });

  it('ends empty when its member is closed', async () => {
    await inLab(async ({ log, clock }, lab) => {
      await log.createTopic('t', 1);
      const consumer = await join(log, 'a');
      const waiting = consumer.poll(1, 5000);
      await clock.sleep(100);
      await consumer.close();
      await consumer.close();
      expect(await waiting).toEqual([]);
      expect(lab.nowMs).toBeLessThan(102);
      await expect(consumer.commit({ partition: 0, offset: 0 })).rejects.toThrow(StaleGenerationError);
    });
  });
});

describe('a consumer group', () => {
  it('deals every partition to one member; with more members than partitions the rest get nothing', async () => {
    await inLab(async ({ log }) => {
      await log.createTopic('t', 3);
      const members = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => join(log, name)));
      await Promise.all(members.map((member) => member.poll(1, 10)));
      expect(members.map(({ assignment }) => assignment?.partitions)).toEqual([[0], [1], [2], [], []]);
    });
  });

  it('goes on from the last commit when a member leaves: what it polled and did not commit comes again', async () => {
    await inLab(async ({ log }) => {
      await log.createTopic('t', 1);
      for (const value of ['1', '2', '3']) await log.append('t', 'k', value);
      const first = await join(log, 'a');
      const [one] = await first.poll(1, 0);
      await first.commit(one as { partition: number; offset: number });
      expect(values(await first.poll(1, 0))).toEqual(['2']);
      await first.close();
      expect(values(await (await join(log, 'b')).poll(10, 0))).toEqual(['2', '3']);
      expect(await log.progress('t', 'g')).toEqual({ appended: 3, committed: 1 });
    });
  });

  it('waits with a newcomer’s share until the member at work polls again, and takes its commit meanwhile', async () => {
    await inLab(async ({ log, clock }) => {
      await log.createTopic('t', 2);
      for (let index = 0; index < 10; index++) await log.append('t', `${index}`, `${index}`);
      const first = await join(log, 'a');
      const [record] = await first.poll(1, 0);
      const second = await join(log, 'b');
      // Everything stands still while `a` works.
      expect(await second.poll(1, 20_000)).toEqual([]);
      expect(second.assignment).toBeUndefined();
      await first.commit(record as { partition: number; offset: number });
      const [a, b] = [first.poll(1, 1000), second.poll(1, 1000)];
      expect((await a)[0]).toMatchObject({ partition: 0, offset: record?.partition === 0 ? 1 : 0 });
      expect((await b)[0]?.partition).toBe(1);
      expect(first.assignment?.generation).toBe(second.assignment?.generation);
      await clock.sleep(1);
    });
  });

  it('puts out a member that works for longer than its session; its commit is refused, its record comes again', async () => {
    await inLab(async ({ log, clock }) => {
      await log.createTopic('t', 1);
      await log.append('t', 'k', '1');
      const slow = await join(log, 'slow', 1000);
      const [record] = await slow.poll(1, 0);
      const other = await join(log, 'other', 1000);
      const waiting = other.poll(1, 5000);
      await clock.sleep(990);
      await clock.sleep(20);
      expect(values(await waiting)).toEqual(['1']);
      await expect(slow.commit(record as { partition: number; offset: number })).rejects.toMatchObject({
        code: 'STALE_GENERATION',
      });
      expect(await log.progress('t', 'g')).toEqual({ appended: 1, committed: 0 });
    });
  });

  it('refuses a commit of what was polled before a rebalance', async () => {
    await inLab(async ({ log }) => {
      await log.createTopic('t', 2);
      for (let index = 0; index < 10; index++) await log.append('t', `${index}`, `${index}`);
      const first = await join(log, 'a');
      expect(new Set((await first.poll(10, 0)).map(({ partition }) => partition))).toEqual(new Set([0, 1]));
      const second = await join(log, 'b');
      const [[again]] = await Promise.all([first.poll(1, 100), second.poll(1, 100)]);
      expect(again).toMatchObject({ partition: 0, offset: 0 });
      await expect(first.commit({ partition: 1, offset: 4 })).rejects.toThrow(StaleGenerationError);
      await expect(first.commit({ partition: 0, offset: 3 })).rejects.toThrow(StaleGenerationError);
      await first.commit({ partition: 0, offset: 0 });
      expect((await log.progress('t', 'g')).committed).toBe(1);
    });
  });

  it('lets a member that was put out join again with its next poll', async () => {
    await inLab(async ({ log, clock }) => {
      await log.createTopic('t', 1);
      const consumer = await join(log, 'a', 1000);
      await consumer.poll(1, 0);
      await clock.sleep(2000);
      await log.append('t', 'k', '1');
      expect(values(await consumer.poll(1, 100))).toEqual(['1']);
    });
  });

  it('puts out a member whose host has died once its session ends, not before, and its requests vanish', async () => {
    const lab = new LogLab();
    let atMs = 0;
    const doomed = lab.start('doomed', async ({ log }) => {
      await log.createTopic('t', 1);
      await log.append('t', 'k', '1');
      const consumer = await join(log, 'a', 10_000);
      const [record] = await consumer.poll(1, 0);
      await consumer.commit(record as { partition: number; offset: number });
      await consumer.poll(1, 60_000);
    });
    lab.start('survivor', async ({ log, clock }) => {
      await clock.sleep(500);
      lab.crash(doomed);
      await log.append('t', 'k', '2');
      const consumer = await join(log, 'b', 10_000);
      expect(values(await consumer.poll(1, 60_000))).toEqual(['2']);
      atMs = lab.nowMs;
      await consumer.close();
    });
    await lab.run();
    // The dead one was last heard of when it polled, just after the start.
    expect(atMs).toBeGreaterThan(10_000);
    expect(atMs).toBeLessThan(10_010);
  });
});

describe('the simulated broker', () => {
  it('refuses a commit that names a generation of before, whoever sends it', () => {
    const group = new ConsumerGroup({ partitions: 1, at: () => undefined }, () => () => {});
    const id = group.join('a', 1000);
    group.poll(id, 1, 0, () => {});
    group.leave(group.join('b', 1000));
    group.poll(id, 1, 0, () => {});
    expect([1, 2].map((generation) => group.commit(id, generation, 0, 0))).toEqual([false, true]);
    expect(group.commit('nobody', 2, 0, 0)).toBe(false);
  });

  it('answers after the way there, its service time and the way back', async () => {
    await inLab(async ({ log }, lab) => {
      await log.createTopic('t', 1);
      expect(lab.simulation.nowUs).toBe(100 + 10 + 100);
    });
  });

  it('gives the same history again from the same seed', async () => {
    const digest = async () => {
      const lab = await inLab(async ({ log }) => {
        await log.createTopic('t', 3);
        const members = await Promise.all(['a', 'b', 'c'].map((name) => join(log, name)));
        for (let index = 0; index < 10; index++) await log.append('t', `${index}`, '');
        await Promise.all(members.map((member) => member.poll(3, 10)));
      });
      return lab.simulation.hash.digest();
    };
    expect(await digest()).toBe(await digest());
  });
});
