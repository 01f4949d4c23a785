import { EngineError } from './errors.ts';

/** A record of a log. Offsets count from 0 within a partition. */
export interface LogRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
}

/** What a consumer group has dealt to one member. */
export interface LogAssignment {
  /** Grows with every rebalance that the member sees: what it polled in an earlier generation it cannot commit. */
  readonly generation: number;
  /** Ascending; empty where the group has more members than partitions. */
  readonly partitions: readonly number[];
}

/**
 * A member of a consumer group. It is heard of when it polls or commits, and only then: one that works on a record for longer
 * than its `sessionMs` is put out, as one that has died. The next poll of a member that was put out joins again by itself.
 */
export interface LogConsumer {
  /** What it held when it last heard from the group; undefined while the group rebalances. */
  readonly assignment: LogAssignment | undefined;
  /**
   * The next records of its partitions, in order within each, from the last commit on after a rebalance. Waits up to `waitMs` for
   * one; empty where none came, while the group rebalances, or once closed. One poll at a time.
   */
  poll(max: number, waitMs: number): Promise<readonly LogRecord[]>;
  /**
   * The group goes on after `offset` in that partition, whoever owns it then. Whatever comes before it counts as done.
   * @throws StaleGenerationError where the group has rebalanced since the record was polled
   */
  commit(record: Pick<LogRecord, 'partition' | 'offset'>): Promise<void>;
  /** Leaves the group. Idempotent. */
  close(): Promise<void>;
}

/** A partitioned log as Kafka keeps one: what `partitioned-log` needs of it. */
export interface LogClient {
  /** Creates the topic where there is none. One that exists keeps its partitions. */
  createTopic(topic: string, partitions: number): Promise<void>;
  /** Appends to the partition that the key's hash picks: records of one key keep their order. */
  append(topic: string, key: string, value: string): Promise<{ readonly partition: number; readonly offset: number }>;
  /**
   * Joins a group, which rebalances: once every member has polled, or has been put out for not polling within its `sessionMs`,
   * partitions are dealt anew. Until then nobody gets records.
   * @param member a name for people; two members may share it
   */
  join(topic: string, group: string, member: string, options: { readonly sessionMs: number }): Promise<LogConsumer>;
  /** Records appended, and committed by the group, over all partitions. */
  progress(topic: string, group: string): Promise<{ readonly appended: number; readonly committed: number }>;
}

/** The group has rebalanced since the record was polled: what was done with the record may be done again. */
export class StaleGenerationError extends EngineError {
  readonly code = 'STALE_GENERATION';
  constructor({ partition, offset }: Pick<LogRecord, 'partition' | 'offset'>, cause?: unknown) {
    super(`record ${offset} of partition ${partition} was polled before a rebalance: its new owner may run it again`, {
      cause,
    });
  }
}
