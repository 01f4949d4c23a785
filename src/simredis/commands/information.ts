import type { Command, CommandContext } from '../command.ts';
import { compileGlob } from '../glob.ts';
import type { Reply } from '../reply.ts';
import { runSubcommand, type Subcommand } from './subcommands.ts';

/** The Redis whose replies these are. */
export const REDIS_VERSION = '7.0.15';

/** What CONFIG GET knows: the settings that a client might ask for, with the values that the simulation behaves by. */
const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['appendonly', 'no'],
  ['databases', '1'],
  ['hash-max-listpack-entries', '128'],
  ['hash-max-listpack-value', '64'],
  ['maxmemory', '0'],
  ['maxmemory-policy', 'noeviction'],
  ['notify-keyspace-events', ''],
  ['proto-max-bulk-len', '536870912'],
  ['save', ''],
  ['timeout', '0'],
];

/** Sections of INFO, in Redis's order, with the fields that mean something here. */
const SECTIONS: readonly (readonly [title: string, fields: (context: CommandContext) => readonly string[]])[] = [
  ['Server', () => [`redis_version:${REDIS_VERSION}`, 'redis_mode:standalone']],
  ['Clients', ({ server }) => [`blocked_clients:${server.blocking.count}`]],
  ['Persistence', () => ['loading:0']],
  [
    'Stats',
    ({ server }) => [`total_commands_processed:${server.commandsRun}`, `pubsub_patterns:${server.pubsub.patternCount}`],
  ],
  ['Replication', () => ['role:master', 'connected_slaves:0']],
  ['Keyspace', keyspaceFields],
];

const ALL_SECTIONS = new Set(['all', 'default', 'everything']);

function keyspaceFields({ db, nowMs }: CommandContext): string[] {
  let expires = 0;
  let ttlMs = 0;
  for (const key of db.keys()) {
    const deadlineMs = db.deadline(key);
    if (deadlineMs === undefined) continue;
    expires++;
    ttlMs += deadlineMs - nowMs;
  }
  if (db.size === 0) return [];
  return [`db0:keys=${db.size},expires=${expires},avg_ttl=${expires === 0 ? 0 : Math.floor(ttlMs / expires)}`];
}

function info(context: CommandContext, argv: readonly string[]): Reply {
  const asked = new Set(argv.slice(1).map((section) => section.toLowerCase()));
  const all = asked.size === 0 || [...asked].some((section) => ALL_SECTIONS.has(section));
  return SECTIONS.filter(([title]) => all || asked.has(title.toLowerCase()))
    .map(([title, fields]) => [`# ${title}`, ...fields(context), ''].join('\r\n'))
    .join('\r\n');
}

const SUBCOMMANDS = new Map<string, Subcommand>([
  [
    'get',
    {
      arity: -3,
      run(_context, argv) {
        const asked = argv.slice(2).map((pattern) => ({ pattern, matches: compileGlob(pattern.toLowerCase()) }));
        return SETTINGS.flatMap(([name, value]) => {
          const found = asked.find(({ matches }) => matches(name));
          if (found === undefined) return [];
          // A name that is asked for plainly comes back as it was written.
          return [found.pattern.toLowerCase() === name ? found.pattern : name, value];
        });
      },
    },
  ],
]);

export const INFO_COMMAND: Command = { name: 'info', arity: -1, keys: undefined, write: false, run: info };

export const CONFIG_COMMAND: Command = {
  name: 'config',
  arity: -2,
  keys: undefined,
  write: false,
  noScript: true,
  run: (context, argv) => runSubcommand('config', SUBCOMMANDS, context, argv),
};
