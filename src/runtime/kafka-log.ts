import {
  type LogAssignment,
  type LogClient,
  type LogConsumer,
  type LogRecord,
  StaleGenerationError,
} from '../engine/log-client.ts';
import { PolledRecords } from '../engine/polled-records.ts';
import type { Connectable, KafkaAdmin, KafkaBatch, KafkaConsumer, KafkaLike, KafkaProducer } from './kafka-like.ts';

/**
 * Records of a batch that are handed out before the next partition has its turn; what is left of the batch is fetched again, hence
 * the small fetches.
 */
const RECORDS_PER_ROUND = 10;
const FETCH_BYTES = 64 * 1024;
/** A fetch waits so long on the broker; so long, too, may `close` take. */
const FETCH_WAIT_MS = 1000;
const HEARTBEAT_INTERVAL_MS = 3000;

/** The group has gone on without this member. */
const STALE_TYPES: readonly unknown[] = ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'];

/**
 * The log port on real Kafka brokers, through kafkajs. Keys are hashed by kafkajs's default partitioner (murmur2, as Java's).
 * An append that kafkajs resends may be in the log twice.
 */
export class KafkaLog implements LogClient {
  readonly #kafka: KafkaLike;
  readonly #producer: () => Promise<KafkaProducer>;
  readonly #admin: () => Promise<KafkaAdmin>;
  readonly #open: Connectable[] = [];

  /** @param kafka `new Kafka({ clientId, brokers })` */
  constructor(kafka: KafkaLike) {
    this.#kafka = kafka;
    this.#producer = this.#once(() => kafka.producer({ allowAutoTopicCreation: false }));
    this.#admin = this.#once(() => kafka.admin());
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    const admin = await this.#admin();
    // False where it exists.
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
  }

  async append(topic: string, key: string, value: string): Promise<{ partition: number; offset: number }> {
    const producer = await this.#producer();
    const [written] = await producer.send({ topic, acks: -1, messages: [{ key, value }] });
    if (written?.baseOffset === undefined) throw new Error(`Kafka did not say where in '${topic}' the record is`);
    return { partition: written.partition, offset: Number(written.baseOffset) };
  }

  /** @param _member Kafka names members by itself, after the clientId */
  async join(
    topic: string,
    group: string,
    _member: string,
    { sessionMs }: { readonly sessionMs: number },
  ): Promise<LogConsumer> {
    const consumer = this.#kafka.consumer({
      groupId: group,
      sessionTimeout: sessionMs,
      // A rebalance waits for a member at work as long as that member may work.
      rebalanceTimeout: sessionMs,
      heartbeatInterval: Math.min(HEARTBEAT_INTERVAL_MS, Math.floor(sessionMs / 3)),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: FETCH_BYTES,
      allowAutoTopicCreation: false,
    });
    const member = new KafkaLogConsumer(consumer, topic);
    try {
      await member.start();
    } catch (error) {
      await member.close().catch(() => {});
      throw error;
    }
    return member;
  }

  async progress(topic: string, group: string): Promise<{ appended: number; committed: number }> {
    const admin = await this.#admin();
    const [ends, [commits]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId: group, topics: [topic] }),
    ]);
    const sum = (offsets: readonly string[]) =>
      offsets.reduce((total, offset) => total + Math.max(0, Number(offset)), 0);
    return {
      appended: sum(ends.map(({ high }) => high)),
      // -1 where the group has not committed yet.
      committed: sum(commits?.partitions.map(({ offset }) => offset) ?? []),
    };
  }

  /** Closes what append and the rest opened; consumers close themselves. */
  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((client) => client.disconnect()));
  }

  /** A client that connects when it is first used, and again where that failed. */
  #once<T extends Connectable>(create: () => T): () => Promise<T> {
    let connected: Promise<T> | undefined;
    const connect = async () => {
      const client = create();
      try {
        await client.connect();
      } catch (error) {
        connected = undefined;
        throw error;
      }
      this.#open.push(client);
      return client;
    };
    return () => {
      connected ??= connect();
      return connected;
    };
  }
}

/** A poll that waits. */
interface Poll {
  readonly max: number;
  settle(records: readonly LogRecord[]): void;
  fail(error: Error): void;
}

/**
 * kafkajs pushes batches, the port polls. `eachBatch` does not return while a record of its batch is in the poller's hands, and
 * asks for a heartbeat only when there is a poll: so kafkajs neither rejoins under a handler that runs, nor keeps a member in the
 * group that has stopped polling. (Pausing the partition instead would let it do both: the handler's record would go to another
 * worker at every rebalance.) Holding the batch is the back-pressure, too: nothing is fetched meanwhile.
 *
 * On a cluster of several brokers kafkajs has a fetch loop for each, and those that find nothing send heartbeats: there a slow
 * handler is put out only when a rebalance has waited `sessionMs` for it, not before.
 */
