import {
  type LogAssignment,
  type LogClient,
  type LogConsumer,
  type LogRecord,
  StaleGenerationError,
} from '../engine/log-client.ts';
import { PolledRecords } from '../engine/polled-records.ts';
import type { Clock } from '../engine/ports.ts';
import type { PollAnswer } from './consumer-group.ts';
import type { LogConnection } from './node.ts';

/** A waiting poll asks so many times within a session, as Kafka advises for heartbeats: a third of it. */
const POLLS_PER_SESSION = 3;

/** The log port over the simulated network. It connects with its first request. */
export class SimLogClient implements LogClient {
  readonly #connect: () => LogConnection;
  readonly #clock: Clock;
  #opened: LogConnection | undefined;

  /** @param clock of the client's host */
  constructor(connect: () => LogConnection, clock: Clock) {
    this.#connect = connect;
    this.#clock = clock;
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    return this.#connection.call((broker, answer) => answer(broker.createTopic(topic, partitions)));
  }

  append(topic: string, key: string, value: string): Promise<{ partition: number; offset: number }> {
    return this.#connection.call((broker, answer) => answer(broker.append(topic, key, value)));
  }

  async join(
    topic: string,
    group: string,
    member: string,
    { sessionMs }: { readonly sessionMs: number },
  ): Promise<LogConsumer> {
    const consumer = new SimLogConsumer(this.#connection, this.#clock, { topic, group, member, sessionMs });
    await consumer.join();
    return consumer;
  }

  progress(topic: string, group: string): Promise<{ appended: number; committed: number }> {
    return this.#connection.call((broker, answer) => answer(broker.progress(topic, group)));
  }

  get #connection(): LogConnection {
    this.#opened ??= this.#connect();
    return this.#opened;
  }
}

interface Place {
  readonly topic: string;
  readonly group: string;
  readonly member: string;
  readonly sessionMs: number;
}

class SimLogConsumer implements LogConsumer {
  readonly #connection: LogConnection;
  readonly #clock: Clock;
  readonly #place: Place;
  readonly #polled = new PolledRecords();
  #id = '';
  #closed = false;
  assignment: LogAssignment | undefined;

  constructor(connection: LogConnection, clock: Clock, place: Place) {
    this.#connection = connection;
    this.#clock = clock;
    this.#place = place;
  }

  async join(): Promise<void> {
    const { topic, group, member, sessionMs } = this.#place;
    this.assignment = undefined;
    this.#id = await this.#connection.call<string>((broker, answer) =>
      answer(broker.group(topic, group).join(member, sessionMs)),
    );
    if (this.#closed) await this.#leave();
  }

  async poll(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    const untilMs = this.#clock.now() + waitMs;
    const heartbeatMs = this.#place.sessionMs / POLLS_PER_SESSION;
    while (!this.#closed) {
      const leftMs = Math.max(0, untilMs - this.#clock.now());
      const reply = await this.#pollOnce(max, Math.min(leftMs, heartbeatMs));
      if (this.#closed) break;
      if (reply === undefined) {
        await this.join();
        continue;
      }
      const { assignment, records } = reply;
      this.assignment = assignment;
      if (assignment !== undefined) this.#polled.add(assignment.generation, records);
      if (records.length > 0 || this.#clock.now() >= untilMs) return records;
    }
    return [];
  }

  async commit({ partition, offset }: Pick<LogRecord, 'partition' | 'offset'>): Promise<void> {
    const { topic, group } = this.#place;
    const id = this.#id;
    const generation = this.#polled.generationOf({ partition, offset });
    if (generation === undefined) throw new StaleGenerationError({ partition, offset });
    const taken = await this.#connection.call<boolean>((broker, answer) =>
      answer(broker.group(topic, group).commit(id, generation, partition, offset)),
    );
    if (!taken) throw new StaleGenerationError({ partition, offset });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.assignment = undefined;
    await this.#leave();
  }

  async #leave(): Promise<void> {
    const { topic, group } = this.#place;
    const id = this.#id;
    await this.#connection.call<void>((broker, answer) => answer(broker.group(topic, group).leave(id)));
  }

  #pollOnce(max: number, waitMs: number): Promise<PollAnswer> {
    const { topic, group } = this.#place;
    const id = this.#id;
    return this.#connection.call((broker, answer) => broker.group(topic, group).poll(id, max, waitMs, answer));
  }
}
