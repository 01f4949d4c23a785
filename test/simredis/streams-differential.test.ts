import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, describeWithRedis, openBackend, SimBackend } from '../conformance/backends.ts';
import type { NormalReply } from '../conformance/normal-reply.ts';

/** Commands of one sequence. */
const LENGTH_MAX = 60;
const RUNS = 200;
const TIMEOUT_MS = 120_000;
/** Entries that were made idle are so by this much, and the thresholds asked for lie halfway. */
const IDLE_MS = 100_000;
const THRESHOLD_MS = IDLE_MS / 2;

const key = fc.constantFrom('s', 's', 's', 't', 'missing', 'text');
const group = fc.constantFrom('g', 'g', 'h', 'none');
const consumer = fc.constantFrom('a', 'b', 'Z');
const part = fc.integer({ min: 0, max: 14 });
const id = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(part, fc.integer({ min: 0, max: 3 })).map(([ms, seq]) => `${ms}-${seq}`) },
  { weight: 2, arbitrary: part.map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '0-0',
      '18446744073709551615-18446744073709551615',
      '-',
      '+',
      'x',
      '1-',
      '007-01',
      '5-+1',
    ),
  },
);
const bound = fc.oneof(
  { weight: 3, arbitrary: id },
  { weight: 2, arbitrary: id.map((text) => `(${text}`) },
  { weight: 3, arbitrary: fc.constantFrom('-', '+') },
);
const start = fc.oneof({ weight: 2, arbitrary: fc.constant('-') }, { weight: 1, arbitrary: bound });
const end = fc.oneof({ weight: 2, arbitrary: fc.constant('+') }, { weight: 1, arbitrary: bound });
const ids = fc.array(id, { minLength: 1, maxLength: 4 });
const small = fc.integer({ min: -1, max: 6 }).map(String);
const idle = fc.constantFrom('0', '0', '-5', String(THRESHOLD_MS), 'nine');
const options = (...choices: fc.Arbitrary<string[]>[]) =>
  fc.tuple(...choices.map((choice) => fc.option(choice, { nil: [] }))).map((chosen) => chosen.flat());
const count = small.map((text) => ['COUNT', text]);
const word = (...words: string[]) => fc.constant(words);
const call = (name: string, ...parts: (fc.Arbitrary<string> | fc.Arbitrary<string[]>)[]): fc.Arbitrary<string[]> =>
  fc.tuple(...(parts as fc.Arbitrary<string | string[]>[])).map((args) => [...name.split(' '), ...args.flat()]);

const sign = fc.constantFrom<string[]>([], ['='], ['~']);
const trimming = fc
  .tuple(fc.constantFrom('MAXLEN', 'minid'), sign, fc.oneof(small, id), options(fc.constant(['LIMIT', '3'])))
  .map(([goal, operator, to, limit]) => [goal, ...operator, to, ...(operator[0] === '~' ? limit : [])]);
const addedId = fc.oneof({ weight: 3, arbitrary: id }, { weight: 2, arbitrary: part.map((ms) => `${ms}-*`) });
const fields = fc.constantFrom<string[]>(['f', 'v'], ['f', '12', 'g', 'x'], ['f'], ['g', 'w']);
const readIds = fc.constantFrom('>', '>', '>', '0', '3', '$', '5-1');

