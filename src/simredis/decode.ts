import { fromBytes } from './bytes.ts';
import { COMMANDS } from './commands/index.ts';
import { type ErrorReply, NilArray, type Reply, Status } from './reply.ts';

/** An error that the server answered, shaped as ioredis's own: the name, Redis's text, the command. */
export class SimReplyError extends Error {
  override readonly name = 'ReplyError';
  readonly command: { readonly name: string; readonly args: readonly string[] };

  constructor(text: string, argv: readonly string[]) {
    super(text);
    this.command = { name: argv[0] ?? '', args: argv.slice(1).map(fromBytes) };
  }
}

/** A reply as ioredis hands it out: statuses and bulk strings as text, nils as null, integers as numbers. */
export function decode(reply: Reply): unknown {
  if (typeof reply === 'string') return fromBytes(reply);
  if (typeof reply === 'number' || reply === null) return reply;
  if (Array.isArray(reply)) return reply.map(decode);
  if (reply instanceof Status) return reply.text;
  if (reply instanceof NilArray) return null;
  if (typeof reply === 'bigint') return Number(reply);
  return new SimReplyError((reply as ErrorReply).text, []);
}

/** HGETALL's flat reply as the object that ioredis makes of it. */
export function decodeFields(reply: Reply): unknown {
  if (!Array.isArray(reply)) return decode(reply);
  const fields: Record<string, unknown> = {};
  for (let index = 0; index + 1 < reply.length; index += 2) {
    const key = decode(reply[index] as Reply) as string;
    const value = decode(reply[index + 1] as Reply);
    if (key in fields)
      Object.defineProperty(fields, key, { value, configurable: true, enumerable: true, writable: true });
    else fields[key] = value;
  }
  return fields;
}

const SUBSCRIBING = new Set(['subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe']);

/** The last confirmation: [kind, channel, how many subscriptions there are now]. */
function decodeConfirmation(reply: Reply): unknown {
  return Array.isArray(reply) ? reply[2] : decode(reply);
}

/** What ioredis makes of this command's reply. */
export function decoderOf(command: string): (reply: Reply) => unknown {
  if (command === 'hgetall') return decodeFields;
  return SUBSCRIBING.has(command) ? decodeConfirmation : decode;
}

/** Commands whose methods the client and its pipelines define by hand. */
const OWN_METHODS = new Set(['multi', 'exec', 'quit']);

/** Commands that become methods of the client and its pipelines. */
export const COMMAND_METHODS = [...COMMANDS.keys()].filter((name) => !OWN_METHODS.has(name));
