import { createHash } from 'node:crypto';
import type { Claim, ClaimContext, ClaimDefinition, ClaimStrategy, WorkerContext } from '../../engine/claim.ts';
import type { RedisClient } from '../../engine/ports.ts';
import { runScript, type Script } from '../../engine/script.ts';
import { MismatchError } from './mutant.ts';

/** A script as a strategy sends it. */
export interface Sent {
  readonly context: ClaimContext;
  /** The client below, which nobody has tampered with. */
  readonly redis: RedisClient;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/** What a planted client does when the strategy sends a script. */
export interface ScriptChange {
  readonly script: Script;
  send(sent: Sent): Promise<unknown>;
}

export type Edit = readonly [from: string, to: string];

/** A script of another source. */
export function scriptOf(source: string): Script {
  return { sha1: createHash('sha1').update(source).digest('hex'), source };
}

/** The script with changes to its text. @throws MismatchError where one of the texts does not stand there exactly once */
export function edited(script: Script, ...edits: readonly Edit[]): Script {
  return scriptOf(
    edits.reduce((source, [from, to]) => {
      const parts = source.split(from);
      if (parts.length !== 2) throw new MismatchError(from, parts.length - 1);
      return parts.join(to);
    }, script.source),
  );
}

/** The script is sent with changes to its text. @throws MismatchError */
export function rewritten(script: Script, ...edits: readonly Edit[]): ScriptChange {
  const changed = edited(script, ...edits);
  return { script, send: ({ redis, keys, args }) => runScript(redis, changed, keys, args) };
}

/** A mutant that is such a change of one script. */
export function withText(script: Script, ...edits: Edit[]): (definition: ClaimDefinition) => ClaimDefinition {
  return (definition) => withScripts(definition, () => [rewritten(script, ...edits)]);
}

/** Something else is done instead of sending the script. */
export function instead(script: Script, send: ScriptChange['send']): ScriptChange {
  return { script, send };
}

/** Some calls of a client are others'. */
export function altered(redis: RedisClient, calls: Readonly<Record<string, unknown>>): RedisClient {
  return new Proxy(redis, {
    get(target, name) {
      const value: unknown = calls[name as string] ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/**
 * The design over a client that does other things than it is asked to.
 * @param changes made anew for each process; once here too, so that a mismatch shows when the mutant is planted
 */
export function withScripts(
  definition: ClaimDefinition,
  changes: (context: ClaimContext | undefined) => readonly ScriptChange[],
): ClaimDefinition {
  changes(undefined);
  return withContext(definition, (context) => {
    const { redis } = context;
    const bySha1 = new Map(changes(context).map((change) => [change.script.sha1, change]));
    const evalsha = (sha1: string, count: number, ...rest: (string | number)[]): Promise<unknown> => {
      const change = bySha1.get(sha1);
      if (change === undefined) return redis.evalsha(sha1, count, ...rest);
      return change.send({ context, redis, keys: rest.slice(0, count).map(String), args: rest.slice(count) });
    };
    return { ...context, redis: altered(redis, { evalsha }) };
  });
}

/** The design with other surroundings. */
export function withContext(
  definition: ClaimDefinition,
  change: (context: ClaimContext) => ClaimContext,
): ClaimDefinition {
  return { ...definition, create: (context, parameters) => definition.create(change(context), parameters) };
}

/** The design, some of whose methods are others. */
export function withStrategy(
  definition: ClaimDefinition,
  change: (strategy: ClaimStrategy, context: ClaimContext) => Partial<ClaimStrategy>,
): ClaimDefinition {
  return {
    ...definition,
    create(context, parameters) {
      const strategy = definition.create(context, parameters);
      const changed = change(strategy, context);
      return new Proxy(strategy, {
        get(target, name) {
          const value: unknown = Reflect.get(name in changed ? changed : target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    },
  };
}

/** The design whose claims are others. */
export function withClaims(
  definition: ClaimDefinition,
  change: (claim: Claim, worker: WorkerContext) => Claim | Promise<Claim>,
): ClaimDefinition {
  return withStrategy(definition, (strategy) => ({
    async claim(worker) {
      const claim = await strategy.claim(worker);
      return claim && change(claim, worker);
    },
  }));
}
