import type { ClaimContext, ClaimStrategy, Parameters, WorkerContext } from '../../src/engine/claim.ts';
import { CLAIMS } from '../../src/engine/claims/index.ts';
import { ConcurrencyLimiter } from '../../src/engine/concurrency-limiter.ts';
import type { EngineEvent, EventKind, EventOf } from '../../src/engine/events.ts';
import { Keys } from '../../src/engine/keys.ts';
import type { WorkerPool } from '../../src/engine/pool.ts';
import { POOLS } from '../../src/engine/pools/index.ts';
import type { RedisClient } from '../../src/engine/ports.ts';
import { TaskEvents } from '../../src/engine/task-events.ts';
import { TaskManager } from '../../src/engine/task-manager.ts';
import type { History } from '../../src/history/history.ts';
import { INVARIANTS } from '../../src/history/invariants/index.ts';
import { SimLogClient } from '../../src/simlog/client.ts';
import { LogNode } from '../../src/simlog/node.ts';
import { simRedisClient } from '../../src/simredis/client.ts';
import { RedisNode } from '../../src/simredis/node.ts';
import type { Host } from '../../src/simulation/host.ts';
import { fifo } from '../../src/simulation/schedules/fifo.ts';
import type { Schedule } from '../../src/simulation/schedules/schedule.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

export interface WorldOptions {
  readonly seed?: number;
  readonly schedule?: Schedule;
  readonly tokenTtlMs?: number;
}

/** What code runs on: a host, with ports of its own. */
export interface Machine extends ClaimContext {
  readonly host: Host;
}

/** A simulated world with one Redis and as many hosts as wanted. All engine events go into one history. */
export class World {
  readonly simulation: Simulation;
  readonly redis: RedisNode;
  readonly #events: EngineEvent[] = [];
  readonly #timesUs: number[] = [];
  readonly #tokenTtlMs: number | undefined;
  #log: LogNode | undefined;

  constructor({ seed = 1, schedule = fifo(), tokenTtlMs }: WorldOptions = {}) {
    this.simulation = new Simulation({ seed, schedule, eventsMax: 5_000_000 });
    this.redis = new RedisNode(this.simulation, this.simulation.addHost('redis'));
    this.#tokenTtlMs = tokenTtlMs;
  }

  get history(): History {
    return { events: this.#events, timesUs: this.#timesUs };
  }

  /** A log broker, put up when it is first asked for. */
  get log(): LogNode {
    this.#log ??= new LogNode(this.simulation, this.simulation.addHost('log'));
    return this.#log;
  }

  /** Virtual ms since the start. */
  get nowMs(): number {
    return this.simulation.nowUs / 1000;
  }

  /** Runs code on a host of its own, now and after each restart. What it throws ends the run. */
  start(name: string, main: (machine: Machine) => Promise<void>): Host {
    const { simulation } = this;
    const host = simulation.addHost(name);
    simulation.start(host, async () => {
      const redis = simRedisClient((receiver) => this.redis.connect(host, receiver));
      const keys = new Keys();
      const ports = {
        redis,
        clock: simulation.clock(host),
        random: simulation.random(name),
        log: new SimLogClient(() => this.log.connect(host), simulation.clock(host)),
        observe: (event: EngineEvent) => {
          this.#events.push(event);
          this.#timesUs.push(simulation.nowUs);
        },
      };
      await main({
        ...ports,
        host,
        keys,
        limiter: new ConcurrencyLimiter(ports, keys, this.#tokenTtlMs),
        workerCount: 0,
      });
      redis.disconnect();
    });
    return host;
  }

  async run(): Promise<void> {
    try {
      await this.simulation.run();
    } finally {
      this.redis.server.scripts.close();
    }
  }

  /** Events of a kind, in order. */
  eventsOf<K extends EventKind>(kind: K): EventOf<K>[] {
    return this.#events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  /** When events of a kind happened, in virtual ms. */
  timesOf(kind: EventKind): number[] {
    return this.#timesUs.filter((_, index) => this.#events[index]?.kind === kind).map((us) => us / 1000);
  }

  /** What an invariant has to say of the history so far. */
  violations(id: string): string[] {
    const invariant = INVARIANTS.find((each) => each.id === id);
    if (invariant === undefined) throw new Error(`there is no invariant ${id}`);
    return invariant.check(this.history).map(({ message }) => message);
  }
}

/** A world of one host that runs the given code to its end. */
export async function inWorld(
  main: (machine: Machine, world: World) => Promise<void>,
  options?: WorldOptions,
): Promise<World> {
  const world = new World(options);
  let ended = false;
  world.start('app', async (machine) => {
    await main(machine, world);
    ended = true;
  });
  await world.run();
  if (!ended) throw new Error('the code stands still: nothing is left to happen that would wake it');
  return world;
}

/** A process's door to a queue of the given design. */
export interface Process {
  readonly machine: Machine;
  readonly strategy: ClaimStrategy;
  readonly manager: TaskManager;
  /** Where submissions are announced. */
  readonly events?: TaskEvents;
}

/** Opens a claim strategy by its id on a machine, with its documented parameters and these changes. */
export async function openQueue(machine: Machine, claims: string, changes: Parameters = {}): Promise<Process> {
  const definition = CLAIMS.find(({ id }) => id === claims);
  if (definition === undefined) throw new Error(`there is no claim strategy ${claims}`);
  const strategy = definition.create(machine, { ...definition.defaults, ...changes });
  await strategy.open?.();
  return { machine, strategy, manager: new TaskManager(machine, strategy) };
}

/** The same, with submissions announced, for pools that are woken by them. */
export async function openAnnouncedQueue(machine: Machine, claims: string, changes: Parameters = {}): Promise<Process> {
  const { strategy } = await openQueue(machine, claims, changes);
  const events = new TaskEvents(machine, machine.keys);
  return { machine, strategy, manager: new TaskManager(machine, strategy, events), events };
}

/** A pool of workers on a process, by its id, not yet started. */
export function poolOf(
  { machine, strategy, manager, events }: Process,
  pool: string,
  workers: readonly string[],
  changes: Parameters = {},
): WorkerPool {
  const definition = POOLS.find(({ id }) => id === pool);
  if (definition === undefined) throw new Error(`there is no pool ${pool}`);
  const context = {
    ...machine,
    strategy,
    manager,
    events,
    process: machine.host.name,
    workers: workers.map((id, number) => ({ id, number })),
  };
  return definition.create(context, { ...definition.defaults, ...changes });
}

/** A worker that no pool drives: the test claims for it. Its blocking connection is closed by `done`. */
export function workerOf(
  machine: Machine,
  id: string,
  place: { readonly number?: number; readonly types?: readonly string[] } = {},
): WorkerContext & { done(): void } {
  const blockingRedis = machine.redis.duplicate();
  return {
    id,
    types: ['email', 'example'],
    ...place,
    redis: machine.redis,
    blockingRedis,
    stopping: new AbortController().signal,
    done: () => blockingRedis.disconnect(),
  };
}

/** A client some of whose calls are the test's. */
export function altered(redis: RedisClient, calls: Record<string, (...args: never[]) => unknown>): RedisClient {
  return new Proxy(redis, {
    get(target, name) {
      const value: unknown = calls[name as string] ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The ids of the claim strategies that need no dispatcher beside the workers, in the order of the documents. */
export const CLAIM_IDS: readonly string[] = CLAIMS.filter(({ needsDispatcher }) => !needsDispatcher).map(
  ({ id }) => id,
);
