import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { StaleGenerationError } from '../../src/engine/log-client.ts';
import type { KafkaLike } from '../../src/runtime/kafka-like.ts';
import { KafkaLog } from '../../src/runtime/kafka-log.ts';
import { protocolError, RecordedKafka } from './recorded-kafka.ts';

/** Longer than any test: a poll that is to be answered. */
const LONG_MS = 60_000;

async function member(kafka = new RecordedKafka()) {
  const consumer = await new KafkaLog(kafka).join('t', 'g', 'worker-1', { sessionMs: 6000 });
  return { kafka, consumer };
}

/** Whether a promise has settled by the time that everything else has been done. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('KafkaLog', () => {
  it('plays the recorded life of a member: join, batch, commit, rebalance, stale commit', async () => {
    const { kafka, consumer } = await member();
    expect(consumer.assignment).toEqual({ generation: 1, partitions: [0, 1] });
    const batch = kafka.batch(0, 10, ['a', 'b', 'c']);
    const [a] = await consumer.poll(1, LONG_MS);
    expect(a).toEqual({ partition: 0, offset: 10, key: 'k', value: 'a' });
    await consumer.commit({ partition: 0, offset: 10 });
    const [b] = await consumer.poll(1, LONG_MS);
    expect(b?.value).toBe('b');

    // Another member joins while `b` is worked on: the next poll's heartbeat is refused, and kafkajs joins again.
    kafka.refusal = protocolError('REBALANCE_IN_PROGRESS');
    const poll = consumer.poll(1, LONG_MS);
    await expect(batch).rejects.toThrow('REBALANCE_IN_PROGRESS');
    kafka.rebalancing();
    expect(consumer.assignment).toBeUndefined();
    kafka.refusal = undefined;
    kafka.joined([1]);
    expect(consumer.assignment).toEqual({ generation: 2, partitions: [1] });
    void kafka.batch(1, 4, ['x']);
    expect((await poll)[0]?.value).toBe('x');

    await expect(consumer.commit({ partition: 0, offset: 11 })).rejects.toThrow(StaleGenerationError);
    await consumer.commit({ partition: 1, offset: 4 });
    expect(kafka.calls).toEqual([
      'consumer connects',
      'subscribe t from the beginning',
      'run, autoCommit false, autoResolve false',
      'heartbeat',
      'resolve 0 10',
      'commit t/0 11',
      'heartbeat',
      'resolve 0 11',
      'heartbeat',
      'heartbeat',
      'resolve 1 4',
      'commit t/1 5',
    ]);
  });

  it('holds a batch while its last record is in the poller’s hands, with no heartbeat, and lets go with the next poll', async () => {
    const { kafka, consumer } = await member();
    const batch = kafka.batch(0, 0, ['a']);
    await consumer.poll(1, LONG_MS);
    const before = kafka.calls.length;
    expect(await isSettled(batch)).toBe(false);
    expect(kafka.calls.length).toBe(before);
    const poll = consumer.poll(1, LONG_MS);
    await batch;
    expect(await isSettled(poll)).toBe(false);
    void kafka.batch(1, 0, ['b']);
    expect((await poll)[0]?.value).toBe('b');
  });

  it('gives no record to a poll whose time is over, and the record to the next', async () => {
    const { kafka, consumer } = await member();
    expect(await consumer.poll(1, 1)).toEqual([]);
    void kafka.batch(0, 0, ['a', 'b']);
    expect((await consumer.poll(5, LONG_MS)).map(({ value }) => value)).toEqual(['a', 'b']);
  });

  it('hands out no more than ten records of a batch before another partition has its turn', async () => {
    const { kafka, consumer } = await member();
    const batch = kafka.batch(
      0,
      0,
      Array.from({ length: 25 }, (_, index) => `${index}`),
    );
    expect(await consumer.poll(100, LONG_MS)).toHaveLength(10);
    void consumer.poll(100, 10);
    await batch;
    expect(kafka.calls.filter((call) => call.startsWith('resolve'))).toEqual(['resolve 0 9']);
  });

  it.each(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'])(
    'says of a commit that Kafka refuses with %s that the generation is over',
    async (type) => {
      const { kafka, consumer } = await member();
      void kafka.batch(0, 0, ['a']);
      await consumer.poll(1, LONG_MS);
      kafka.refusal = protocolError(type);
      await expect(consumer.commit({ partition: 0, offset: 0 })).rejects.toThrow(StaleGenerationError);
      expect(consumer.assignment).toBeUndefined();
    },
  );

  it('passes on any other refusal', async () => {
    const { kafka, consumer } = await member();
    void kafka.batch(0, 0, ['a']);
    await consumer.poll(1, LONG_MS);
    kafka.refusal = protocolError('GROUP_AUTHORIZATION_FAILED');
    await expect(consumer.commit({ partition: 0, offset: 0 })).rejects.toThrow('no more retries');
  });

  it('closes once: a waiting poll ends empty, a held batch is let go', async () => {
    const { kafka, consumer } = await member();
    const waiting = consumer.poll(1, LONG_MS);
    await Promise.all([consumer.close(), consumer.close()]);
    expect(await waiting).toEqual([]);
    expect(await consumer.poll(1, LONG_MS)).toEqual([]);
    expect(kafka.calls.filter((call) => call === 'consumer disconnects')).toHaveLength(1);

    const other = await member();
    const batch = other.kafka.batch(0, 0, ['a', 'b']);
    await other.consumer.poll(1, LONG_MS);
    await other.consumer.close();
    await batch;
    await expect(other.consumer.commit({ partition: 0, offset: 0 })).rejects.toThrow(StaleGenerationError);
  });

  it('fails its polls once kafkajs has given up, and waits where kafkajs starts over', async () => {
    const { kafka, consumer } = await member();
    const waiting = consumer.poll(1, LONG_MS);
    kafka.crash(new Error('a broker is gone'), true);
    expect(consumer.assignment).toBeUndefined();
    expect(await isSettled(waiting)).toBe(false);
    kafka.crash(new Error('not authorised'), false);
    await expect(waiting).rejects.toThrow('not authorised');
    await expect(consumer.poll(1, LONG_MS)).rejects.toThrow('not authorised');
  });

  it('gives the group as long for a rebalance as a member may work', async () => {
    const { kafka } = await member();
    expect(kafka.config).toMatchObject({
      groupId: 'g',
      sessionTimeout: 6000,
      rebalanceTimeout: 6000,
      heartbeatInterval: 2000,
    });
  });

  it('appends, creates topics and tells progress over one producer and one admin', async () => {
    const kafka = new RecordedKafka();
    const log = new KafkaLog(kafka);
    await log.createTopic('t', 3);
    expect(await Promise.all([log.append('t', 'k', 'v'), log.append('t', 'k', 'w')])).toEqual([
      { partition: 2, offset: 41 },
      { partition: 2, offset: 41 },
    ]);
    expect(await log.progress('t', 'g')).toEqual({ appended: 10, committed: 5 });
    await log.close();
    await log.close();
    expect(kafka.calls).toEqual([
      'admin connects',
      'create t × 3',
      'producer connects',
      'send t k=v',
      'send t k=w',
      'admin disconnects',
      'producer disconnects',
    ]);
  });
});

describe('the structural type', () => {
  it("is one that kafkajs's own Kafka fits, as the compiler sees", () => {
    const kafka: KafkaLike = new Kafka({
      clientId: 'windtunnel',
      brokers: ['127.0.0.1:1'],
      logLevel: logLevel.NOTHING,
    });
    expect(kafka.consumer).toBeTypeOf('function');
  });
});
