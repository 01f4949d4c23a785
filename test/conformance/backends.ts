import { describe, test } from 'vitest';
import { isRedisInstalled, startPrivateRedis } from '../../src/runtime/private-redis.ts';
import type { Timers } from '../../src/simredis/blocking.ts';
import type { Reply } from '../../src/simredis/reply.ts';
import { RedisServer } from '../../src/simredis/server.ts';
import type { Session } from '../../src/simredis/session.ts';
import { openMock } from './mock-backend.ts';
import { fromSimulated, type NormalReply } from './normal-reply.ts';
import { RespConnection } from './resp-connection.ts';

export type { NormalReply } from './normal-reply.ts';

/** One client of a backend. Arguments and replies are byte strings. */
export interface BackendClient {
  /** An error is a reply too. A blocking call's promise stays open until the server answers. */
  call(...args: string[]): Promise<NormalReply>;
  /** Published messages so far, and confirmations that are no call's last reply. */
  readonly pushed: readonly NormalReply[];
  close(): void;
}

export interface Backend extends BackendClient {
  readonly name: BackendName;
  /** Another client of the same server. `call` on the backend itself is its first client. */
  client(): Promise<BackendClient>;
  /** Moves time on: virtually in `sim`, by waiting in `redis`. */
  advance(ms: number): Promise<void>;
  /** Waits until the server has parked `count` clients in blocking commands, for a second at most. */
  parked(count: number): Promise<void>;
  /** Ends the server. */
  stop(): Promise<void>;
}

export type BackendName = 'sim' | 'redis' | 'mock';

/** Where the virtual clocks start: 2024-01-01T00:00:00Z. */
export const EPOCH_MS = 1_704_067_200_000;
const PARKED_POLLS_MAX = 200;
const PARKED_POLL_MS = 5;

/** @throws {Error} for `redis` where no redis-server is installed: ask `isRedisInstalled` or use `describeWithRedis`. */
export async function openBackend(name: BackendName): Promise<Backend> {
  switch (name) {
    case 'sim':
      return new SimBackend();
    case 'redis':
      return openRedis();
    case 'mock':
      return openMock(EPOCH_MS);
  }
}

/** A describe that needs a real redis-server: skipped with one line of advice where there is none, failed so in CI. */
export function describeWithRedis(name: string, body: () => void, options: { readonly timeout?: number } = {}): void {
  if (isRedisInstalled()) {
    describe(name, options, body);
    return;
  }
  const advice = `needs a real redis-server: apt-get install redis-server`;
  if (process.env.CI) {
    test(name, () => {
      throw new Error(`${name} ${advice}`);
    });
    return;
  }
  console.warn(`skipped: ${name} ${advice}`);
  describe.skip(name, body);
}

/** A simulated server on a virtual clock that stands still until `advance`. */
export class SimBackend implements Backend {
  readonly name = 'sim';
  readonly server: RedisServer;
  readonly #clock: VirtualClock;
  readonly #first: SimClient;

  /** @param random as RedisServer's; the default always takes the first. */
  constructor(random?: (below: number) => number) {
    const clock = new VirtualClock();
    this.#clock = clock;
    this.server = new RedisServer(() => clock.nowUs, clock, random);
    this.#first = new SimClient(this.server);
  }

  get nowUs(): number {
    return this.#clock.nowUs;
  }

  set nowUs(timeUs: number) {
    this.#clock.advanceTo(timeUs);
  }

  get pushed(): readonly NormalReply[] {
    return this.#first.pushed;
  }

  call(...args: string[]): Promise<NormalReply> {
    return this.#first.call(...args);
  }

  /** The reply at once, for a call that does not block. */
  callNow(...args: string[]): NormalReply {
    return this.#first.callNow(...args);
  }

  async client(): Promise<SimClient> {
    return new SimClient(this.server);
  }

  async advance(ms: number): Promise<void> {
    this.#clock.advanceTo(this.#clock.nowUs + Math.round(ms * 1000));
  }

