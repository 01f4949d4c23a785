import type { LogRecord } from './log-client.ts';

/** What a member of a consumer group has polled since the last rebalance that it knows of: that, and no more, it may commit. */
export class PolledRecords {
  /** By partition, the first and the last offset. */
  readonly #ranges = new Map<number, { readonly from: number; to: number }>();
  #generation: number | undefined;

  add(generation: number, records: readonly LogRecord[]): void {
    if (generation !== this.#generation) this.#ranges.clear();
    this.#generation = generation;
    for (const { partition, offset } of records) {
      const range = this.#ranges.get(partition);
      if (range === undefined) this.#ranges.set(partition, { from: offset, to: offset });
      else range.to = offset;
    }
  }

  /** The generation in which it polled the record; undefined where that is over. */
  generationOf({ partition, offset }: Pick<LogRecord, 'partition' | 'offset'>): number | undefined {
    const range = this.#ranges.get(partition);
    return range !== undefined && offset >= range.from && offset <= range.to ? this.#generation : undefined;
  }
}
