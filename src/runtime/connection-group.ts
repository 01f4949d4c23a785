import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** The server notices a closed connection within its event loop; so often it is asked, and so long in all. */
const CHECK_EVERY_MS = 5;
const CHECKS_MAX = 400;

/**
 * Connections that are opened and closed together: those of one run, and all that it duplicates from them. After `close`
 * nothing of what they sent is still to be executed, so that keys deleted then stay deleted.
 */
export class ConnectionGroup {
  readonly #control: Redis;
  readonly #name: string;
  readonly #connections = new Set<Redis>();
  #closed = false;

  /** @param name told to the server for each connection; no spaces */
  constructor(control: Redis, name: string) {
    this.#control = control;
    this.#name = name;
  }

  open(): Redis {
    return this.#adopt(this.#control.duplicate({ connectionName: this.#name }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const connection of this.#connections) connection.disconnect();
    for (let check = 0; check < CHECKS_MAX; check++) {
      const clients = (await this.#control.client('LIST')) as string;
      if (!clients.includes(` name=${this.#name} `)) return;
      await sleep(CHECK_EVERY_MS);
    }
    throw new Error(`connections named ${this.#name} are still open after ${CHECK_EVERY_MS * CHECKS_MAX} ms`);
  }

  #adopt(connection: Redis): Redis {
    this.#connections.add(connection);
    // A lost connection is reported once, by the control connection.
    connection.on('error', () => {});
    const duplicate = connection.duplicate.bind(connection);
    connection.duplicate = (override) => this.#adopt(duplicate(override));
    if (this.#closed) connection.disconnect();
    return connection;
  }
}
