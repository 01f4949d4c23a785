import { simRedisClient } from '../src/simredis/client.ts';
import { RedisNode } from '../src/simredis/node.ts';
import { Simulation } from '../src/simulation/simulation.ts';

const CLIENTS = 10;

/** Ten clients, each adding a task to one sorted set and popping one, over the simulated network. */
export async function addAndPop(pairs: number): Promise<void> {
  const simulation = new Simulation({ seed: 1 });
  const node = new RedisNode(simulation, simulation.addHost('redis'));
  const host = simulation.addHost('app');
  for (let client = 0; client < CLIENTS; client++) {
    simulation.start(host, async () => {
      const redis = simRedisClient((receiver) => node.connect(host, receiver));
      for (let index = client; index < pairs; index += CLIENTS) {
        await redis.zadd('queue', index, `task-${index}`);
        const [task] = await redis.zpopmin('queue');
        if (task === undefined) throw new Error('popped nothing');
      }
      redis.disconnect();
    });
  }
  await simulation.run();
  if (node.server.commandsRun !== pairs * 2) throw new Error(`${node.server.commandsRun} commands ran`);
}
