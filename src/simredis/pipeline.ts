import { type Argument, argumentVector } from './arguments.ts';
import type { SimRedisClient } from './client.ts';
import { COMMAND_METHODS, decoderOf, SimReplyError } from './decode.ts';
import { ErrorReply, NilArray, type Reply } from './reply.ts';

/** As ioredis's: an error stands alone. */
type Result = [error: Error] | [error: null, value: unknown];

const MULTI = ['multi'];
const EXEC = ['exec'];

/** A call as `pipeline([…])` and `multi([…])` take it. */
export type Call = readonly [command: string, ...args: Argument[]];

/** Calls that travel together: `pipeline()`, or `multi()`, which wraps them in MULTI and EXEC. As ioredis's. */
export class SimPipeline {
  readonly #client: SimRedisClient;
  readonly #transaction: boolean;
  readonly #calls: (readonly string[])[] = [];

  constructor(client: SimRedisClient, transaction: boolean) {
    this.#client = client;
    this.#transaction = transaction;
  }

  get length(): number {
    return this.#calls.length;
  }

  /** Any command by name. */
  call(command: string, ...args: Argument[]): this {
    this.#calls.push(argumentVector(command, args));
    return this;
  }

  addBatch(calls: readonly Call[]): this {
    for (const [command, ...args] of calls) this.call(command, ...args);
    return this;
  }

  /**
   * Sends them. An error in one call stands in its place in the results and does not reject, as in ioredis; an aborted
   * transaction (a WATCHed key was touched) resolves with null; EXECABORT rejects.
   */
  async exec(): Promise<Result[] | null> {
    if (!this.#transaction) return this.#sendAll(this.#calls);
    const queued = this.#sendAll([MULTI, ...this.#calls]);
    const reply = this.#client.send(EXEC, this.#calls.length + 1);
    const [, ...refusals] = await queued;
    let results: Reply;
    try {
      results = await reply;
    } catch (error) {
      (error as { previousErrors?: unknown[] }).previousErrors = refusals.flatMap(([refusal]) => refusal ?? []);
      throw error;
    }
    if (results instanceof NilArray || results === null) return null;
    return (results as Reply[]).map((result, index) => toResult(result, this.#calls[index] as readonly string[]));
  }

  /** One promise for all of them. */
  #sendAll(calls: readonly (readonly string[])[]): Promise<Result[]> {
    const results: Result[] = [];
    let left = calls.length;
    if (left === 0) return Promise.resolve(results);
    return new Promise((resolve) => {
      const settle = (index: number, result: Result) => {
        results[index] = result;
        if (--left === 0) resolve(results);
      };
      calls.forEach((argv, index) => {
        this.#client.sendTo({
          argv,
          pipelineIndex: index,
          decoder: decoderOf(argv[0] as string),
          resolve: (value) => settle(index, [null, value]),
          reject: (error) => settle(index, [error]),
        });
      });
    });
  }
}

function toResult(reply: Reply, argv: readonly string[]): Result {
  if (reply instanceof ErrorReply) return [new SimReplyError(reply.text, argv)];
  return [null, decoderOf(argv[0] as string)(reply)];
}

for (const name of COMMAND_METHODS) {
  Object.defineProperty(SimPipeline.prototype, name, {
    value: function (this: SimPipeline, ...args: Argument[]) {
      return this.call(name, ...args);
    },
  });
}
