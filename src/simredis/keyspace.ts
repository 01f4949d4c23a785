import { type ErrorReply, WRONG_TYPE } from './reply.ts';
import { FieldMap } from './types/field-map.ts';
import type { List } from './types/list.ts';
import type { SortedSet } from './types/sorted-set.ts';
import type { Stream } from './types/stream.ts';

/** What a key may hold. Strings are byte strings; hashes and sets keep insertion order, which Redis does not promise. */
export type Value = string | Hash | SetValue | List | SortedSet | Stream;

export class Hash {
  readonly type = 'hash';
  readonly fields = new FieldMap();
}

export class SetValue {
  readonly type = 'set';
  readonly members = new Set<string>();
}

export type ValueType = 'string' | Exclude<Value, string>['type'];

/** What a database held at some time. */
export type Snapshot = readonly {
  readonly key: string;
  readonly value: Value;
  readonly deadlineMs: number | undefined;
}[];

/** How many expired keys one sweep may remove, so that a sweep never stalls a run. */
const SWEEP_LIMIT = 64;

/**
 * One database: keys, their values and their deadlines, on the time that the server hands in.
 *
 * Verifies on every read that an expired key is never seen. Deadlines are milliseconds since the epoch, as in Redis.
 */
export class Keyspace {
  readonly #values = new Map<string, Value>();
  readonly #deadlines = new Map<string, number>();
  #nowMs = 0;
  #sweep: Iterator<[string, number]> | undefined;
  readonly #onTouch: (key: string) => void;

  /** @param onTouch called for every key that changed: it breaks WATCHes and wakes blocked clients. */
  constructor(onTouch: (key: string) => void = () => {}) {
    this.#onTouch = onTouch;
  }

  /** Moves the database's clock. The server calls it before each command. */
  advanceTo(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** The value, or undefined where there is none or its time is over. */
  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (this.#deadlines.size > 0 && this.#expireIfDue(key)) return undefined;
    return value;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Stores a value and keeps the key's deadline. Marks the key as touched. */
  set(key: string, value: Value): void {
    this.#values.set(key, value);
    this.#onTouch(key);
  }

  /** Tells that a value was changed in place. An empty collection is removed, as in Redis. */
  touched(key: string): void {
    const value = this.#values.get(key);
    if (value !== undefined && isEmpty(value)) this.#remove(key);
    this.#onTouch(key);
  }

  delete(key: string): boolean {
    if (this.get(key) === undefined) return false;
    this.#remove(key);
    this.#onTouch(key);
    return true;
  }

  /** The key's deadline in ms since the epoch; undefined where it has none. */
  deadline(key: string): number | undefined {
    return this.has(key) ? this.#deadlines.get(key) : undefined;
  }

  /** Sets the deadline of an existing key. One that has passed deletes the key. */
  expireAt(key: string, deadlineMs: number): void {
    if (deadlineMs <= this.#nowMs) this.#remove(key);
    else this.#deadlines.set(key, deadlineMs);
    this.#onTouch(key);
  }

  /** Takes the deadline away. False where there was none. */
  persist(key: string): boolean {
    const had = this.has(key) && this.#deadlines.delete(key);
    if (had) this.#onTouch(key);
    return had;
  }

  /** Live keys in insertion order. */
  *keys(): IterableIterator<string> {
    for (const key of this.#values.keys()) if (!this.#isDue(key)) yield key;
  }

  get size(): number {
    this.#expireAllDue();
    return this.#values.size;
  }

  clear(): void {
    for (const key of [...this.#values.keys()]) {
      this.#remove(key);
      this.#onTouch(key);
    }
  }

  /** All that it holds, as of its last command. */
  snapshot(): Snapshot {
    return [...this.keys()].map((key) => ({
      key,
      value: copyOf(this.#values.get(key) as Value),
      deadlineMs: this.#deadlines.get(key),
    }));
  }

  /** Holds what it held then, and nothing else. For when nobody watches it or waits for it. */
  restore(snapshot: Snapshot): void {
    this.#values.clear();
    this.#deadlines.clear();
    this.#sweep = undefined;
    for (const { key, value, deadlineMs } of snapshot) {
      this.#values.set(key, copyOf(value));
      if (deadlineMs !== undefined) this.#deadlines.set(key, deadlineMs);
    }
  }

  string(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === 'string') return value;
    throw WRONG_TYPE;
  }

  hash(key: string): Hash | undefined {
    return this.#typed(key, 'hash') as Hash | undefined;
  }

  setValue(key: string): SetValue | undefined {
    return this.#typed(key, 'set') as SetValue | undefined;
  }

  list(key: string): List | undefined {
    return this.#typed(key, 'list') as List | undefined;
  }

  sortedSet(key: string): SortedSet | undefined {
    return this.#typed(key, 'zset') as SortedSet | undefined;
  }

  stream(key: string): Stream | undefined {
    return this.#typed(key, 'stream') as Stream | undefined;
  }

  /** Redis's active expiry: removes some keys that nobody asks for any more, so that memory does not grow with time. */
  sweep(): void {
    if (this.#deadlines.size === 0) return;
    this.#sweep ??= this.#deadlines.entries();
    for (let seen = 0; seen < SWEEP_LIMIT; seen++) {
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = undefined;
        return;
      }
      this.#expireIfDue(next.value[0]);
    }
  }

  #typed(key: string, type: ValueType): Value | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (typeof value === 'string' || value.type !== type) throw WRONG_TYPE satisfies ErrorReply;
    return value;
  }

  #isDue(key: string): boolean {
    const deadline = this.#deadlines.get(key);
    // A key lives through the millisecond of its deadline, as in Redis.
    return deadline !== undefined && deadline < this.#nowMs;
  }

  #expireIfDue(key: string): boolean {
    if (!this.#isDue(key)) return false;
    this.#remove(key);
    this.#onTouch(key);
    return true;
  }

  #expireAllDue(): void {
    for (const key of [...this.#deadlines.keys()]) this.#expireIfDue(key);
  }

  #remove(key: string): void {
    this.#values.delete(key);
    this.#deadlines.delete(key);
  }
}

/** A value of its own with the same content. */
export function copyOf(value: Value): Value {
  if (typeof value === 'string') return value;
  switch (value.type) {
    case 'hash': {
      const hash = new Hash();
      for (const [field, content] of value.fields) hash.fields.set(field, content);
      return hash;
    }
    case 'set': {
      const set = new SetValue();
      for (const member of value.members) set.members.add(member);
      return set;
    }
    case 'list':
    case 'zset':
      return value.clone();
    case 'stream':
      return value.copy();
  }
}

export function typeOf(value: Value): ValueType {
  return typeof value === 'string' ? 'string' : value.type;
}

/** Streams may be empty; every other collection vanishes with its last element. */
function isEmpty(value: Value): boolean {
  if (typeof value === 'string') return false;
  switch (value.type) {
    case 'hash':
      return value.fields.size === 0;
    case 'set':
      return value.members.size === 0;
    case 'list':
    case 'zset':
      return value.length === 0;
    case 'stream':
      return false;
  }
}
