import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { Fifo } from '../simulation/fifo.ts';
import { type Argument, argumentVector } from './arguments.ts';
import { AbortError, MaxRetriesPerRequestError } from './client-errors.ts';
import { COMMAND_METHODS, decode, decoderOf, SimReplyError } from './decode.ts';
import type { Connection, ConnectionFailure, Receiver } from './link.ts';
import { type Call, SimPipeline } from './pipeline.ts';
import { ErrorReply, type Reply } from './reply.ts';

/** Opens a connection for a client; its replies and messages go to the receiver. */
export type Connect = (receiver: Receiver) => Connection;

/** A command, and who is told of its answer. */
export interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly decoder: ((reply: Reply) => unknown) | undefined;
  readonly reject: (error: Error) => void;
  readonly argv: readonly string[];
  /** Its place in its pipeline, from 0. */
  readonly pipelineIndex: number | undefined;
}

/** ioredis's `maxRetriesPerRequest`: so many failed attempts in a row, and one more, and what waits is given up. */
const RETRIES_MAX = 20;

/** ioredis's `retryStrategy`. */
function retryDelayMs(attempt: number): number {
  return Math.min(attempt * 50, 2000);
}

/**
 * The direct client: ioredis's method signatures over a simulated connection, with no wire format between. A design cannot
 * tell it from `new Redis()`: use `simRedisClient`, which types it so.
 *
 * A connection that breaks is made again, as ioredis does by default: after 50 ms, 100 ms, …, 2 s; then it subscribes again, sends again
 * what has no answer (so a command whose reply was lost runs twice), in order, and then what was called meanwhile. Of a pipeline or a
 * transaction that was answered in part, the rest is rejected (AbortError); one with no answer yet is sent again whole. After 21
 * failures in a row all that waits is rejected (MaxRetriesPerRequestError), and it goes on trying. Blocking commands and subscriptions
 * are no exception. As with ioredis, one that is disconnected between two attempts never settles what waits.
 *
 * Not as ioredis: the handshake is INFO alone; errors of the connection are told to listeners of `error` only, and never printed.
 */
export class SimRedisClient extends EventEmitter {
  readonly #connect: Connect;
  readonly #connection: Connection;
  /** Sent, and not answered. */
  #pending = new Fifo<Pending>();
  /** Called while there was no connection. */
  #offline = new Fifo<Pending>();
  readonly #channels = new Set<string>();
  readonly #patterns = new Set<string>();
  /** Failed attempts in a row. */
  #failures = 0;
  /** Nobody wants a connection any more. */
  #isClosing = false;
  status: 'connecting' | 'ready' | 'reconnecting' | 'end';

