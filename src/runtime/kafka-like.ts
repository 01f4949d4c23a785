/** What is used of kafkajs (2.2.4): `new Kafka({ … })` fits as it is. */
export interface KafkaLike {
  producer(config: { allowAutoTopicCreation: boolean }): KafkaProducer;
  consumer(config: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    heartbeatInterval: number;
    maxWaitTimeInMs: number;
    maxBytesPerPartition: number;
    allowAutoTopicCreation: boolean;
  }): KafkaConsumer;
  admin(): KafkaAdmin;
}

export interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

export interface KafkaProducer extends Connectable {
  send(record: {
    topic: string;
    acks: number;
    messages: { key: string; value: string }[];
  }): Promise<readonly { readonly partition: number; readonly baseOffset?: string }[]>;
}

export interface KafkaAdmin extends Connectable {
  createTopics(options: {
    waitForLeaders: boolean;
    topics: { topic: string; numPartitions: number }[];
  }): Promise<boolean>;
  fetchTopicOffsets(topic: string): Promise<readonly { readonly partition: number; readonly high: string }[]>;
  fetchOffsets(options: {
    groupId: string;
    topics: string[];
  }): Promise<readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]>;
}

export interface KafkaConsumer extends Connectable {
  subscribe(subscription: { topics: string[]; fromBeginning: boolean }): Promise<void>;
  run(config: {
    autoCommit: boolean;
    eachBatchAutoResolve: boolean;
    partitionsConsumedConcurrently: number;
    eachBatch: (payload: KafkaBatch) => Promise<void>;
  }): Promise<void>;
  commitOffsets(offsets: { topic: string; partition: number; offset: string }[]): Promise<void>;
  on(
    event: 'consumer.group_join',
    listener: (event: { readonly payload: { readonly memberAssignment: Readonly<Record<string, number[]>> } }) => void,
  ): unknown;
  on(event: 'consumer.rebalancing', listener: () => void): unknown;
  on(
    event: 'consumer.crash',
    listener: (event: { readonly payload: { readonly error: Error; readonly restart: boolean } }) => void,
  ): unknown;
}

export interface KafkaBatch {
  readonly batch: {
    readonly partition: number;
    readonly messages: readonly {
      readonly offset: string;
      readonly key: { toString(): string } | null;
      readonly value: { toString(): string } | null;
    }[];
  };
  resolveOffset(offset: string): void;
  heartbeat(): Promise<void>;
  isRunning(): boolean;
  isStale(): boolean;
}