const command = fc.oneof(
  {
    weight: 12,
    arbitrary: call('XADD', key, options(word('NOMKSTREAM'), trimming, trimming), addedId, fields),
  },
  { weight: 3, arbitrary: call('XDEL', key, ids) },
  { weight: 2, arbitrary: call('XTRIM', key, options(trimming, word('LIMIT', '2'))) },
  { weight: 1, arbitrary: call('XLEN', key) },
  { weight: 3, arbitrary: call('XRANGE', key, start, end, options(count)) },
  { weight: 3, arbitrary: call('XREVRANGE', key, end, start, options(count)) },
  { weight: 2, arbitrary: call('XREAD', options(count, word('BLOCK', '1')), word('STREAMS'), key, readIds) },
  { weight: 1, arbitrary: call('XREAD STREAMS s t', id, fc.constantFrom('$', '2')) },
  {
    weight: 2,
    arbitrary: call(
      'XSETID',
      key,
      id,
      options(
        small.map((text) => ['ENTRIESADDED', text]),
        id.map((text) => ['MAXDELETEDID', text]),
      ),
    ),
  },
  {
    weight: 5,
    arbitrary: call(
      'XGROUP CREATE',
      key,
      group,
      fc.oneof(fc.constant('$'), fc.constant('0'), id),
      options(
        word('MKSTREAM'),
        small.map((text) => ['ENTRIESREAD', text]),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: call(
      'XGROUP SETID',
      key,
      group,
      fc.oneof(fc.constant('$'), id),
      options(small.map((text) => ['ENTRIESREAD', text])),
    ),
  },
  { weight: 1, arbitrary: call('XGROUP DESTROY', key, group) },
  { weight: 1, arbitrary: call('XGROUP CREATECONSUMER', key, group, consumer) },
  { weight: 1, arbitrary: call('XGROUP DELCONSUMER', key, group, consumer) },
  {
    weight: 12,
    arbitrary: call(
      'XREADGROUP GROUP',
      group,
      consumer,
      options(count, word('NOACK'), word('BLOCK', '1')),
      word('STREAMS'),
      key,
      readIds,
    ),
  },
  { weight: 2, arbitrary: call('XREADGROUP GROUP g', consumer, word('STREAMS', 's', 't'), readIds, readIds) },
  { weight: 4, arbitrary: call('XACK', key, group, ids) },
  { weight: 2, arbitrary: call('XPENDING', key, group) },
  {
    weight: 4,
    arbitrary: call(
      'XPENDING',
      key,
      group,
      options(word('IDLE', String(THRESHOLD_MS))),
      start,
      end,
      small,
      options(consumer.map((text) => [text])),
    ),
  },
  {
    weight: 6,
    arbitrary: call(
      'XCLAIM',
      key,
      group,
      consumer,
      idle,
      ids,
      options(
        fc.constantFrom(['IDLE', String(IDLE_MS)], ['TIME', '-7'], ['IDLE', '-7']),
        small.map((text) => ['RETRYCOUNT', text]),
        word('FORCE'),
        word('JUSTID'),
        id.map((text) => ['LASTID', text]),
      ),
    ),
  },
  {
    weight: 5,
    arbitrary: call('XAUTOCLAIM', key, group, consumer, idle, start, options(count, word('JUSTID'))),
  },
  { weight: 2, arbitrary: call('XINFO STREAM', key) },
  { weight: 2, arbitrary: call('XINFO GROUPS', key) },
  { weight: 1, arbitrary: call('XINFO CONSUMERS', key, group) },
  { weight: 1, arbitrary: call('XINFO STREAM', key, word('FULL'), options(count)) },
  { weight: 1, arbitrary: call('DEL', key) },
);

const CLOSING_LOOK = ['s', 't'].flatMap((name) => [
  ['XINFO', 'STREAM', name],
  ['XINFO', 'STREAM', name, 'FULL'],
  ['XINFO', 'GROUPS', name],
  ['XRANGE', name, '-', '+'],
]);

describeWithRedis('streams', () => {
  let redis: Backend;
  beforeAll(async () => {
    redis = await openBackend('redis');
  });
  afterAll(() => redis?.stop());

  async function expectSameReplies(commands: readonly string[][]): Promise<void> {
    const sim = new SimBackend();
    const calls = [['FLUSHALL'], ['SET', 'text', 'x'], ...commands];
    const real = await Promise.all(calls.map((argv) => redis.call(...argv)));
    for (const [index, argv] of calls.entries()) {
      const pending = sim.call(...argv);
      // Whatever blocks does so for 1 ms.
      await sim.advance(1);
      const label = calls.slice(0, index + 1).map((words) => words.join(' '));
      expect(masked(argv, await pending), label.join('\n')).toEqual(masked(argv, real[index] as NormalReply));
    }
  }

  test(
    'answer as a real Redis does, whatever the sequence of commands',
    async () => {
      const sequences = fc.array(command, { minLength: 5, maxLength: LENGTH_MAX });
      await fc.assert(
        fc.asyncProperty(sequences, (commands) => expectSameReplies([...commands, ...CLOSING_LOOK])),
        { numRuns: RUNS, seed: 7 },
      );
    },
    TIMEOUT_MS,
  );

  test(
    'are trimmed approximately to the same length, node by node, whatever the size of their entries',
    async () => {
      const value = fc.oneof(
        fc.integer({ min: -(2 ** 40), max: 2 ** 40 }).map(String),
        fc.constantFrom('9223372036854775807', '9223372036854775808', '-9223372036854775808', '-0', '00', ''),
        fc.integer({ min: 0, max: 200 }).map((length) => 'x'.repeat(length)),
        fc.integer({ min: 0, max: 5000 }).map((length) => 'y'.repeat(length)),
        fc.integer({ min: -40_000, max: 40_000 }).map(String),
      );
      const pairs = fc.array(fc.tuple(fc.constantFrom('f', 'name', '12', 'z'.repeat(70)), value), {
        minLength: 1,
        maxLength: 3,
      });
      const scenario = fc.record({
        kinds: fc.array(pairs, { minLength: 1, maxLength: 4 }),
        steps: fc.array(fc.tuple(fc.nat(3), fc.nat(400), fc.nat(99)), { minLength: 100, maxLength: 400 }),
        trimTo: fc.nat(250),
        stride: fc.constantFrom(0, 1, 1, 200, 5_000_000_000),
      });
      await fc.assert(
        fc.asyncProperty(scenario, async ({ kinds, steps, trimTo, stride }) => {
          const commands: string[][] = [];
          let ms = 1;
          for (const [index, [kind, back, dice]] of steps.entries()) {
            const entry = kinds[kind % kinds.length] as [string, string][];
            ms += stride;
            const trim = dice < 50 ? ['MAXLEN', '~', String(trimTo)] : [];
            commands.push(['XADD', 's', ...trim, `${ms}-${index + 1}`, ...entry.flat()], ['XLEN', 's']);
            if (dice > 85)
              commands.push(['XDEL', 's', `${Math.max(1, ms - back * stride)}-${Math.max(1, index - back)}`]);
            if (dice === 84) commands.push(['XTRIM', 's', 'MINID', '~', `${Math.max(0, ms - back * stride)}-${index}`]);
            if (dice === 83) commands.push(['XTRIM', 's', 'MAXLEN', '~', String(back), 'LIMIT', '150']);
            if (dice === 82) commands.push(['XTRIM', 's', 'MAXLEN', String(back)]);
            if (dice === 81) commands.push(['XTRIM', 's', 'MINID', `${Math.max(0, ms - back * stride)}-${index}`]);
          }
          await expectSameReplies([...commands, ['XINFO', 'STREAM', 's']]);
        }),
        { numRuns: 40, seed: 11 },
      );
    },
    TIMEOUT_MS,
  );
});

/** A reply without what depends on the clock: idle times are rounded, and the times in XINFO STREAM FULL taken out. */
function masked(argv: readonly string[], reply: NormalReply): unknown {
  const name = argv[0]?.toLowerCase();
  if (!Array.isArray(reply)) return reply;
  if (name === 'xpending' && argv.length > 3) {
    return reply.map(([entryId, holder, idleMs, deliveries]) => [entryId, holder, rounded(idleMs), deliveries]);
  }
  if (name !== 'xinfo') return reply;
  if (argv[1] === 'CONSUMERS') return reply.map((info) => [...info.slice(0, 5), rounded(info[5])]);
  if (argv[3] !== 'FULL') return reply;
  const full = map(reply);
  const groups = (full.get('groups') as NormalReply[][]).map((info) => {
    const shown = map(info);
    shown.set('pending', withoutTimes(shown.get('pending'), 2));
    const consumers = (shown.get('consumers') as NormalReply[][]).map((each) => {
      const inside = map(each);
      inside.delete('seen-time');
      inside.set('pending', withoutTimes(inside.get('pending'), 1));
      return [...inside];
    });
    shown.set('consumers', consumers);
    return [...shown];
  });
  full.set('groups', groups);
  return [...full];
}

function map(flat: readonly NormalReply[]): Map<unknown, unknown> {
  const pairs = new Map<unknown, unknown>();
  for (let index = 0; index < flat.length; index += 2) pairs.set(flat[index], flat[index + 1]);
  return pairs;
}

function withoutTimes(pel: unknown, at: number): unknown {
  return (pel as unknown[][]).map((entry) => entry.filter((_, index) => index !== at));
}

function rounded(idleMs: unknown): number {
  return Math.round(Number(idleMs) / THRESHOLD_MS);
}
