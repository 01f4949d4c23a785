import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { parity, RedisLab } from './client-worlds.ts';

/** Methods that ioredis has and its types forbid this use of. */
type Loose = Record<string, (...args: unknown[]) => Promise<unknown>>;
const loosely = (redis: Redis): Loose => redis as unknown as Loose;

/** An error as a caller sees it. */
async function failure(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    const { name, message, command } = error as Error & { command?: unknown };
    return { isError: error instanceof Error, name, message, command };
  }
  return expect.unreachable('the call was answered');
}

parity('arguments', {
  'may be numbers, and come back as text': async (redis) => {
    await redis.set('k', 42);
    expect(await redis.get('k')).toBe('42');
    await redis.set('k', 1.5);
    expect(await redis.incrbyfloat('k', 0.25)).toBe('1.75');
    await redis.set('k', 1e21);
    expect(await redis.get('k')).toBe('1e+21');
  },
  'may be lists of arguments': async (redis) => {
    expect(await redis.rpush('l', ...['a', 'b'])).toBe(2);
    expect(await loosely(redis).rpush?.('l', ['c', 4, Buffer.from('e')])).toBe(5);
    expect(await redis.lrange('l', 0, -1)).toEqual(['a', 'b', 'c', '4', 'e']);
    expect(await redis.del(['l', 'm'])).toBe(1);
  },
  'may be lists within lists, whose inner ones are one argument each': async (redis) => {
    await loosely(redis).rpush?.('l', ['a', ['b', 'c']]);
    expect(await redis.lrange('l', 0, -1)).toEqual(['a', 'b,c']);
  },
  'may be an object of fields': async (redis) => {
    expect(await redis.hset('h', { a: 1, b: 'two', c: Buffer.from('3') })).toBe(3);
    expect(await redis.hgetall('h')).toEqual({ a: '1', b: 'two', c: '3' });
    expect(await redis.hmset('h', { a: '9' })).toBe('OK');
    expect(await redis.mset({ x: 1, y: 2 })).toBe('OK');
    expect(await redis.msetnx({ x: 1, z: 2 })).toBe(0);
    expect(await redis.mget('x', 'y', 'z')).toEqual(['1', '2', null]);
  },
  'may be a Map of fields': async (redis) => {
    const fields = new Map<string, string | number>([
      ['a', 1],
      ['b', 'two'],
    ]);
    expect(await redis.hset('h', fields)).toBe(2);
    expect(await redis.hgetall('h')).toEqual({ a: '1', b: 'two' });
    expect(await redis.mset(fields)).toBe('OK');
    expect(await redis.mget(['a', 'b'])).toEqual(['1', 'two']);
  },
  'of an object may be a list: it is one value, and moves no other': async (redis) => {
    await redis.hset('h', { a: ['1', '2'], b: null, c: undefined, d: true });
    expect(await redis.hgetall('h')).toEqual({ a: '1,2', b: '', c: '', d: 'true' });
  },
  'that are null or undefined are empty': async (redis) => {
    await loosely(redis).rpush?.('l', null, undefined, '');
    expect(await redis.lrange('l', 0, -1)).toEqual(['', '', '']);
  },
  'may be Buffers, whose bytes are kept': async (redis) => {
    await redis.set('k', Buffer.from([0x00, 0xff, 0x80, 0x0a]));
    expect(await redis.strlen('k')).toBe(4);
    expect(await redis.append('k', Buffer.from([0xc3]))).toBe(5);
    expect(await redis.getrange('k', 3, 3)).toBe('\n');
  },
  'are UTF-8, counted in bytes, and come back as they were': async (redis) => {
    for (const text of ['é', '€', '日本語', '👩‍🚀', 'a\u0000b\r\n', '\u007f\u0080']) {
      await redis.set(text, text);
      expect(await redis.get(text)).toBe(text);
      expect(await redis.strlen(text)).toBe(Buffer.byteLength(text));
      await redis.hset('h', { [text]: text });
      expect(await redis.hget('h', text)).toBe(text);
    }
    expect(Object.entries(await redis.hgetall('h'))).toContainEqual(['日本語', '日本語']);
  },
});

