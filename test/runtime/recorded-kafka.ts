import type { KafkaAdmin, KafkaBatch, KafkaConsumer, KafkaLike, KafkaProducer } from '../../src/runtime/kafka-like.ts';

/** What Kafka refuses with, as kafkajs throws it from a heartbeat, and, wrapped, from a commit. */
export function protocolError(type: string): Error {
  return Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type, retriable: false });
}

/**
 * A stand-in for kafkajs 2.2.4 that plays what was recorded from its consumer: in which order it emits its events, calls
 * `eachBatch` and rejects. The test is the group; what the adapter calls is noted.
 */
export class RecordedKafka implements KafkaLike {
  readonly calls: string[] = [];
  readonly config: Record<string, unknown> = {};
  /** What a heartbeat or a commit meets; undefined: nothing. */
  refusal: Error | undefined;
  readonly #listeners = new Map<string, ((event: never) => void)[]>();
  #eachBatch: ((payload: KafkaBatch) => Promise<void>) | undefined;
  #running = true;

  producer(): KafkaProducer {
    return {
      ...this.#connectable('producer'),
      send: async ({ topic, messages }) => {
        this.calls.push(`send ${topic} ${messages.map(({ key, value }) => `${key}=${value}`).join()}`);
        return [{ partition: 2, baseOffset: '41' }];
      },
    };
  }

  admin(): KafkaAdmin {
    return {
      ...this.#connectable('admin'),
      createTopics: async ({ topics }) => {
        this.calls.push(`create ${topics.map(({ topic, numPartitions }) => `${topic} × ${numPartitions}`).join()}`);
        return false;
      },
      fetchTopicOffsets: async () => [
        { partition: 0, high: '7' },
        { partition: 1, high: '3' },
      ],
      fetchOffsets: async () => [
        {
          partitions: [
            { partition: 0, offset: '5' },
            { partition: 1, offset: '-1' },
          ],
        },
      ],
    };
  }

  consumer(config: Record<string, unknown>): KafkaConsumer {
    Object.assign(this.config, config);
    return {
      ...this.#connectable('consumer'),
      disconnect: async () => {
        this.#running = false;
        this.calls.push('consumer disconnects');
      },
      subscribe: async ({ topics, fromBeginning }) => {
        this.calls.push(`subscribe ${topics.join()}${fromBeginning ? ' from the beginning' : ''}`);
      },
      run: async ({ eachBatch, autoCommit, eachBatchAutoResolve }) => {
        this.calls.push(`run, autoCommit ${autoCommit}, autoResolve ${eachBatchAutoResolve}`);
        this.#eachBatch = eachBatch;
        this.joined([0, 1]);
      },
      commitOffsets: async ([commit]) => {
        if (this.refusal) throw Object.assign(new Error('no more retries'), { cause: this.refusal });
        this.calls.push(`commit ${commit?.topic}/${commit?.partition} ${commit?.offset}`);
      },
      on: (event: string, listener: (event: never) => void) => {
        this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
      },
    };
  }

  joined(partitions: number[]): void {
    this.#emit('consumer.group_join', { memberAssignment: { t: partitions } });
  }

  rebalancing(): void {
    this.#emit('consumer.rebalancing', {});
  }

  crash(error: Error, restart: boolean): void {
    this.#emit('consumer.crash', { error, restart });
  }

  /** kafkajs has fetched records of a partition. Settles as `eachBatch` does. */
  batch(partition: number, firstOffset: number, values: readonly string[]): Promise<void> {
    const messages = values.map((value, index) => ({
      offset: String(firstOffset + index),
      key: Buffer.from('k'),
      value: Buffer.from(value),
    }));
    const payload: KafkaBatch = {
      batch: { partition, messages },
      resolveOffset: (offset) => this.calls.push(`resolve ${partition} ${offset}`),
      heartbeat: async () => {
        this.calls.push('heartbeat');
        if (this.refusal) throw this.refusal;
      },
      isRunning: () => this.#running,
      isStale: () => false,
    };
    return (this.#eachBatch as (payload: KafkaBatch) => Promise<void>)(payload);
  }

  #connectable(name: string) {
    return {
      connect: async () => {
        this.calls.push(`${name} connects`);
      },
      disconnect: async () => {
        this.calls.push(`${name} disconnects`);
      },
    };
  }

  #emit(event: string, payload: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener({ payload } as never);
  }
}
