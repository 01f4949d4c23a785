import type { ClaimContext, ClaimDefinition, WorkerContext } from '../claim.ts';
import { type Popped, PoppedWithToken } from './popped-with-token.ts';
import { TypeRotation } from './type-rotation.ts';

type TokenFirstParameters = {
  /**
   * In which order a worker asks for types. The document walks through `availableTypes` from its first (`fixed`); `rotating` begins
   * one type further with each claim of the process.
   */
  readonly typeOrder: 'fixed' | 'rotating';
};

/** A worker takes a token of a type, and only then a task of it. */
export class TokenFirst extends PoppedWithToken {
  readonly #rotation: TypeRotation | undefined;

  constructor(context: ClaimContext, { typeOrder }: TokenFirstParameters) {
    super(context);
    this.#rotation = typeOrder === 'rotating' ? new TypeRotation() : undefined;
  }

  protected override typesFor({ types }: WorkerContext): readonly string[] {
    return this.#rotation?.next(types) ?? types;
  }

  protected async pop(type: string): Promise<Popped | undefined> {
    const { redis, keys, limiter } = this.context;
    const token = await limiter.acquire(type);
    if (token === undefined) return undefined;
    let id: string | undefined;
    try {
      [id] = await redis.zpopmin(keys.pending(type));
    } finally {
      // Nothing there, or an error. Of a pop whose answer was lost, the task is lost too.
      if (id === undefined) await limiter.release(token);
    }
    return id === undefined ? undefined : { id, token };
  }
}

/**
 * For each type in turn: the token, then ZPOPMIN of that type's queue; nothing there: the token goes back, the next type. Only a
 * task with a token is marked processing.
 *
 * Promises: a task that finds no token stays in its queue; no task is run twice, limits hold. A poll of an empty queue takes a token
 * and gives it back: for that long, one task less of the type can start.
 */
export const tokenFirst: ClaimDefinition<TokenFirstParameters> = {
  id: 'token-first',
  source: 'xqueue-0.0.4, loss repair one',
  summary: 'for each type: take a token, pop a task of that type; none there: give the token back',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'per type, priority, then submission order of claims',
    limits: true,
    blocks: false,
    claimsByType: true,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [
      'a crash or an error reply between ZPOPMIN and status processing: the task is in no queue',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a handler that outlives its token',
      'few workers with a fixed order of types: the first type starves the later ones',
      'a worker that looks into an empty queue holds a token meanwhile: another may find no room for a task that has just come',
    ],
  },
  defaults: { typeOrder: 'fixed' },
  choices: { typeOrder: ['fixed', 'rotating'] },
  create: (context, parameters) => new TokenFirst(context, parameters),
};