  constructor(connect: Connect) {
    super();
    this.#connect = connect;
    this.#connection = connect({
      onReply: (reply) => this.#onReply(reply),
      onPush: (message) => this.#onPush(message),
      onOpen: () => this.#onOpen(),
      onClose: (failure) => this.#onClose(failure),
    });
    this.status = this.#connection.isOpen ? 'ready' : 'connecting';
  }

  /** Any command by name, as ioredis's `call`: HGETALL becomes an object only where the name is in lower case. */
  call(command: string, ...args: Argument[]): Promise<unknown> {
    return this.sendCommand(command, args, decoderOf(command));
  }

  /**
   * Sends an argument vector of byte strings. Resolves with the server's reply as it stands; rejects with SimReplyError.
   * @param pipelineIndex its place, from 0, among calls that travel together
   */
  send(argv: readonly string[], pipelineIndex?: number): Promise<Reply> {
    return this.#send(argv, undefined, pipelineIndex) as Promise<Reply>;
  }

  /** One of ioredis's methods: resolves with what ioredis makes of the reply. */
  sendCommand(name: string, args: readonly Argument[], decoder: (reply: Reply) => unknown): Promise<unknown> {
    return this.#send(argumentVector(name, args), decoder, undefined);
  }

  #send(
    argv: readonly string[],
    decoder: ((reply: Reply) => unknown) | undefined,
    pipelineIndex: number | undefined,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => this.sendTo({ resolve, reject, argv, decoder, pipelineIndex }));
  }

  /** Sends a command whose answer its caller is called back with. */
  sendTo(call: Pending): void {
    if (this.status === 'ready') this.#write(call);
    else if (this.status === 'end') call.reject(new Error(CLOSED));
    else this.#offline.push(call);
  }

  #write(call: Pending): void {
    this.#pending.push(call);
    this.#connection.send(call.argv);
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
    if (this.status !== 'ready' && this.status !== 'end' && this.#offline.length === 0) {
      this.disconnect();
      return 'OK';
    }
    const reply = this.send(['quit']);
    this.#isClosing = true;
    const said = decode(await reply) as 'OK';
    this.disconnect();
    return said;
  }

  /** Closes at once. Calls without an answer are rejected, as ioredis does. */
  disconnect(): void {
    if (this.status === 'end') return;
    this.#isClosing = true;
    if (this.status === 'ready') {
      this.#connection.close();
      this.#finish();
    } else if (this.status === 'reconnecting') {
      // Between two attempts ioredis has no socket that could tell of its end.
      this.#connection.close();
    }
  }

  #finish(): void {
    this.status = 'end';
    this.#rejectAll(() => new Error(CLOSED));
    this.emit('end');
  }

  #rejectAll(error: () => Error): void {
    while (this.#offline.length > 0) this.#offline.shift().reject(error());
    while (this.#pending.length > 0) this.#pending.shift().reject(error());
  }

  #onClose(failure: ConnectionFailure | undefined): void {
    const wasReady = this.status === 'ready';
    if (failure !== undefined && this.listenerCount('error') > 0 && !this.#isClosing) {
      this.emit('error', Object.assign(new Error(failure), { code: failure }));
    }
    if (wasReady) this.#pending = withoutHalfAnswered(this.#pending);
    this.emit('close');
    if (this.#isClosing) {
      this.#finish();
      return;
    }
    const delayMs = retryDelayMs(++this.#failures);
    this.status = 'reconnecting';
    this.emit('reconnecting', delayMs);
    this.#connection.reopen(delayMs, () => {
      this.status = 'connecting';
    });
    if (this.#failures % (RETRIES_MAX + 1) === 0) this.#rejectAll(() => new MaxRetriesPerRequestError());
  }

  #onOpen(): void {
    this.status = 'ready';
    this.#failures = 0;
    const [unanswered, waiting] = [this.#pending, this.#offline];
    this.#pending = new Fifo();
    this.#offline = new Fifo();
    for (const [name, targets] of [
      ['subscribe', this.#channels],
      ['psubscribe', this.#patterns],
    ] as const) {
      if (targets.size > 0) this.send([name, ...targets]).catch(() => {});
    }
    while (unanswered.length > 0) this.#write(unanswered.shift());
    while (waiting.length > 0) this.#write(waiting.shift());
    this.emit('ready');
  }

  #onReply(reply: Reply): void {
    const { resolve, reject, argv, decoder } = this.#pending.shift();
    if (reply instanceof ErrorReply) reject(new SimReplyError(reply.text, argv));
    else {
      if (SUBSCRIPTIONS.has(argv[0] as string)) this.#noteSubscriptions(argv);
      resolve(decoder === undefined ? reply : decoder(reply));
    }
  }

  /** What it is to subscribe to again on its next connection. */
  #noteSubscriptions([name, ...targets]: readonly string[]): void {
    const noted = name === 'subscribe' || name === 'unsubscribe' ? this.#channels : this.#patterns;
    if (name === 'subscribe' || name === 'psubscribe') for (const target of targets) noted.add(target);
    else if (targets.length === 0) noted.clear();
    else for (const target of targets) noted.delete(target);
  }

  #onPush(message: Reply): void {
    const [kind, ...rest] = decode(message) as [string, ...unknown[]];
    // Confirmations of single channels travel the same way; the call's own promise tells of them.
    if (kind === 'message' || kind === 'pmessage') this.emit(kind, ...rest);
  }
}

const CLOSED = 'Connection is closed.';
const SUBSCRIPTIONS = new Set(['subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe']);

/** What is left of pipelines whose first answer has arrived is rejected: to send it again would not be what was asked for. */
function withoutHalfAnswered(calls: Fifo<Pending>): Fifo<Pending> {
  const kept = new Fifo<Pending>();
  let expected = 0;
  while (calls.length > 0) {
    const call = calls.shift();
    const { pipelineIndex } = call;
    if (pipelineIndex === undefined || pipelineIndex === 0) expected = 0;
    if (pipelineIndex !== undefined && pipelineIndex !== expected++) call.reject(new AbortError(call.argv));
    else kept.push(call);
  }
  return kept;
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
