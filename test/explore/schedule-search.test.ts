import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChoiceRun } from '../../src/explore/choice-run.ts';
import { KnownOrder, type Reduction, ScheduleSearch } from '../../src/explore/schedule-search.ts';
import { SimRedisClient } from '../../src/simredis/client.ts';
import { RedisNode } from '../../src/simredis/node.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

type Call = readonly string[];
/** The calls of each host, one after the other. */
type Program = readonly (readonly Call[])[];

const AT_ONCE = { latency: { baseUs: 0, jitterUs: 0 }, serviceTimes: { commandUs: 0, scriptCallUs: 0 } };
const KEYS = ['a', 'b'];

/**
 * All orders of a program: how many were run, how many given up, and all that they came to.
 * @param isParallel hosts make all calls at once, each on a connection of its own
 */
async function visit(program: Program, reduction: Reduction, crashes = 0, isParallel = false) {
  const search = new ScheduleSearch(reduction);
  const states = new Set<string>();
  let schedules = 0;
  let pruned = 0;
  for (let isMore = true; isMore; ) {
    const run = new ChoiceRun(search.pick);
    const simulation = new Simulation({ seed: 1, chooser: run });
    const redis = new RedisNode(simulation, simulation.addHost('redis'), AT_ONCE);
    run.watch(simulation, redis);
    const heard: string[][] = program.map(() => []);
    const hosts = program.map((calls, index) => {
      const host = simulation.addHost(`host-${index + 1}`);
      simulation.start(host, async () => {
        const client = new SimRedisClient((receiver) => redis.connect(host, receiver));
        const blocking = client.duplicate();
        if (isParallel) {
          const all = calls.map(([name = '', ...args]) => client.duplicate().call(name, ...args));
          heard[index]?.push(JSON.stringify(await Promise.allSettled(all)));
          return;
        }
        for (const [name = '', ...args] of calls) {
          const by = name.startsWith('b') ? blocking : client;
          heard[index]?.push(await by.call(name, ...args).then((reply) => JSON.stringify(reply), String));
        }
      });
      return host;
    });
    let struck = 0;
    run.mayFail(simulation.addHost('outside'), () =>
      struck === crashes
        ? []
        : hosts
            .filter(({ alive }) => alive)
            .map((host) => ({
              name: `crash ${host.name}`,
              text: `${host.name} dies`,
              host: host.name,
              action: () => {
                struck++;
                simulation.crash(host);
              },
            })),
    );
    try {
      await simulation.run();
      schedules++;
      const data = KEYS.map((key) => redis.server.db.get(key)).map((value) =>
        typeof value === 'string' || value === undefined
          ? value
          : [...Array((value as { length: number }).length)].map((_, at) =>
              (value as { at(index: number): unknown }).at(at),
            ),
      );
      states.add(JSON.stringify({ data, heard }));
    } catch (error) {
      if (!(error instanceof KnownOrder)) throw error;
      pruned++;
    } finally {
      redis.server.scripts.close();
    }
    run.end();
    isMore = search.next(run.steps);
  }
  return { states: [...states].sort(), schedules, pruned };
}

const key = fc.constantFrom(...KEYS);
const call = fc.oneof(
  key.map((name): Call => ['rpush', name, 'x']),
  key.map((name): Call => ['llen', name]),
  key.map((name): Call => ['lpop', name]),
  key.map((name): Call => ['blpop', name, '1']),
  fc.constant<Call>(['rename', 'a', 'b']),
  fc.constant<Call>(['dbsize']),
  fc.constant<Call>(['eval', "return redis.call('RPUSH', ARGV[1], 'y')", '0', 'a']),
);

const calls = (maxLength: number) => fc.array(call, { minLength: 1, maxLength });

describe('ScheduleSearch', { timeout: 120_000 }, () => {
  /** Whatever the program: the same ends. @returns how many runs it took, with every order and with what is left of them */
  async function compare(
    program: fc.Arbitrary<Program>,
    numRuns: number,
    crashes: number,
    isParallel = false,
  ): Promise<[number, number]> {
    let [every, some] = [0, 0];
    await fc.assert(
      fc.asyncProperty(program, async (given) => {
        const all = await visit(given, 'none', crashes, isParallel);
        const reduced = await visit(given, 'partial-order', crashes, isParallel);
        expect(reduced.states).toEqual(all.states);
        every += all.schedules;
        some += reduced.schedules + reduced.pruned;
      }),
      { numRuns, seed: 7 },
    );
    return [every, some];
  }

  it('comes to the same ends as running every order, in far fewer runs', async () => {
    const [every, some] = await compare(fc.tuple(calls(2), calls(2)), 25, 0);
    expect(some * 10).toBeLessThan(every);
  });

  it('comes to the same ends with three hosts', async () => {
    const [every, some] = await compare(fc.tuple(calls(1), calls(1), calls(1)), 3, 0);
    expect(some * 5).toBeLessThan(every);
  });

  it('comes to the same ends where any host may die at any step', async () => {
    const [every, some] = await compare(fc.tuple(calls(1), calls(2)), 5, 1);
    expect(some * 5).toBeLessThan(every);
  });

  it('comes to the same ends where a host may die with several of its calls under way', async () => {
    await compare(fc.tuple(fc.array(call, { minLength: 2, maxLength: 2 })), 20, 1, true);
  });

  it('comes to the same ends with streams, where to read is to write: a group remembers what was read', async () => {
    const read = (consumer: string): Call => ['xreadgroup', 'GROUP', 'g', consumer, 'COUNT', '1', 'STREAMS', 's', '>'];
    const made: Call = ['xgroup', 'CREATE', 's', 'g', '0', 'MKSTREAM'];
    const added: Call = ['xadd', 's', '1-1', 'field', 'value'];
    const programs: Program[] = [
      [[made, added, read('one')], [read('two')]],
      [[made, added], [made]],
      [[made, added, read('one'), ['xack', 's', 'g', '1-1']], [['xpending', 's', 'g']]],
      [[made, added, read('one')], [['xautoclaim', 's', 'g', 'two', '0', '0-0']]],
    ];
    for (const program of programs) {
      const all = await visit(program, 'none');
      expect((await visit(program, 'partial-order')).states).toEqual(all.states);
      expect(all.states.length).toBeGreaterThan(1);
    }
  });

  it('visits each order once: as many as sleep sets alone leave', async () => {
    const given = [
      [
        ['rpush', 'a', 'x'],
        ['llen', 'b'],
        ['lpop', 'a'],
      ],
      [
        ['lpop', 'a'],
        ['rpush', 'b', 'x'],
      ],
      [['llen', 'a']],
    ];
    const known = await visit(given, 'sleep-sets');
    const reduced = await visit(given, 'partial-order');
    expect(reduced.schedules).toBe(known.schedules);
    expect(reduced.states).toEqual(known.states);
    expect(reduced.pruned).toBeLessThan(known.pruned);
  });
});
