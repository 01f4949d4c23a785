import type { Command, CommandContext } from '../command.ts';
import type { PubSub } from '../pubsub.ts';
import type { Reply } from '../reply.ts';
import type { Session } from '../session.ts';
import { runSubcommand, type Subcommand, subcommandSyntaxError } from './subcommands.ts';

type Change = (pubsub: PubSub, session: Session, target: string) => void;

/**
 * SUBSCRIBE and its like answer once for each channel. Every confirmation but the last goes out by `session.push`, the last
 * is the call's reply: on a wire they stand in Redis's order, and a client that counts replies counts one a call.
 */
function confirm(context: CommandContext, kind: string, targets: readonly (string | null)[], change: Change): Reply {
  const { server, session } = context;
  let confirmation: Reply = null;
  for (const [index, target] of targets.entries()) {
    if (index > 0) session.push(confirmation);
    if (target !== null) change(server.pubsub, session, target);
    confirmation = [kind, target, session.channels.size + session.patterns.size];
  }
  return confirmation;
}

/** Without arguments, UNSUBSCRIBE leaves everything; with nothing to leave it confirms a nil. */
function targetsToLeave(argv: readonly string[], subscribed: ReadonlySet<string>): readonly (string | null)[] {
  if (argv.length > 1) return argv.slice(1);
  return subscribed.size > 0 ? [...subscribed] : [null];
}

const SUBCOMMANDS = new Map<string, Subcommand>([
  [
    'channels',
    {
      arity: -2,
      run({ server }, argv) {
        if (argv.length > 3) throw subcommandSyntaxError('pubsub', argv[1] as string);
        return server.pubsub.channels(argv[2]);
      },
    },
  ],
  [
    'numsub',
    {
      arity: -2,
      run: ({ server }, argv) => argv.slice(2).flatMap((channel) => [channel, server.pubsub.subscribers(channel)]),
    },
  ],
  ['numpat', { arity: 2, run: ({ server }) => server.pubsub.patternCount }],
]);

export const PUBSUB_COMMANDS: readonly Command[] = [
  {
    name: 'subscribe',
    arity: -2,
    keys: undefined,
    write: false,
    noScript: true,
    run: (context, argv) =>
      confirm(context, 'subscribe', argv.slice(1), (pubsub, session, channel) => pubsub.subscribe(session, channel)),
  },
  {
    name: 'unsubscribe',
    arity: -1,
    keys: undefined,
    write: false,
    noScript: true,
    run: (context, argv) =>
      confirm(context, 'unsubscribe', targetsToLeave(argv, context.session.channels), (pubsub, session, channel) =>
        pubsub.unsubscribe(session, channel),
      ),
  },
  {
    name: 'psubscribe',
    arity: -2,
    keys: undefined,
    write: false,
    noScript: true,
    run: (context, argv) =>
      confirm(context, 'psubscribe', argv.slice(1), (pubsub, session, pattern) => pubsub.psubscribe(session, pattern)),
  },
  {
    name: 'punsubscribe',
    arity: -1,
    keys: undefined,
    write: false,
    noScript: true,
    run: (context, argv) =>
      confirm(context, 'punsubscribe', targetsToLeave(argv, context.session.patterns), (pubsub, session, pattern) =>
        pubsub.punsubscribe(session, pattern),
      ),
  },
  {
    name: 'publish',
    arity: 3,
    keys: undefined,
    write: false,
    run: ({ server }, argv) => server.pubsub.publish(argv[1] as string, argv[2] as string),
  },
  {
    name: 'pubsub',
    arity: -2,
    keys: undefined,
    write: false,
    run: (context, argv) => runSubcommand('pubsub', SUBCOMMANDS, context, argv),
  },
];
