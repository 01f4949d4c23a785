import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/simulation/host.ts';
import { BEST_DRAIN, type DrainMode } from '../../src/simulation/microtasks.ts';
import { Channel } from '../../src/simulation/network.ts';
import { RandomStream } from '../../src/simulation/random-stream.ts';
import { random } from '../../src/simulation/schedules/random.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

/** What a generated program may do. Its structure is data, so that both drains run the very same one. */
type Statement =
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'await'; readonly turns: number }
  | { readonly do: 'nextTick' }
  | { readonly do: 'microtask' }
  | { readonly do: 'compute'; readonly us: number }
  | { readonly do: 'send'; readonly to: number }
  | { readonly do: 'draw' }
  | { readonly do: 'crash'; readonly host: number; readonly downUs: number }
  | { readonly do: 'race'; readonly first: Program; readonly second: Program };
type Program = readonly Statement[];

const HOSTS = 3;
const leaf: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('await' as const), turns: fc.nat(4) }) },
  fc.record({ do: fc.constant('nextTick' as const) }),
  fc.record({ do: fc.constant('microtask' as const) }),
  fc.record({ do: fc.constant('compute' as const), us: fc.nat(2000) }),
  fc.record({ do: fc.constant('send' as const), to: fc.nat(HOSTS - 1) }),
  fc.record({ do: fc.constant('draw' as const) }),
  fc.record({ do: fc.constant('crash' as const), host: fc.nat(HOSTS - 1), downUs: fc.nat(2000) }),
);
const { statement } = fc.letrec<{ statement: Statement; program: Program }>((tie) => ({
  statement: fc.oneof(
    { weight: 6, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('race' as const), first: tie('program'), second: tie('program') }),
    },
  ),
  program: fc.array(tie('statement'), { maxLength: 4 }),
}));
const programs = fc.array(fc.array(statement, { maxLength: 10 }), { minLength: HOSTS, maxLength: HOSTS });

/** Runs one program a host and writes down all that happens, in order. */
async function historyOf(seed: number, drain: DrainMode, perHost: readonly Program[]) {
  const simulation = new Simulation({ seed, drain, schedule: random(new RandomStream(seed, 'schedule')) });
  const world = simulation.addHost('world');
  const story: string[] = [];
  const tell = (host: Host, what: string) => {
    const line = `${simulation.nowUs} ${host.name}/${host.life} ${what}`;
    story.push(line);
    simulation.hash.text(line);
  };
  const hosts = perHost.map((_, index) => simulation.addHost(`host-${index}`));
  const channels = hosts.map(
    (host) =>
      new Channel<string>(simulation, host, {
        latency: { baseUs: 100, jitterUs: 50 },
        stream: simulation.random(`channel-${host.name}`),
        receive: (message) => tell(host, `receives ${message}`),
      }),
  );
  const run = async (host: Host, program: Program): Promise<void> => {
    const clock = simulation.clock(host);
    for (const step of program) {
      tell(host, step.do);
      if (step.do === 'sleep') await clock.sleep(step.ms);
      else if (step.do === 'await') for (let turn = 0; turn < step.turns; turn++) await undefined;
      else if (step.do === 'nextTick') process.nextTick(() => Promise.resolve().then(() => tell(host, 'ticked')));
      else if (step.do === 'microtask') queueMicrotask(() => process.nextTick(() => tell(host, 'microtask ran')));
      else if (step.do === 'compute') simulation.compute(host, step.us);
      else if (step.do === 'send') (channels[step.to] as Channel<string>).send(`from ${host.name}`);
      else if (step.do === 'draw') tell(host, `drew ${simulation.random(host.name).integer(100)}`);
      else if (step.do === 'race') await Promise.all([run(host, step.first), run(host, step.second)]);
      else {
        const victim = hosts[step.host] as Host;
        if (victim.life > 0) continue;
        simulation.after(0, world, () => simulation.crash(victim), undefined);
        simulation.after(step.downUs, world, () => simulation.restart(victim), undefined);
      }
    }
  };
  hosts.forEach((host, index) => {
    simulation.start(host, () => run(host, perHost[index] as Program));
  });
  await simulation.run();
  return { story, digest: simulation.hash.digest(), nowUs: simulation.nowUs, eventCount: simulation.eventCount };
}

describe('the two drains', () => {
  test('give the same history, whatever the program sleeps, awaits, ticks, computes, sends and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), programs, async (seed, perHost) => {
        const synchronous = await historyOf(seed, 'synchronous', perHost);
        expect(await historyOf(seed, 'macrotask', perHost)).toEqual(synchronous);
      }),
      { numRuns: 150 },
    );
  });

  test('give the same history again when run again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), programs, async (seed, perHost) => {
        const first = await historyOf(seed, BEST_DRAIN, perHost);
        expect(await historyOf(seed, BEST_DRAIN, perHost)).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });

  test('agree on a program of more events than one turn of the real event loop takes', async () => {
    const long: Program = Array.from({ length: 4000 }, () => ({ do: 'sleep', ms: 1 }));
    const synchronous = await historyOf(1, 'synchronous', [long, long, long]);
    expect(synchronous.eventCount).toBeGreaterThan(8192);
    expect(await historyOf(1, 'macrotask', [long, long, long])).toEqual(synchronous);
  });

  test('of which this Node has the faster', () => {
    expect(BEST_DRAIN).toBe('synchronous');
  });
});
