import { connect, type Socket } from 'node:net';
import type { NormalReply } from './normal-reply.ts';

const SUBSCRIBING = new Set(['subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe']);
const CRLF = '\r\n';

/**
 * A raw RESP2 connection to a real server: it tells statuses from strings and null arrays from nulls, as ioredis does not.
 * Text goes in and out as byte strings.
 */
export class RespConnection {
  readonly #socket: Socket;
  readonly #waiting: { readonly replies: number; readonly got: NormalReply[]; resolve(reply: NormalReply): void }[] =
    [];
  /** Published messages, in the order they came. */
  readonly pushed: NormalReply[] = [];
  #buffer = '';
  #subscriptions = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk as unknown as string));
  }

  static open(port: number): Promise<RespConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.setEncoding('latin1');
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RespConnection(socket)));
    });
  }

  /** A SUBSCRIBE or UNSUBSCRIBE of several channels answers the list of its confirmations. */
  call(args: readonly string[]): Promise<NormalReply> {
    const command = args.map((arg) => `$${arg.length}${CRLF}${arg}${CRLF}`).join('');
    const subscribing = SUBSCRIBING.has((args[0] as string).toLowerCase());
    return new Promise((resolve) => {
      this.#waiting.push({ replies: subscribing ? Math.max(args.length - 1, 1) : 1, got: [], resolve });
      this.#socket.write(Buffer.from(`*${args.length}${CRLF}${command}`, 'latin1'));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: string): void {
    this.#buffer += chunk;
    let start = 0;
    while (start < this.#buffer.length) {
      const parsed = parse(this.#buffer, start);
      if (parsed === undefined) break;
      start = parsed.end;
      this.#take(parsed.reply);
    }
    this.#buffer = this.#buffer.slice(start);
  }

  #take(reply: NormalReply): void {
    const kind = Array.isArray(reply) ? reply[0] : undefined;
    if (typeof kind === 'string' && SUBSCRIBING.has(kind)) this.#subscriptions = (reply as number[])[2] as number;
    if (this.#subscriptions > 0 && (kind === 'message' || kind === 'pmessage')) {
      this.pushed.push(reply);
      return;
    }
    const call = this.#waiting[0];
    if (call === undefined) throw new Error(`a reply that nobody asked for: ${JSON.stringify(reply)}`);
    call.got.push(reply);
    const refused =
      call.got.length === 1 && reply !== null && typeof reply === 'object' && ('error' in reply || 'status' in reply);
    if (call.got.length < call.replies && !refused) return;
    this.#waiting.shift();
    call.resolve(call.got.length === 1 ? reply : call.got);
  }
}

type Parsed = { readonly reply: NormalReply; readonly end: number } | undefined;

/** One reply from `start` on, or undefined where the rest of it has not come yet. */
function parse(buffer: string, start: number): Parsed {
  const lineEnd = buffer.indexOf(CRLF, start);
  if (lineEnd === -1) return undefined;
  const line = buffer.slice(start + 1, lineEnd);
  const end = lineEnd + CRLF.length;
  switch (buffer[start]) {
    case '+':
      return { reply: { status: line }, end };
    case '-':
      return { reply: { error: line }, end };
    case ':':
      return { reply: Number.isSafeInteger(Number(line)) ? Number(line) : BigInt(line), end };
    case '$':
      return parseBulk(buffer, end, Number(line));
    case '*':
      return parseList(buffer, end, Number(line));
    default:
      throw new Error(`not RESP2: ${buffer.slice(start, start + 40)}`);
  }
}

function parseBulk(buffer: string, start: number, length: number): Parsed {
  if (length === -1) return { reply: null, end: start };
  const end = start + length + CRLF.length;
  return buffer.length < end ? undefined : { reply: buffer.slice(start, start + length), end };
}

function parseList(buffer: string, start: number, length: number): Parsed {
  if (length === -1) return { reply: { nilArray: true }, end: start };
  const reply: NormalReply[] = [];
  let end = start;
  for (let index = 0; index < length; index++) {
    const item = parse(buffer, end);
    if (item === undefined) return undefined;
    reply.push(item.reply);
    end = item.end;
  }
  return { reply, end };
}
