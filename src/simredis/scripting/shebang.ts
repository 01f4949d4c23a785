import { ErrorReply } from '../reply.ts';

const FLAGS = new Set(['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys']);

/**
 * A script's first line, where it is `#!lua flags=…`: the flags, and the code after it, which keeps the line's end so that
 * line numbers are right.
 *
 * @throws {ErrorReply} where the line says something that Redis does not know.
 */
export function parseShebang(body: string): { flags: ReadonlySet<string> | undefined; code: string } {
  if (!body.startsWith('#!')) return { flags: undefined, code: body };
  const end = body.indexOf('\n');
  if (end === -1) throw new ErrorReply('ERR Invalid script shebang');
  const [engine = '', ...options] = body
    .slice(0, end)
    .split(' ')
    .filter((part) => part !== '');
  if (engine !== '#!lua') throw new ErrorReply(`ERR Unexpected engine in script shebang: ${engine}`);
  const flags = new Set<string>();
  for (const option of options) {
    if (!option.startsWith('flags=')) throw new ErrorReply(`ERR Unknown lua shebang option: ${option}`);
    for (const flag of option.slice('flags='.length).split(',')) {
      if (flag === '') continue;
      if (!FLAGS.has(flag)) throw new ErrorReply(`ERR Unexpected flag in script shebang: ${flag}`);
      flags.add(flag);
    }
  }
  return { flags, code: body.slice(end) };
}
