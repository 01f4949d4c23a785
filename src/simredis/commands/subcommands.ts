import type { CommandContext } from '../command.ts';
import { ErrorReply, type Reply, wrongArity } from '../reply.ts';

/** A command within a command: XGROUP CREATE, XINFO STREAM. */
export interface Subcommand {
  /** As Redis counts: both names included; negative means "at least". */
  readonly arity: number;
  run(context: CommandContext, argv: readonly string[]): Reply;
}

/** Longer names are cut in error texts. */
const SHOWN_NAME_MAX = 128;

/** Runs `argv[1]` of a container command, with Redis's errors for one that it lacks and for a wrong number of arguments. */
export function runSubcommand(
  container: string,
  subcommands: ReadonlyMap<string, Subcommand>,
  context: CommandContext,
  argv: readonly string[],
): Reply {
  const sent = argv[1] as string;
  const name = sent.toLowerCase();
  const subcommand = subcommands.get(name);
  if (subcommand === undefined) {
    const shown = sent.slice(0, SHOWN_NAME_MAX);
    throw new ErrorReply(`ERR unknown subcommand '${shown}'. Try ${container.toUpperCase()} HELP.`);
  }
  const { arity } = subcommand;
  if (arity > 0 ? argv.length !== arity : argv.length < -arity) throw wrongArity(`${container}|${name}`);
  return subcommand.run(context, argv);
}

/** Redis's answer to arguments that a subcommand does not know. */
export function subcommandSyntaxError(container: string, sent: string): ErrorReply {
  const shown = sent.slice(0, SHOWN_NAME_MAX);
  const text = `ERR unknown subcommand or wrong number of arguments for '${shown}'. Try ${container.toUpperCase()} HELP.`;
  return new ErrorReply(text);
}
