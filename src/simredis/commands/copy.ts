import type { Command, CommandContext } from '../command.ts';
import { copyOf } from '../keyspace.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, type Reply, SYNTAX_ERROR } from '../reply.ts';

const SAME_OBJECT = new ErrorReply('ERR source and destination objects are the same');
/** Not one of Redis's errors: it copies streams. */
const STREAMS_NOT_COPIED = new ErrorReply('ERR the simulated Redis does not copy streams');
const NO_SUCH_DB = new ErrorReply('ERR DB index is out of range');

function copy({ db }: CommandContext, argv: readonly string[]): Reply {
  const source = argv[1] as string;
  const destination = argv[2] as string;
  const replace = parseReplace(argv);
  if (source === destination) throw SAME_OBJECT;
  const value = db.get(source);
  if (value === undefined) return 0;
  if (db.has(destination)) {
    if (!replace) return 0;
    db.delete(destination);
  }
  if (typeof value !== 'string' && value.type === 'stream') throw STREAMS_NOT_COPIED;
  db.set(destination, copyOf(value));
  const deadlineMs = db.deadline(source);
  if (deadlineMs !== undefined) db.expireAt(destination, deadlineMs);
  return 1;
}

/** Whether REPLACE is among the options. Of databases there is only 0. */
function parseReplace(argv: readonly string[]): boolean {
  let replace = false;
  for (let index = 3; index < argv.length; index++) {
    const option = (argv[index] as string).toLowerCase();
    const database = argv[index + 1];
    if (option === 'replace') replace = true;
    else if (option === 'db' && database !== undefined) {
      if (parseInteger(database) !== 0) throw NO_SUCH_DB;
      index++;
    } else throw SYNTAX_ERROR;
  }
  return replace;
}

export const COPY_COMMAND: Command = { name: 'copy', arity: -3, keys: [1, 2, 1], write: true, run: copy };
