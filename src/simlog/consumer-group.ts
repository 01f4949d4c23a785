import type { LogAssignment, LogRecord } from '../engine/log-client.ts';

/** Calls back after so many ms of the broker's clock. @returns cancels it */
export type After = (ms: number, callback: () => void) => () => void;

/** A poll's answer; undefined: the group has no such member (any more). */
export type PollAnswer = { readonly assignment: LogAssignment | undefined; readonly records: LogRecord[] } | undefined;

/** What a group reads: `topic` as far as a group needs it. */
export interface Records {
  readonly partitions: number;
  /** The record there; undefined beyond the end. */
  at(partition: number, offset: number): LogRecord | undefined;
}

interface Poll {
  readonly max: number;
  answer(answer: PollAnswer): void;
  readonly cancelTimeout: () => void;
}

interface Member {
  readonly id: string;
  readonly sessionMs: number;
  partitions: readonly number[];
  /** Which of its partitions is looked at first: each in its turn. */
  turn: number;
  /** Has polled since the rebalance began. */
  ready: boolean;
  poll: Poll | undefined;
  cancelExpiry: () => void;
}

/** How far the group is in a partition: what it goes on from after a rebalance, and what it hands out next. */
interface Cursor {
  committed: number;
  position: number;
}

/**
 * A consumer group with its coordinator, as Kafka's classic protocol has it: a join, a leave or a session that ends begins a
 * rebalance; it ends, with the next generation, once every member left has polled again. Meanwhile nobody gets records, commits
 * of the generation that ends are taken, and a member that works holds the others up until it polls or its session ends.
 *
 * Simpler than Kafka: a member parked in a poll learns of a rebalance at once, not with its next heartbeat; an empty group does
 * not wait for more members (`group.initial.rebalance.delay.ms`); positions are kept here, not with the members; a group reads
 * one topic.
 */
export class ConsumerGroup {
  readonly #records: Records;
  readonly #after: After;
  readonly #cursors: readonly Cursor[];
  readonly #members = new Map<string, Member>();
  #generation = 0;
  #rebalancing = false;
  #joined = 0;

  constructor(records: Records, after: After) {
    this.#records = records;
    this.#after = after;
    this.#cursors = Array.from({ length: records.partitions }, () => ({ committed: 0, position: 0 }));
  }

  get committed(): number {
    return this.#cursors.reduce((sum, { committed }) => sum + committed, 0);
  }

  /** @returns the member's id: the name, made unique, as a restarted process is another member than the one that died */
  join(name: string, sessionMs: number): string {
    const id = `${name}-${++this.#joined}`;
    const member: Member = {
      id,
      sessionMs,
      partitions: [],
      turn: 0,
      ready: false,
      poll: undefined,
      cancelExpiry: () => {},
    };
    this.#members.set(id, member);
    this.#heardOf(member);
    this.#rebalance();
    return id;
  }

  /** A member's leave, and its end when nothing was heard of it. */
  leave(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    member.cancelExpiry();
    const { poll } = member;
    poll?.cancelTimeout();
    poll?.answer(undefined);
    this.#rebalance();
  }

  /** Answers with up to `max` records, once there are any, the group has rebalanced, or `waitMs` are over. */
  poll(id: string, max: number, waitMs: number, answer: (answer: PollAnswer) => void): void {
    const member = this.#members.get(id);
    if (member === undefined) {
      answer(undefined);
      return;
    }
    this.#heardOf(member);
    this.#answer(member, []);
    member.poll = { max, answer, cancelTimeout: this.#after(waitMs, () => this.#answer(member, [])) };
    member.ready = true;
    if (this.#rebalancing) this.#dealIfAllReady();
    else this.#serve(member);
  }

  /** Sets what the group goes on from. @returns false where the generation is over, or the member was put out */
  commit(id: string, generation: number, partition: number, offset: number): boolean {
    const member = this.#members.get(id);
    const cursor = this.#cursors[partition];
    if (member === undefined || cursor === undefined || generation !== this.#generation) return false;
    this.#heardOf(member);
    cursor.committed = offset + 1;
    return true;
  }

  /** A record was appended: the member that waits for it gets it. */
  onAppend(partition: number): void {
    if (this.#rebalancing) return;
    for (const member of this.#members.values()) if (member.partitions.includes(partition)) this.#serve(member);
  }

  #heardOf(member: Member): void {
    member.cancelExpiry();
    member.cancelExpiry = this.#after(member.sessionMs, () => this.leave(member.id));
  }

  #rebalance(): void {
    if (!this.#rebalancing) {
      this.#rebalancing = true;
      for (const member of this.#members.values()) member.ready = member.poll !== undefined;
    }
    this.#dealIfAllReady();
  }

  /** Round-robin over the members by id. */
  #dealIfAllReady(): void {
    const members = [...this.#members.keys()].sort().map((id) => this.#members.get(id) as Member);
    if (members.some(({ ready }) => !ready)) return;
    this.#rebalancing = false;
    this.#generation++;
    for (const cursor of this.#cursors) cursor.position = cursor.committed;
    members.forEach((member, place) => {
      member.partitions = [...this.#cursors.keys()].filter((partition) => partition % members.length === place);
      member.turn = 0;
    });
    for (const member of members) this.#answer(member, this.#take(member));
  }

  #serve(member: Member): void {
    const records = this.#take(member);
    if (records.length > 0) this.#answer(member, records);
  }

  /** Each partition in its turn, so that a long one holds up no other. */
  #take({ partitions, turn, poll }: Member): LogRecord[] {
    const taken: LogRecord[] = [];
    if (poll === undefined) return taken;
    for (let step = 0; step < partitions.length && taken.length < poll.max; step++) {
      const partition = partitions[(turn + step) % partitions.length] as number;
      const cursor = this.#cursors[partition] as Cursor;
      while (taken.length < poll.max) {
        const record = this.#records.at(partition, cursor.position);
        if (record === undefined) break;
        cursor.position++;
        taken.push(record);
      }
    }
    return taken;
  }

  /** Ends the member's poll, if it has one. */
  #answer(member: Member, records: LogRecord[]): void {
    const { poll } = member;
    if (poll === undefined) return;
    member.poll = undefined;
    poll.cancelTimeout();
    const last = records.at(-1);
    if (last !== undefined) member.turn = member.partitions.indexOf(last.partition) + 1;
    const assignment = { generation: this.#generation, partitions: member.partitions };
    poll.answer({ assignment: this.#rebalancing ? undefined : assignment, records });
  }
}
