import type { Observer } from '../engine/ports.ts';
import type { SqlClient } from '../engine/wakeups/sql-client.ts';
import { SimLogClient } from '../simlog/client.ts';
import { LogNode } from '../simlog/node.ts';
import { simRedisClient } from '../simredis/client.ts';
import { RedisNode } from '../simredis/node.ts';
import { SqlNode } from '../simsql/node.ts';
import type { Host } from '../simulation/host.ts';
import { RandomStream } from '../simulation/random-stream.ts';
import { random } from '../simulation/schedules/random.ts';
import { Simulation } from '../simulation/simulation.ts';
import { AnswerLog } from './answers.ts';
import type { Backend, World } from './backend.ts';
import type { Conductor } from './conductor.ts';
import { Fate } from './fate.ts';

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
  async run(seed, environment, set, variation = {}) {
    const { conductor, eventsMax } = variation;
    const simulation = new Simulation({
      seed,
      schedule: random(new RandomStream(seed, 'schedule')),
      ...(conductor && { chooser: conductor.chooser }),
      ...(eventsMax !== undefined && { eventsMax }),
    });
    const redis = new RedisNode(simulation, simulation.addHost('redis'), {
      ...(environment.redis && { serviceTimes: environment.redis }),
      ...(environment.network && { latency: environment.network }),
    });
    const answers = variation.answers === true ? new AnswerLog(redis) : undefined;
    // Put up by whoever first asks for it: a run that has no use for a log is the same as if there were none.
    let log: LogNode | undefined;
    const connectToLog = (host: Host) => {
      log ??= new LogNode(simulation, simulation.addHost('log'), environment.network);
      return log.connect(host);
    };
    let database: SqlNode | undefined;
    const connectToDatabase = (host: Host) => {
      database ??= new SqlNode(simulation, simulation.addHost('database'), environment.network);
      return database.connect(host);
    };
    const faults = [...(environment.faults ?? []), ...(variation.faults ?? [])];
    const fate = new Fate(simulation, redis, faults, variation, (event) => world.onEvent(event));
    redis.interference = (host) => fate.of(host);
    const machines = new Map<string, Host>();
    conductor?.begin({ simulation, redis, fate, machines });
    const world: World = {
      keyPrefix: '',
      timeScale: 1,
      hash: simulation.hash,
      ended: new AbortController().signal,
      faults,
      nowUs: () => simulation.nowUs,
      machine(name, main, clockError) {
        const host = simulation.addHost(name, clockError);
        const own = fate.of(host);
        machines.set(name, host);
        fate.begun(name);
        simulation.start(host, async () => {
          const { life } = host;
          const client = simRedisClient((receiver) => redis.connect(host, receiver));
          const clock = simulation.clock(host);
          let sql: SqlClient | undefined;
          await main({
            redis: client,
            sql: {
              query: (text, params) => {
                sql ??= connectToDatabase(host);
                return sql.query(text, params);
              },
            },
            clock,
            random: simulation.random(name),
            log: new SimLogClient(() => connectToLog(host), clock),
            told: (news) => toldAlive(simulation, host, news, conductor),
            ...((own !== undefined || conductor !== undefined) && {
              reporting: (observe: Observer) => {
                const seen = conductor?.reporting(host, observe) ?? observe;
                return own?.reporting(seen) ?? seen;
              },
            }),
            compute: (ms) => simulation.compute(host, Math.round(ms * 1000)),
          });
          if (host.life !== life) return;
          client.disconnect();
          fate.finished(name);
          // The process exits, whatever still runs in it.
          if (faults.length > 0) simulation.crash(host);
        });
      },
      stop: () => simulation.stop(),
      onEvent: () => {},
    };
    set(world);
    fate.schedule(machines);
    try {
      await simulation.run();
      if (!simulation.isStopped && fate.unfinished.length > 0) throw new StalledRunError(fate.unfinished);
    } finally {
      conductor?.end();
      redis.server.scripts.close();
    }
    return {
      redisCommands: redis.server.commandsRun,
      redisUtilisation: simulation.nowUs === 0 ? 0 : redis.host.computedUs / simulation.nowUs,
      ...(database !== undefined && { sqlStatements: database.statementsRun }),
      ...(fate.profile !== undefined && { profile: fate.profile }),
      ...(answers !== undefined && { answers: answers.answers }),
    };
  },
  async close() {},
};

/** Passes on news as an event of the host: whoever waited in a life that has ended never hears of it. */
function toldAlive<T>(
  simulation: Simulation,
  host: Host,
  news: Promise<T>,
  conductor: Conductor | undefined,
): Promise<T> {
  const { life } = host;
  return new Promise((resolve, reject) => {
    const ifAlive =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        conductor?.windUp();
        // Where the next step is chosen, time has to go on first: the end of a run is no race of its design.
        if (host.life === life && host.alive) simulation.after(conductor === undefined ? 0 : 1, host, settle, value);
      };
    news.then(ifAlive(resolve), ifAlive(reject));
  });
}
