import { ErrorReply, NilArray, type Reply, Status } from '../../src/simredis/reply.ts';

/** A reply in the one form that every backend is compared in. Strings are byte strings. */
export type NormalReply =
  | string
  | number
  | bigint
  | null
  | { readonly status: string }
  | { readonly error: string }
  | { readonly nilArray: true }
  | readonly NormalReply[];

/**
 * How two replies are compared.
 *
 * - `exact`: to the byte.
 * - `unordered`: lists of plain values as bags, at any depth (KEYS, SMEMBERS, SCAN).
 * - `pairs`: a flat list of fields and values as a map (HGETALL), also as SCAN's second element.
 * - `near`: integers, also those in strings, may differ by 250, for times to live on a clock that runs.
 * - `shape`: only kinds of values and lengths of lists, for ids and times of the run itself.
 * - `kind`: only the kind of the outermost value.
 */
export type Comparison = 'exact' | 'unordered' | 'pairs' | 'near' | 'shape' | 'kind';

const NEAR_MAX = 250;

export function fromSimulated(reply: Reply): NormalReply {
  if (reply instanceof Status) return { status: reply.text };
  if (reply instanceof ErrorReply) return { error: reply.text };
  if (reply instanceof NilArray) return { nilArray: true };
  if (Array.isArray(reply)) return reply.map(fromSimulated);
  if (typeof reply === 'bigint') return Number.isSafeInteger(Number(reply)) ? Number(reply) : reply;
  return reply;
}

/** What ioredis would make of it: statuses are strings, the null array is null. */
export function asIoredis(reply: NormalReply): NormalReply {
  if (isList(reply)) return reply.map(asIoredis);
  if (reply === null || typeof reply !== 'object') return reply;
  if ('status' in reply) return reply.status;
  if ('nilArray' in reply) return null;
  return reply;
}

/** Rewrites two replies so that they are deeply equal exactly if the comparison holds. */
export function comparable(a: NormalReply, b: NormalReply, how: Comparison): [unknown, unknown] {
  switch (how) {
    case 'exact':
      return [a, b];
    case 'unordered':
      return [asBags(a), asBags(b)];
    case 'pairs':
      return [asPairs(a), asPairs(b)];
    case 'near':
      return near(a, b) ? [a, a] : [a, b];
    case 'shape':
      return [shape(a), shape(b)];
    case 'kind':
      return [kind(a), kind(b)];
  }
}

function asBags(reply: NormalReply): NormalReply {
  if (!isList(reply)) return reply;
  const items = reply.map(asBags);
  return items.some(isList) ? items : items.sort(byText);
}

function asPairs(reply: NormalReply): NormalReply {
  if (!isList(reply)) return reply;
  if (reply.some(isList)) return reply.map(asPairs);
  const pairs: NormalReply[] = [];
  for (let index = 0; index < reply.length; index += 2) pairs.push(reply.slice(index, index + 2));
  return pairs.sort(byText);
}

function byText(a: NormalReply, b: NormalReply): number {
  const [left, right] = [text(a), text(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function near(a: NormalReply, b: NormalReply): boolean {
  if (isList(a))
    return isList(b) && a.length === b.length && a.every((item, index) => near(item, b[index] as NormalReply));
  const [left, right] = [Number(text(a)), Number(text(b))];
  if (kind(a) === kind(b) && Number.isInteger(left) && Number.isInteger(right)) {
    // Negative answers of TTL and its like are codes, not times.
    return left >= 0 === right >= 0 && (left >= 0 ? Math.abs(left - right) <= NEAR_MAX : left === right);
  }
  return text(a) === text(b);
}

function shape(reply: NormalReply): unknown {
  return isList(reply) ? reply.map(shape) : kind(reply);
}

function kind(reply: NormalReply): string {
  if (isList(reply)) return 'list';
  if (reply === null) return 'nil';
  if (typeof reply === 'bigint') return 'number';
  if (typeof reply !== 'object') return typeof reply;
  if ('error' in reply) return `error ${reply.error.split(' ')[0]}`;
  return 'status' in reply ? 'status' : 'nil list';
}

/** One line for a person. */
export function text(reply: NormalReply): string {
  if (typeof reply === 'string') return reply;
  return JSON.stringify(reply, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

function isList(reply: NormalReply): reply is readonly NormalReply[] {
  return Array.isArray(reply);
}