parity('replies', {
  'are text, numbers and null': async (redis) => {
    expect(await redis.set('k', 'v')).toBe('OK');
    expect(await redis.get('missing')).toBe(null);
    expect(await redis.incr('n')).toBe(1);
    expect(await redis.zadd('z', 1, 'a', 2.5, 'b')).toBe(2);
    expect(await redis.zrange('z', 0, -1, 'WITHSCORES')).toEqual(['a', '1', 'b', '2.5']);
    expect(await redis.zpopmin('z')).toEqual(['a', '1']);
    expect(await redis.blpop('missing', 0.01)).toBe(null);
    expect(await redis.ping()).toBe('PONG');
  },
  'of XREADGROUP are lists of lists': async (redis) => {
    await redis.xgroup('CREATE', 's', 'g', '0', 'MKSTREAM');
    await redis.xadd('s', '1-1', 'f', 'v');
    expect(await redis.xreadgroup('GROUP', 'g', 'c', 'COUNT', 1, 'STREAMS', 's', '>')).toEqual([
      ['s', [['1-1', ['f', 'v']]]],
    ]);
    expect(await redis.xreadgroup('GROUP', 'g', 'c', 'STREAMS', 's', '>')).toBe(null);
    expect(await redis.xack('s', 'g', '1-1')).toBe(1);
  },
  'of HGETALL are objects, also of names that objects have of their own': async (redis) => {
    expect(await redis.hgetall('missing')).toEqual({});
    await redis.call('HSET', 'h', '__proto__', '1', 'constructor', '2', '7', '3');
    const fields = await redis.hgetall('h');
    expect(Object.entries(fields).sort()).toEqual([
      ['7', '3'],
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  },
  'of call() are those of the method where the name is in lower case, and bare where it is not': async (redis) => {
    expect(await redis.call('hset', 'h', { a: 1 } as never)).toBe(1);
    expect(await redis.call('hgetall', 'h')).toEqual({ a: '1' });
    expect(await redis.call('HGETALL', 'h')).toEqual(['a', '1']);
  },
  'come in the order of the calls': async (redis) => {
    const order: string[] = [];
    const calls = ['a', 'b', 'c'].map((name) => redis.set(name, name).then(() => order.push(name)));
    await Promise.all(calls);
    expect(order).toEqual(['a', 'b', 'c']);
  },
  'of a script are numbers, text, lists and null': async (redis) => {
    expect(await redis.eval("return {1, 'two', {3}, false, 5}", 0)).toEqual([1, 'two', [3], null, 5]);
    expect(await redis.eval('return redis.call("GET", KEYS[1])', 1, 'missing')).toBe(null);
    const sha = (await redis.script('LOAD', 'return ARGV[1]')) as string;
    expect(await redis.evalsha(sha, 0, 'é')).toBe('é');
  },
});

parity('errors', {
  "carry Redis's own text, the name ReplyError, and the command": async (redis) => {
    await redis.set('k', 'v');
    expect(await failure(redis.incr('k'))).toEqual({
      isError: true,
      name: 'ReplyError',
      message: 'ERR value is not an integer or out of range',
      command: { name: 'incr', args: ['k'] },
    });
    expect(await failure(redis.lpush('k', 'é', 'b'))).toMatchObject({
      message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
      command: { name: 'lpush', args: ['k', 'é', 'b'] },
    });
  },
  'name an unknown command as it was called': async (redis) => {
    expect(await failure(redis.call('NOSUCH', 'a'))).toMatchObject({
      name: 'ReplyError',
      message: "ERR unknown command 'NOSUCH', with args beginning with: 'a' ",
      command: { name: 'NOSUCH', args: ['a'] },
    });
  },
  'of an unknown script begin with NOSCRIPT': async (redis) => {
    await expect(redis.evalsha('0'.repeat(40), 0)).rejects.toThrow('NOSCRIPT No matching script. Please use EVAL.');
  },
  'of one call do not touch the next': async (redis) => {
    await redis.set('k', 'v');
    const calls = await Promise.allSettled([redis.incr('k'), redis.get('k')]);
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  },
});

parity('a pipeline', {
  'answers every call in its place, an error alone in its own': async (redis) => {
    const results = await redis.pipeline().set('k', 'v').incr('k').get('k').hset('h', { a: 1 }).hgetall('h').exec();
    expect(results).toEqual([
      [null, 'OK'],
      [expect.objectContaining({ name: 'ReplyError', message: 'ERR value is not an integer or out of range' })],
      [null, 'v'],
      [null, 1],
      [null, { a: '1' }],
    ]);
  },
  'of nothing answers nothing': async (redis) => {
    expect(await redis.pipeline().exec()).toEqual([]);
  },
  'knows its length': async (redis) => {
    expect(redis.pipeline().get('a').get('b').length).toBe(2);
  },
  'may be given as a list': async (redis) => {
    const calls = [
      ['set', 'k', 1],
      ['incr', 'k'],
    ];
    expect(await redis.pipeline(calls).get('k').exec()).toEqual([
      [null, 'OK'],
      [null, 2],
      [null, '2'],
    ]);
  },
  'takes any command by name': async (redis) => {
    expect(await redis.pipeline().call('SET', 'k', 'v').call('get', 'k').exec()).toEqual([
      [null, 'OK'],
      [null, 'v'],
    ]);
  },
});

parity('a transaction', {
  'answers every call in its place, an error alone in its own': async (redis) => {
    const results = await redis.multi().set('k', 'v').incr('k').hset('h', { a: 1 }).hgetall('h').exec();
    expect(results).toEqual([
      [null, 'OK'],
      [expect.objectContaining({ message: 'ERR value is not an integer or out of range' })],
      [null, 1],
      [null, { a: '1' }],
    ]);
  },
  'of nothing answers nothing': async (redis) => {
    expect(await redis.multi().exec()).toEqual([]);
  },
  'may be given as a list': async (redis) => {
    expect(
      await redis
        .multi([['set', 'k', '1']])
        .incr('k')
        .exec(),
    ).toEqual([
      [null, 'OK'],
      [null, 2],
    ]);
  },
  'that could not be queued rejects with EXECABORT and what was refused, and does nothing': async (redis) => {
    const transaction = redis.multi().set('k', 'v').call('get').call('nosuch');
    const error = (await transaction.exec().catch((reason: unknown) => reason)) as Error & {
      previousErrors: Error[];
    };
    expect(error).toMatchObject({
      name: 'ReplyError',
      message: 'EXECABORT Transaction discarded because of previous errors.',
    });
    expect(error.previousErrors.map(({ message }) => message)).toEqual([
      "ERR wrong number of arguments for 'get' command",
      expect.stringContaining("ERR unknown command 'nosuch'"),
    ]);
    expect(await redis.exists('k')).toBe(0);
  },
  'resolves with null when a watched key was touched, and does nothing': async (redis, open) => {
    const other = open();
    await redis.watch('k');
    await other.set('k', 'theirs');
    expect(await redis.multi().set('k', 'mine').exec()).toBe(null);
    expect(await redis.get('k')).toBe('theirs');
  },
  'runs when the watched key was left alone': async (redis, open) => {
    const other = open();
    await redis.watch('k');
    await other.set('other', 'v');
    expect(await redis.multi().set('k', 'mine').exec()).toEqual([[null, 'OK']]);
  },
});

parity('pub/sub', {
  'delivers messages as events, and answers with the number of subscriptions': async (redis, open) => {
    const subscriber = open();
    expect(await subscriber.subscribe('a', 'b')).toBe(2);
    expect(await subscriber.psubscribe('n*')).toBe(3);
    const message = once(subscriber, 'message');
    expect(await redis.publish('b', 'é')).toBe(1);
    expect(await message).toEqual(['b', 'é']);
    const matched = once(subscriber, 'pmessage');
    expect(await redis.publish('news', 'hi')).toBe(1);
    expect(await matched).toEqual(['n*', 'news', 'hi']);
    expect(await subscriber.unsubscribe('a')).toBe(2);
    expect(await redis.publish('a', 'nobody')).toBe(0);
    expect(await subscriber.punsubscribe('n*')).toBe(1);
    expect(await subscriber.unsubscribe()).toBe(0);
    expect(await subscriber.ping()).toBe('PONG');
  },
  'tells nothing but messages': async (redis, open) => {
    const subscriber = open();
    const events: unknown[][] = [];
    for (const name of ['subscribe', 'psubscribe', 'unsubscribe', 'message'])
      subscriber.on(name, (...values: unknown[]) => events.push([name, ...values]));
    await subscriber.subscribe('a', 'b', 'c');
    const message = once(subscriber, 'message');
    await redis.publish('c', 'hi');
    await message;
    expect(events).toEqual([['message', 'c', 'hi']]);
  },
});

parity('a connection', {
  'that is duplicated is one of its own': async (redis) => {
    const other = redis.duplicate();
    const popped = other.blpop('l', 0);
    await redis.rpush('l', 'v');
    expect(await popped).toEqual(['l', 'v']);
    other.disconnect();
    expect(await redis.get('still')).toBe(null);
  },
  'that is cut rejects the calls without an answer, and those after it': async (redis, open) => {
    const other = open();
    await other.ping();
    const waiting = [other.blpop('l', 0), other.get('k')].map(failure);
    other.disconnect();
    const closed = { isError: true, name: 'Error', message: 'Connection is closed.' };
    expect(await Promise.all(waiting)).toEqual([expect.objectContaining(closed), expect.objectContaining(closed)]);
    expect(await failure(other.get('k'))).toMatchObject(closed);
    expect(await redis.ping()).toBe('PONG');
  },
  'tells its end': async (_redis, open) => {
    const other = open();
    await other.ping();
    const ended = once(other, 'end');
    other.disconnect();
    await ended;
    expect(other.status).toBe('end');
  },
  'that is quit answers what was sent before, then closes': async (_redis, open) => {
    const other = open();
    await other.ping();
    const answers = [other.set('k', 'v'), other.get('k'), other.quit()];
    expect(await Promise.all(answers)).toEqual(['OK', 'v', 'OK']);
    expect(await failure(other.get('k'))).toMatchObject({ message: 'Connection is closed.' });
  },
});

describe('the simulated client', () => {
  test('answers a command that the simulation lacks as Redis does one that it lacks', async () => {
    await new RedisLab().run(async (open) => {
      await expect(open().call('GEOADD', 'k', '1', '1', 'm')).rejects.toThrow("ERR unknown command 'GEOADD'");
    });
  });

  test('that is cut while an answer is on its way does not hear it', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const clock = lab.simulation.clock(host);
      const redis = open();
      const cut = failure(redis.incr('n'));
      await clock.sleep(0.15);
      redis.disconnect();
      expect(await cut).toMatchObject({ message: 'Connection is closed.' });
      await clock.sleep(1);
      expect(await open().get('n')).toBe('1');
    });
  });

  test('of a host that crashed hears no more: its calls neither resolve nor reject', async () => {
    const lab = new RedisLab();
    const victim = lab.simulation.addHost('victim');
    const heard: string[] = [];
    lab.simulation.start(victim, async () => {
      if (victim.life > 0) return;
      const redis = lab.open(victim);
      await redis.blpop('l', 0).then(
        () => heard.push('resolved'),
        () => heard.push('rejected'),
      );
    });
    await lab.run(async (open, host) => {
      const clock = lab.simulation.clock(host);
      await clock.sleep(1);
      lab.simulation.crash(victim);
      lab.simulation.restart(victim);
      await clock.sleep(1);
      const redis = open();
      await redis.rpush('l', 'v');
      expect(await redis.llen('l')).toBe(1);
    });
    expect(heard).toEqual([]);
  });
});
