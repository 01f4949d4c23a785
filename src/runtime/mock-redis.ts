import type { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import IoredisMock from 'ioredis-mock';

/** ioredis-mock was asked for a command that it does not have. */
export class MissingCommandError extends Error {
  readonly code = 'MISSING_COMMAND';
  readonly command: string;
  /** @param where `in scripts`, where it has it only outside them */
  constructor(command: string, where = '') {
    super(`ioredis-mock has no ${command.toUpperCase()}${where && ` ${where}`}: use --backend sim or --backend redis`);
    this.command = command;
  }
}

/** What ioredis-mock throws from the stub of a command that it knows of and does not have. */
const UNSUPPORTED = /^Unsupported command: "(\w+)"/;

type Method = (...args: unknown[]) => unknown;

/** What the mock's connections to one server share. */
interface Shared {
  readonly context: { readonly modifiedKeyEvents: EventEmitter };
  readonly channels: EventEmitter;
  readonly patternChannels: EventEmitter;
}

/**
 * A server of ioredis-mock, and its clients. A command that it lacks throws a TypeError there; here it is a MissingCommandError
 * that is also reported, so that a run ends with one clear line instead of workers that fail for ever.
 */
export class MockServer {
  static #count = 0;
  /** The mock keeps a store for each name. */
  readonly #host = `mock-${++MockServer.#count}`;
  readonly #onMissing: (error: MissingCommandError) => void;
  readonly #clients = new Set<Redis>();

  constructor(onMissing: (error: MissingCommandError) => void) {
    this.#onMissing = onMissing;
  }

  connect(): Redis {
    return this.#opened(new IoredisMock({ host: this.#host }) as unknown as Redis);
  }

  /** Disconnects all clients, duplicates too, and forgets all keys: the mock would keep both as long as the process lives. */
  async close(): Promise<void> {
    const [first] = this.#clients;
    await first?.flushall();
    for (const client of this.#clients) client.disconnect();
    this.#clients.clear();
  }

  #opened(client: Redis): Redis {
    const { context, channels, patternChannels } = client as unknown as Shared;
    // Every connection listens: a hundred workers are no leak.
    for (const emitter of [context.modifiedKeyEvents, channels, patternChannels]) emitter.setMaxListeners(0);
    this.#clients.add(client);
    return guarded(client, this.#onMissing, (duplicate) => this.#opened(duplicate));
  }
}

function guarded(
  client: Redis,
  onMissing: (error: MissingCommandError) => void,
  opened: (duplicate: Redis) => Redis,
): Redis {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (property === 'duplicate') return () => opened(target.duplicate() as unknown as Redis);
      if (typeof value !== 'function') return value;
      const refuse = (missing: MissingCommandError): Promise<never> => {
        onMissing(missing);
        return Promise.reject(missing);
      };
      return (...args: unknown[]) => {
        if (property === 'eval') {
          const command = lackingInScript(target, String(args[0]));
          if (command !== undefined) return refuse(new MissingCommandError(command, 'in scripts'));
        }
        try {
          return Reflect.apply(value as Method, target, args) as unknown;
        } catch (error) {
          const command = error instanceof TypeError ? UNSUPPORTED.exec(error.message)?.[1] : undefined;
          if (command === undefined) throw error;
          return refuse(new MissingCommandError(command));
        }
      };
    },
  });
}

const CALLED = /redis\.p?call\(\s*['"](\w+)['"]/g;

/**
 * The first command of a script that the mock cannot call from one; its own complaint would not name it. Streams it has outside
 * scripts only, and of what it lacks altogether it has stubs that no loop over the client sees.
 */
function lackingInScript(client: Redis, script: string): string | undefined {
  return [...script.matchAll(CALLED)]
    .map(([, name = '']) => name.toLowerCase())
    .find((name) => name.startsWith('x') || !Object.prototype.propertyIsEnumerable.call(client, name));
}
