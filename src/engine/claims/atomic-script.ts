import type { ClaimContext, ClaimDefinition, WorkerContext } from '../claim.ts';
import { runScript } from '../script.ts';
import pop from './atomic-script.pop.lua.ts';
import { type Popped, PoppedWithToken } from './popped-with-token.ts';

type AtomicScriptParameters = {
  /**
   * How the script compares the limit, which arrives as a string. As the document prints it (`string`), Lua refuses and every claim of
   * a limited type fails. The default is `number`, the smallest repair that runs: whoever tries the printed script mends this at the first
   * claim, and the promises and defects that the document writes about show only once it runs.
   */
  readonly limitArgument: 'number' | 'string';
  /** A token is `<owner>:<second>` as documented; `unique` adds what no other token has. */
  readonly tokenName: 'worker-and-second' | 'unique';
  /**
   * Who `worker_id` is: the worker, or the process, as where the document hands `tm.instanceID` to its other atomic pops. Workers of
   * one process then share a token whenever they claim within a second of each other.
   */
  readonly tokenOwner: 'worker' | 'process';
};

/** Redis checks the limit, pops the task and takes the token in one step. */
class AtomicScript extends PoppedWithToken {
  readonly #parameters: AtomicScriptParameters;
  readonly #process: string;

  constructor(context: ClaimContext, parameters: AtomicScriptParameters) {
    super(context);
    this.#parameters = parameters;
    this.#process = parameters.tokenOwner === 'process' ? context.random.id() : '';
  }

  protected async pop(type: string, worker: WorkerContext): Promise<Popped | undefined> {
    const { redis, keys, limiter, observe } = this.context;
    const limit = limiter.limit(type);
    if (limit === Number.POSITIVE_INFINITY) {
      // No token is needed: there is nothing to do atomically.
      const [id] = await redis.zpopmin(keys.pending(type));
      return id === undefined ? undefined : { id, token: { type, id } };
    }
    const reply = (await runScript(
      redis,
      pop,
      [keys.pending(type), keys.semaphore(type)],
      [limit, this.#owner(worker), this.#parameters.limitArgument],
    )) as [id: string, token: string] | null;
    if (reply === null) return undefined;
    const [id, token] = reply;
    observe({ kind: 'token-acquired', type, token });
    return { id, token: { type, id: token } };
  }

  #owner(worker: WorkerContext): string {
    const owner = this.#parameters.tokenOwner === 'worker' ? worker.id : this.#process;
    return this.#parameters.tokenName === 'unique' ? `${owner}:${this.context.random.id()}` : owner;
  }
}

/**
 * One Lua script for each type in turn: limit check, ZPOPMIN of that type's queue, token. One command instead of three, and nothing
 * between them.
 *
 * Promises: a task that finds no room stays in its queue; no task is run twice. Limits hold as long as no two holders of tokens share
 * a name. Its tokens do not expire: a handler cannot outlive one, a crash leaks one for ever.
 */
export const atomicScript: ClaimDefinition<AtomicScriptParameters> = {
  id: 'atomic-script',
  source: 'xqueue-0.0.4, loss repair two',
  summary: 'one script: check the limit, pop a task of the type, take a token that never expires',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'per type, priority, then submission order of claims',
    limits: true,
    blocks: false,
    claimsByType: true,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [
      'a crash or a lost answer after the script has popped: the task is in no queue',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a crash while a token is held: it never expires, and as many crashes as the limit stop the type for ever',
      'workers that share a name, as those of a process do where tokenOwner is process: claims within one second share a token, and any limit above 1 is broken',
      'the first type starves the later ones where workers are few',
      'limitArgument string: every claim of a limited type fails',
    ],
  },
  defaults: { limitArgument: 'number', tokenName: 'worker-and-second', tokenOwner: 'worker' },
  choices: {
    limitArgument: ['number', 'string'],
    tokenName: ['worker-and-second', 'unique'],
    tokenOwner: ['worker', 'process'],
  },
  create: (context, parameters) => new AtomicScript(context, parameters),
};