  async parked(count: number): Promise<void> {
    if (this.server.blocking.count < count)
      throw new Error(`${this.server.blocking.count} clients are parked, not ${count}`);
  }

  close(): void {
    this.#first.close();
  }

  async stop(): Promise<void> {
    this.close();
  }
}

/** A session of a simulated server. */
export class SimClient implements BackendClient {
  readonly session: Session;
  readonly pushed: NormalReply[] = [];
  readonly #server: RedisServer;
  readonly #waiting: ((reply: NormalReply) => void)[] = [];
  /** How many of the next pushes confirm the running SUBSCRIBE, and what has come of them. */
  #confirmations: NormalReply[] | undefined;

  constructor(server: RedisServer) {
    this.#server = server;
    this.session = server.connect(
      (reply) => this.#deliver(reply),
      (message) => this.#push(message),
    );
  }

  call(...args: string[]): Promise<NormalReply> {
    const reply = new Promise<NormalReply>((resolve) => this.#waiting.push(resolve));
    const subscribing = /^p?(un)?subscribe$/i.test(args[0] as string);
    if (subscribing) this.#confirmations = [];
    this.#server.receive(this.session, args);
    if (subscribing) this.#confirmations = undefined;
    return reply;
  }

  callNow(...args: string[]): NormalReply {
    let now: NormalReply | undefined;
    this.#waiting.push((reply) => {
      now = reply;
    });
    this.#server.receive(this.session, args);
    if (now === undefined) throw new Error(`${args[0]} did not answer at once`);
    return now;
  }

  close(): void {
    this.#server.disconnect(this.session);
  }

  #deliver(reply: Reply): void {
    const resolve = this.#waiting.shift();
    if (resolve === undefined) throw new Error('a reply that nobody asked for');
    const normal = fromSimulated(reply);
    const confirmations = this.#confirmations;
    resolve(confirmations && confirmations.length > 0 ? [...confirmations, normal] : normal);
  }

  #push(message: Reply): void {
    (this.#confirmations ?? this.pushed).push(fromSimulated(message));
  }
}

class VirtualClock implements Timers {
  nowUs = EPOCH_MS * 1000;
  readonly #timers = new Set<{ readonly timeUs: number; readonly callback: () => void }>();

  at(timeUs: number, callback: () => void): () => void {
    const timer = { timeUs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Fires what falls due on the way, in order of time and then of registration. */
  advanceTo(timeUs: number): void {
    while (true) {
      let due: { readonly timeUs: number; readonly callback: () => void } | undefined;
      for (const timer of this.#timers) {
        if (timer.timeUs <= timeUs && (due === undefined || timer.timeUs < due.timeUs)) due = timer;
      }
      if (due === undefined) break;
      this.#timers.delete(due);
      this.nowUs = Math.max(this.nowUs, due.timeUs);
      due.callback();
    }
    this.nowUs = timeUs;
  }
}

async function openRedis(): Promise<Backend> {
  const server = await startPrivateRedis();
  if (server === undefined) throw new Error('no redis-server is installed: apt-get install redis-server');
  const clients: RespConnection[] = [];
  const client = async (): Promise<BackendClient> => {
    const connection = await RespConnection.open(server.port);
    clients.push(connection);
    return {
      call: (...args) => connection.call(args),
      pushed: connection.pushed,
      close: () => connection.close(),
    };
  };
  const first = await client();
  const monitor = await RespConnection.open(server.port);
  return {
    name: 'redis',
    ...first,
    client,
    advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    async parked(count) {
      for (let poll = 0; poll < PARKED_POLLS_MAX; poll++) {
        const info = String(await monitor.call(['INFO', 'clients']));
        if (Number(/blocked_clients:(\d+)/.exec(info)?.[1]) >= count) return;
        await new Promise((resolve) => setTimeout(resolve, PARKED_POLL_MS));
      }
      throw new Error(`redis-server did not park ${count} clients`);
    },
    async stop() {
      for (const connection of clients) connection.close();
      monitor.close();
      await server.stop();
    },
  };
}
