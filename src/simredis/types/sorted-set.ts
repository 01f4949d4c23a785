import { CountedTree, type ScoredMember } from './counted-tree.ts';

/** Redis keeps a sorted set packed up to these bounds, and never packs it again. */
const PACKED_LENGTH_MAX = 128;
const PACKED_MEMBER_BYTES_MAX = 64;

/**
 * A Redis sorted set: members in the order of their scores, and of their bytes where scores are equal.
 *
 * A map gives a member's score in O(1), a counted B+ tree gives the order; see `counted-tree.ts` for why that tree. Up to
 * one leaf of members it *is* a small sorted array. Scores may be ±inf, never NaN; -0 and 0 are equal, as in Redis.
 */
export class SortedSet {
  readonly type = 'zset';
  readonly #scores = new Map<string, number>();
  readonly #order = new CountedTree();
  #isPacked: boolean;

  /** @param isPacked false where Redis does not start with a listpack: for the results of ZUNION and its like. */
  constructor(isPacked = true) {
    this.#isPacked = isPacked;
  }

  get length(): number {
    return this.#scores.size;
  }

  /** Whether Redis would hold it as a listpack, which ZSCAN answers whole and which has no -0. */
  get isPacked(): boolean {
    return this.#isPacked;
  }

  /** Packs it where it is small enough, as Redis does with what ZUNIONSTORE and its like have made. */
  pack(): void {
    if (this.#isPacked || this.length > PACKED_LENGTH_MAX) return;
    for (const member of this.#scores.keys()) if (member.length > PACKED_MEMBER_BYTES_MAX) return;
    this.#isPacked = true;
    for (const [member, score] of [...this.#scores]) {
      if (!Object.is(score, -0)) continue;
      this.delete(member);
      this.add(member, 0);
    }
  }

  score(member: string): number | undefined {
    return this.#scores.get(member);
  }

  /** Adds a member, or moves it to another score. True where it is new. */
  add(member: string, score: number): boolean {
    if (Number.isNaN(score)) throw new RangeError('a score is not NaN');
    const current = this.#scores.get(member);
    // Redis keeps the score that is there when the new one compares equal: -0 does not replace 0.
    if (current === score) return false;
    if (this.#isPacked && current === undefined) {
      this.#isPacked = this.#scores.size < PACKED_LENGTH_MAX && member.length <= PACKED_MEMBER_BYTES_MAX;
    }
    // Adding 0 makes 0 of -0 and leaves any other score as it is.
    const stored = this.#isPacked ? score + 0 : score;
    this.#scores.set(member, stored);
    if (current !== undefined) this.#order.delete(current, member);
    this.#order.insert(stored, member);
    return current === undefined;
  }

  delete(member: string): boolean {
    const score = this.#scores.get(member);
    if (score === undefined) return false;
    this.#scores.delete(member);
    this.#order.delete(score, member);
    return true;
  }

  /** Takes the member with the lowest score out. */
  popMin(): ScoredMember | undefined {
    const entry = this.#order.shift();
    if (entry !== undefined) this.#scores.delete(entry.member);
    return entry;
  }

  /** Takes the member with the highest score out. */
  popMax(): ScoredMember | undefined {
    const entry = this.#order.pop();
    if (entry !== undefined) this.#scores.delete(entry.member);
    return entry;
  }

  /** How many members stand before this one; undefined where it is none. */
  rank(member: string): number | undefined {
    const score = this.#scores.get(member);
    return score === undefined ? undefined : this.#order.rank(score, member);
  }

  /** How many members have a lower score, or where `inclusive` a lower or equal one. */
  countBelow(score: number, inclusive: boolean): number {
    return this.#order.countBelow(score, inclusive);
  }

  /**
   * How many members come before these bytes (`inclusive`: or are them). Meaningful, as ZRANGEBYLEX is, where all scores
   * are equal.
   */
  countBelowLex(member: string, inclusive: boolean): number {
    return this.#order.countBelowMember(member, inclusive);
  }

  /** Visits `count` members from a rank on, upwards, or downwards where `reverse`: ranks always count from the lowest. */
  visit(rank: number, count: number, reverse: boolean, visitor: (member: string, score: number) => void): void {
    this.#order.visit(rank, count, reverse, visitor);
  }

  /** The member at a rank that exists. */
  at(rank: number): ScoredMember {
    return this.#order.at(rank);
  }

  /** Every member and its score, lowest first. The set must not change meanwhile. */
  forEach(visitor: (member: string, score: number) => void): void {
    this.#order.visit(0, this.length, false, visitor);
  }

  clone(): SortedSet {
    const copy = new SortedSet(this.#isPacked);
    this.forEach((member, score) => {
      copy.add(member, score);
    });
    return copy;
  }
}
