import { SimLogClient } from '../simlog/client.ts';
import { LogNode } from '../simlog/node.ts';
import { simRedisClient } from '../simredis/client.ts';
import { RedisNode } from '../simredis/node.ts';
import type { Host } from '../simulation/host.ts';
import { RandomStream } from '../simulation/random-stream.ts';
import { random } from '../simulation/schedules/random.ts';
import { Simulation } from '../simulation/simulation.ts';
import type { Backend, World } from './backend.ts';
import type { Fault } from './scenario.ts';

/** Nothing was left to happen, and yet somebody still waits. */
export class StalledRunError extends Error {
  readonly code = 'STALLED_RUN';
  constructor(machines: readonly string[]) {
    super(
      `the run went quiet while ${machines.join(', ')} still waited: for something real, which does not exist in the simulation ` +
        '(await only the ports), or for something that nobody does',
    );
  }
}

/** Virtual time, simulated Redis: the same seed gives the same run, byte for byte. */
export const SIM_BACKEND: Backend = {
  name: 'sim',
  timeScale: 1,
  async run(seed, environment, set) {
    const simulation = new Simulation({ seed, schedule: random(new RandomStream(seed, 'schedule')) });
    const redis = new RedisNode(simulation, simulation.addHost('redis'), {
      ...(environment.redis && { serviceTimes: environment.redis }),
      ...(environment.network && { latency: environment.network }),
    });
    // Put up by whoever first asks for it: a run that has no use for a log is the same as if there were none.
    let log: LogNode | undefined;
    const connectToLog = (host: Host) => {
      log ??= new LogNode(simulation, simulation.addHost('log'), environment.network);
      return log.connect(host);
    };
    const unfinished = new Set<string>();
    const machines = new Map<string, Host>();
    const world: World = {
      keyPrefix: '',
      timeScale: 1,
      hash: simulation.hash,
      ended: new AbortController().signal,
      nowUs: () => simulation.nowUs,
      machine(name, main, clockError) {
        const host = simulation.addHost(name, clockError);
        machines.set(name, host);
        unfinished.add(name);
        simulation.start(host, async () => {
          const client = simRedisClient((receiver) => redis.connect(host, receiver));
          const clock = simulation.clock(host);
          await main({
            redis: client,
            clock,
            random: simulation.random(name),
            log: new SimLogClient(() => connectToLog(host), clock),
            told: (news) => toldAlive(simulation, host, news),
          });
          client.disconnect();
          unfinished.delete(name);
        });
      },
      onEvent: () => {},
    };
    set(world);
    scheduleFaults(simulation, world, machines, unfinished, environment.faults ?? []);
    try {
      await simulation.run();
      if (unfinished.size > 0) throw new StalledRunError([...unfinished]);
    } finally {
      redis.server.scripts.close();
    }
    return {
      redisCommands: redis.server.commandsRun,
      redisUtilisation: simulation.nowUs === 0 ? 0 : redis.host.computedUs / simulation.nowUs,
    };
  },
  async close() {},
};

/** Passes on news as an event of the host: whoever waited in a life that has ended never hears of it. */
function toldAlive<T>(simulation: Simulation, host: Host, news: Promise<T>): Promise<T> {
  const { life } = host;
  return new Promise((resolve, reject) => {
    const ifAlive =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        if (host.life === life && host.alive) simulation.after(0, host, settle, value);
      };
    news.then(ifAlive(resolve), ifAlive(reject));
  });
}

/** Faults strike from outside: they are events of a host of their own, which nothing can crash. */
function scheduleFaults(
  simulation: Simulation,
  world: World,
  machines: ReadonlyMap<string, Host>,
  unfinished: Set<string>,
  faults: readonly Fault[],
): void {
  if (faults.length === 0) return;
  const fate = simulation.addHost('fate');
  for (const fault of faults) {
    const host = machines.get(fault.host);
    // A scenario's designs need not all have a dispatcher.
    if (host === undefined) continue;
    const strike = () => {
      if (!host.alive || !unfinished.has(fault.host)) return;
      if (fault.kind === 'pause') {
        world.onEvent({ kind: 'host-paused', host: fault.host, forMs: fault.forMs });
        simulation.pause(host, Math.round(fault.forMs * 1000));
        return;
      }
      world.onEvent({ kind: 'host-crashed', host: fault.host });
      simulation.crash(host);
      if (fault.downMs === undefined) {
        unfinished.delete(fault.host);
        return;
      }
      const boot = () => {
        world.onEvent({ kind: 'host-restarted', host: fault.host });
        simulation.restart(host);
      };
      simulation.after(Math.round(fault.downMs * 1000), fate, boot, undefined);
    };
    simulation.at(Math.round(fault.atMs * 1000), fate, strike, undefined);
  }
}
