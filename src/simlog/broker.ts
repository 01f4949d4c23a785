import type { LogRecord } from '../engine/log-client.ts';
import { type After, ConsumerGroup, type Records } from './consumer-group.ts';
import { partitionOf } from './murmur2.ts';

/** The broker refuses a request, as Kafka names the reason. */
export class LogBrokerError extends Error {
  readonly code = 'LOG_BROKER';
}

/** One topic's partitions: each a list that only grows. */
class Topic implements Records {
  readonly #partitions: readonly LogRecord[][];
  /** Those that read it, by name. */
  readonly groups = new Map<string, ConsumerGroup>();

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, () => []);
  }

  get partitions(): number {
    return this.#partitions.length;
  }

  get appended(): number {
    return this.#partitions.reduce((sum, records) => sum + records.length, 0);
  }

  at(partition: number, offset: number): LogRecord | undefined {
    return this.#partitions[partition]?.[offset];
  }

  append(key: string, value: string): LogRecord {
    const partition = partitionOf(key, this.#partitions.length);
    const records = this.#partitions[partition] as LogRecord[];
    const record = { partition, offset: records.length, key, value };
    records.push(record);
    for (const group of this.groups.values()) group.onAppend(partition);
    return record;
  }
}

/**
 * A Kafka broker as a state machine: topics of keyed partitions, consumer groups, commits. One broker, so no replicas to lose;
 * nothing is retained for less than ever. Knows neither the network nor whose host is up.
 */
export class LogBroker {
  readonly #after: After;
  readonly #topics = new Map<string, Topic>();

  constructor(after: After) {
    this.#after = after;
  }

  createTopic(name: string, partitions: number): void {
    if (!Number.isSafeInteger(partitions) || partitions < 1) {
      throw new LogBrokerError(`INVALID_PARTITIONS: topic '${name}' cannot have ${partitions} partitions`);
    }
    if (!this.#topics.has(name)) this.#topics.set(name, new Topic(partitions));
  }

  append(topic: string, key: string, value: string): LogRecord {
    return this.#topic(topic).append(key, value);
  }

  group(topic: string, name: string): ConsumerGroup {
    const records = this.#topic(topic);
    let group = records.groups.get(name);
    if (group === undefined) {
      group = new ConsumerGroup(records, this.#after);
      records.groups.set(name, group);
    }
    return group;
  }

  progress(topic: string, group: string): { appended: number; committed: number } {
    const records = this.#topic(topic);
    return { appended: records.appended, committed: records.groups.get(group)?.committed ?? 0 };
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new LogBrokerError(`UNKNOWN_TOPIC_OR_PARTITION: there is no topic '${name}'`);
    return topic;
  }
}
