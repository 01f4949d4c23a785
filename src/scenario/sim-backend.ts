import { simRedisClient } from '../simredis/client.ts';
import { RedisNode } from '../simredis/node.ts';
import { RandomStream } from '../simulation/random-stream.ts';
import { random } from '../simulation/schedules/random.ts';
import { Simulation } from '../simulation/simulation.ts';
import type { Backend } from './backend.ts';

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
    const unfinished = new Set<string>();
    set({
      keyPrefix: '',
      timeScale: 1,
      hash: simulation.hash,
      ended: new AbortController().signal,
      nowUs: () => simulation.nowUs,
      machine(name, main, clockError) {
        const host = simulation.addHost(name, clockError);
        unfinished.add(name);
        simulation.start(host, async () => {
          const client = simRedisClient((receiver) => redis.connect(host, receiver));
          await main({ redis: client, clock: simulation.clock(host), random: simulation.random(name) });
          client.disconnect();
          unfinished.delete(name);
        });
      },
    });
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
