import { BLOCKED, type CommandContext } from '../command.ts';
import { type Keyspace, typeOf, type Value } from '../keyspace.ts';
import { type Reply, WRONG_TYPE } from '../reply.ts';

/**
 * Takes from the first key that holds a value of a type, or parks the client until one of them does.
 *
 * A key of another type is an error when the command arrives. Once the client is parked it is none: Redis goes on waiting.
 *
 * @param onTimeout Redis's answer when the time is over, or at once where nothing may block.
 */
export function takeOrWait(
  context: CommandContext,
  type: 'list' | 'zset',
  keys: readonly string[],
  timeoutMs: number,
  onTimeout: Reply,
  take: (db: Keyspace, key: string, value: Exclude<Value, string>) => Reply,
): Reply | typeof BLOCKED {
  let isParked = false;
  return context.server.wait(context, {
    keys,
    timeoutMs,
    onTimeout,
    // Once parked, Redis takes from the key that became ready, wherever it stands among those that were asked for.
    attempt({ db }: CommandContext, readyKey?: string) {
      for (const key of readyKey === undefined ? keys : [readyKey]) {
        const value = db.get(key);
        if (value === undefined) continue;
        if (typeof value !== 'string' && typeOf(value) === type) return take(db, key, value);
        if (!isParked) throw WRONG_TYPE;
      }
      isParked = true;
      return BLOCKED;
    },
  });
}
