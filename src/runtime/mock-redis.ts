import type { Redis } from 'ioredis';
import IoredisMock from 'ioredis-mock';

/** ioredis-mock was asked for a command that it does not have. */
export class MissingCommandError extends Error {
  readonly code = 'MISSING_COMMAND';
  readonly command: string;
  constructor(command: string) {
    super(`ioredis-mock has no ${command.toUpperCase()}: use --backend sim or --backend redis`);
    this.command = command;
  }
}

/** What ioredis-mock throws from the stub of a command that it knows of and does not have. */
const UNSUPPORTED = /^Unsupported command: "(\w+)"/;

type Method = (...args: unknown[]) => unknown;

/**
 * A client of ioredis-mock. A command that it lacks throws a TypeError there; here it is a MissingCommandError that is also
 * reported, so that a run ends with one clear line instead of workers that fail for ever.
 */
export function mockRedis(onMissing: (error: MissingCommandError) => void): Redis {
  return guarded(new IoredisMock() as unknown as Redis, onMissing);
}

function guarded(client: Redis, onMissing: (error: MissingCommandError) => void): Redis {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (property === 'duplicate') return () => guarded(target.duplicate() as unknown as Redis, onMissing);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        try {
          return Reflect.apply(value as Method, target, args) as unknown;
        } catch (error) {
          const command = error instanceof TypeError ? UNSUPPORTED.exec(error.message)?.[1] : undefined;
          if (command === undefined) throw error;
          const missing = new MissingCommandError(command);
          onMissing(missing);
          return Promise.reject(missing);
        }
      };
    },
  });
}
