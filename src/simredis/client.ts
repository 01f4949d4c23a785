import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { Fifo } from '../simulation/fifo.ts';
import { type Argument, argumentVector } from './arguments.ts';
import { COMMAND_METHODS, decode, decoderOf, SimReplyError } from './decode.ts';
import type { Connection } from './node.ts';
import { type Call, SimPipeline } from './pipeline.ts';
import { ErrorReply, type Reply } from './reply.ts';

/** Opens a connection for a client; its replies and messages go to the receiver. */
export type Connect = (receiver: { onReply(reply: Reply): void; onPush(message: Reply): void }) => Connection;

/** A promise's two ends, and the command that they answer. */
interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly decoder: ((reply: Reply) => unknown) | undefined;
  readonly reject: (error: Error) => void;
  readonly argv: readonly string[];
}

/**
 * The direct client: ioredis's method signatures over a simulated connection, with no wire format between. A design cannot
 * tell it from `new Redis()`: use `simRedisClient`, which types it so.
 */
export class SimRedisClient extends EventEmitter {
  readonly #connect: Connect;
  readonly #connection: Connection;
  readonly #pending = new Fifo<Pending>();
  status: 'ready' | 'end' = 'ready';

  constructor(connect: Connect) {
    super();
    this.#connect = connect;
    this.#connection = connect({
      onReply: (reply) => this.#onReply(reply),
      onPush: (message) => this.#onPush(message),
    });
  }

  /** Any command by name, as ioredis's `call`: HGETALL becomes an object only where the name is in lower case. */
  call(command: string, ...args: Argument[]): Promise<unknown> {
    return this.sendCommand(command, args, decoderOf(command));
  }

  /** Sends an argument vector of byte strings. Resolves with the server's reply as it stands; rejects with SimReplyError. */
  send(argv: readonly string[]): Promise<Reply> {
    return this.#send(argv, undefined) as Promise<Reply>;
  }

  /** One of ioredis's methods: resolves with what ioredis makes of the reply. */
  sendCommand(name: string, args: readonly Argument[], decoder: (reply: Reply) => unknown): Promise<unknown> {
    return this.#send(argumentVector(name, args), decoder);
  }

  #send(argv: readonly string[], decoder: ((reply: Reply) => unknown) | undefined): Promise<unknown> {
    if (this.status === 'end') return Promise.reject(new Error('Connection is closed.'));
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject, argv, decoder });
      this.#connection.send(argv);
    });
  }

  multi(calls: readonly Call[] = []): SimPipeline {
    return new SimPipeline(this, true).addBatch(calls);
  }

  pipeline(calls: readonly Call[] = []): SimPipeline {
    return new SimPipeline(this, false).addBatch(calls);
  }

  /** A second connection to the same server, as blocking commands need one of their own. */
  duplicate(): SimRedisClient {
    return new SimRedisClient(this.#connect);
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  /** Closes once the server has answered all that was sent before. */
  async quit(): Promise<'OK'> {
    const reply = await this.send(['quit']);
    this.disconnect();
    return decode(reply) as 'OK';
  }

  /** Closes at once. Calls without an answer are rejected, as ioredis does. */
  disconnect(): void {
    if (this.status === 'end') return;
    this.status = 'end';
    this.#connection.close();
    while (this.#pending.length > 0) this.#pending.shift().reject(new Error('Connection is closed.'));
    this.emit('end');
  }

  #onReply(reply: Reply): void {
    const { resolve, reject, argv, decoder } = this.#pending.shift();
    if (reply instanceof ErrorReply) reject(new SimReplyError(reply.text, argv));
    else resolve(decoder === undefined ? reply : decoder(reply));
  }

  #onPush(message: Reply): void {
    const [kind, ...rest] = decode(message) as [string, ...unknown[]];
    // Confirmations of single channels travel the same way; the call's own promise tells of them.
    if (kind === 'message' || kind === 'pmessage') this.emit(kind, ...rest);
  }
}

for (const name of COMMAND_METHODS) {
  const decoder = decoderOf(name);
  Object.defineProperty(SimRedisClient.prototype, name, {
    value: function (this: SimRedisClient, ...args: Argument[]) {
      return this.sendCommand(name, args, decoder);
    },
  });
}

/** A client with ioredis's type. Commands that the simulation lacks are missing methods: `call` answers Redis's own error. */
export function simRedisClient(connect: Connect): Redis {
  return new SimRedisClient(connect) as unknown as Redis;
}
