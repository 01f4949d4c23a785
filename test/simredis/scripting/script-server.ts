import { BLOCKED } from '../../../src/simredis/command.ts';
import type { Reply } from '../../../src/simredis/reply.ts';
import { RedisServer } from '../../../src/simredis/server.ts';

/** A simulated server whose calls answer at once, for tests of scripts. Its clock stands at 2024-01-01. */
export class ScriptServer {
  nowUs = 1_704_067_200_000_000;
  readonly server = new RedisServer(() => this.nowUs, { at: () => () => {} });
  readonly #session = this.server.connect(() => {});

  call(...argv: readonly string[]): Reply {
    const reply = this.server.execute(this.#session, argv);
    if (reply === BLOCKED) throw new Error(`${argv[0]} has blocked`);
    return reply;
  }

  eval(script: string, keys: readonly string[] = [], argv: readonly string[] = []): Reply {
    return this.call('EVAL', script, String(keys.length), ...keys, ...argv);
  }
}