class KafkaLogConsumer implements LogConsumer {
  readonly #consumer: KafkaConsumer;
  readonly #topic: string;
  readonly #polled = new PolledRecords();
  /** kafkajs does not tell Kafka's own number: joins are counted. */
  #generation = 0;
  #poll: Poll | undefined;
  /** Wakes the batch that waits for a poll. */
  #onPoll = () => {};
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;
  assignment: LogAssignment | undefined;

  constructor(consumer: KafkaConsumer, topic: string) {
    this.#consumer = consumer;
    this.#topic = topic;
    consumer.on('consumer.group_join', ({ payload }) => {
      const partitions = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
      this.assignment = { generation: ++this.#generation, partitions };
    });
    consumer.on('consumer.rebalancing', () => {
      this.assignment = undefined;
    });
    consumer.on('consumer.crash', ({ payload }) => {
      this.assignment = undefined;
      if (payload.restart) return;
      this.#failure = payload.error;
      this.#poll?.fail(payload.error);
    });
  }

  async start(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload) => this.#handOut(payload),
    });
    if (this.#failure !== undefined) throw this.#failure;
  }

  poll(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closing !== undefined) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#poll = undefined;
      };
      const settle = (records: readonly LogRecord[]) => {
        end();
        resolve(records);
      };
      const fail = (error: Error) => {
        end();
        reject(error);
      };
      const timer = setTimeout(() => settle([]), waitMs);
      this.#poll = { max, settle, fail };
      this.#onPoll();
    });
  }

  async commit(record: Pick<LogRecord, 'partition' | 'offset'>): Promise<void> {
    const { partition, offset } = record;
    // kafkajs commits with the generation of today, and Kafka does not look whose partition it is: this must be looked at here.
    if (this.assignment === undefined || this.#polled.generationOf(record) !== this.assignment.generation) {
      throw new StaleGenerationError(record);
    }
    try {
      await this.#consumer.commitOffsets([{ topic: this.#topic, partition, offset: String(offset + 1) }]);
    } catch (error) {
      if (!isStale(error)) throw error;
      this.assignment = undefined;
      throw new StaleGenerationError(record, error);
    }
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.assignment = undefined;
      this.#closing = this.#consumer.disconnect();
      this.#poll?.settle([]);
      this.#onPoll();
    }
    return this.#closing;
  }

  /** One batch's turn. What it throws makes kafkajs join again; a poll that waits goes on waiting. */
  async #handOut({ batch, resolveOffset, heartbeat, isRunning, isStale: isSought }: KafkaBatch): Promise<void> {
    const generation = this.#generation;
    const records = batch.messages.slice(0, RECORDS_PER_ROUND).map(({ offset, key, value }) => ({
      partition: batch.partition,
      offset: Number(offset),
      key: key?.toString() ?? '',
      value: value?.toString() ?? '',
    }));
    for (let next = 0; next < records.length; ) {
      const poll = await this.#nextPoll();
      if (poll === undefined || !isRunning() || isSought()) return;
      await this.#beat(heartbeat);
      // Its time may have ended meanwhile.
      if (this.#poll !== poll) continue;
      const taken = records.slice(next, next + poll.max);
      next += taken.length;
      resolveOffset(String((taken.at(-1) as LogRecord).offset));
      this.#polled.add(generation, taken);
      poll.settle(taken);
    }
    // The last are in the poller's hands until it polls again; that poll waits for the next batch.
    await this.#nextPoll();
  }

  async #beat(heartbeat: () => Promise<void>): Promise<void> {
    try {
      await heartbeat();
    } catch (error) {
      this.assignment = undefined;
      throw error;
    }
  }

  /** The poll that waits, or the next; undefined once closed. */
  #nextPoll(): Promise<Poll | undefined> {
    if (this.#closing !== undefined) return Promise.resolve(undefined);
    if (this.#poll !== undefined) return Promise.resolve(this.#poll);
    return new Promise((resolve) => {
      this.#onPoll = () => resolve(this.#closing === undefined ? this.#poll : undefined);
    });
  }
}

/** kafkajs wraps what Kafka answered, or does not. */
function isStale(error: unknown): boolean {
  const { type, cause } = (error ?? {}) as { readonly type?: unknown; readonly cause?: { readonly type?: unknown } };
  return STALE_TYPES.includes(type) || STALE_TYPES.includes(cause?.type);
}
