import type { Connection, Receiver } from '../simredis/link.ts';
import type { RedisNode } from '../simredis/node.ts';
import { ErrorReply, NilArray, QUEUED, type Reply, Status } from '../simredis/reply.ts';
import type { Session } from '../simredis/session.ts';
import { Fifo } from '../simulation/fifo.ts';
import type { Host } from '../simulation/host.ts';
import { commandName } from './fate.ts';

/** A command that Redis has run, and whose answer came late, or never, or to a host that died of it next: what no event can tell. */
export interface Answer {
  readonly host: string;
  /** With its arguments; of an EXEC, with the commands in it. */
  readonly command: string;
  readonly reply: string;
  readonly ranUs: number;
  /** Undefined: nobody ever heard it. */
  readonly heardUs?: number;
  /** It travelled much longer than most do. */
  readonly isLate?: boolean;
}

/** An answer is late that has travelled so many times as long as most do. */
const LATE = 4;
/** What a host has heard last, and may not have told when it dies. */
const LAST_HEARD = 4;
/** Of a longer text only the beginning is kept. */
const TEXT_MAX = 160;

interface Asked {
  readonly host: string;
  readonly argv: readonly string[];
  ranUs?: number;
  reply?: Reply;
  /** Of an EXEC. */
  calls?: readonly (readonly string[])[];
}

/** Listens to all connections to a Redis that are opened from now on, and changes nothing. */
export class AnswerLog {
  /** Unheard, as far as is known. */
  readonly #ran = new Set<Asked>();
  readonly #heardUs = new Map<Asked, number>();
  readonly #lastHeard = new Map<string, Asked[]>();
  readonly #asked = new Map<readonly string[], Asked>();
  readonly #redis: RedisNode;
  readonly #lateUs: number;

  constructor(redis: RedisNode) {
    this.#redis = redis;
    this.#lateUs = LATE * (redis.latency.baseUs + redis.latency.jitterUs);
    this.#watchHosts();
    this.#watchServer();
  }

  /** In the order in which Redis has run their commands. */
  get answers(): readonly Answer[] {
    const inOrder = [...this.#ran].sort((a, b) => (a.ranUs as number) - (b.ranUs as number));
    return inOrder.map((asked) => {
      const heardUs = this.#heardUs.get(asked);
      return {
        host: asked.host,
        command: commandText(asked),
        reply: short(replyText(asked.reply as Reply)),
        ranUs: asked.ranUs as number,
        ...(heardUs !== undefined && { heardUs, isLate: heardUs - (asked.ranUs as number) > this.#lateUs }),
      };
    });
  }

  #watchHosts(): void {
    const connect = this.#redis.connect.bind(this.#redis);
    this.#redis.connect = (host, receiver) => {
      const awaited = new Fifo<Asked>();
      this.#watchDeaths(host);
      const listening: Receiver = {
        onReply: (reply) => {
          if (awaited.length > 0) this.#heard(awaited.shift());
          receiver.onReply(reply);
        },
        onPush: (message) => receiver.onPush(message),
        onOpen: () => receiver.onOpen(),
        onClose: (failure) => {
          awaited.clear();
          receiver.onClose(failure);
        },
      };
      const connection = connect(host, listening);
      return {
        get isOpen() {
          return connection.isOpen;
        },
        send: (argv) => {
          if (connection.isOpen) {
            const asked = { host: host.name, argv };
            awaited.push(asked);
            this.#asked.set(argv, asked);
          }
          connection.send(argv);
        },
        close: () => connection.close(),
        reopen: (afterMs, onTry) => connection.reopen(afterMs, onTry),
      } satisfies Connection;
    };
  }

  #watchDeaths(host: Host): void {
    if (this.#lastHeard.has(host.name)) return;
    this.#lastHeard.set(host.name, []);
    host.onCrash.add(() => {
      for (const asked of this.#lastHeard.get(host.name) ?? []) this.#ran.add(asked);
      this.#lastHeard.delete(host.name);
    });
  }

  #heard(asked: Asked): void {
    const { nowUs } = this.#redis.simulation;
    if (!this.#ran.has(asked)) return;
    this.#heardUs.set(asked, nowUs);
    if (nowUs - (asked.ranUs as number) > this.#lateUs) return;
    this.#ran.delete(asked);
    const last = this.#lastHeard.get(asked.host);
    last?.push(asked);
    if (last !== undefined && last.length > LAST_HEARD) this.#heardUs.delete(last.shift() as Asked);
  }

  /** Every command is answered in the order in which its connection has sent it. */
  #watchServer(): void {
    const { server, simulation } = this.#redis;
    const [receive, refuse, connect] = [
      server.receive.bind(server),
      server.refuse.bind(server),
      server.connect.bind(server),
    ];
    const unanswered = new WeakMap<Session, Fifo<readonly string[]>>();
    const queued = new WeakMap<Session, (readonly string[])[]>();
    const take = (session: Session, argv: readonly string[]) => {
      if (!session.closed) unanswered.get(session)?.push(argv);
    };
    server.receive = (session, argv) => {
      take(session, argv);
      receive(session, argv);
    };
    server.refuse = (session, argv, error) => {
      // What waits for its turn is received after all.
      if (!session.closed && !session.blocked) take(session, argv);
      return refuse(session, argv, error);
    };
    server.connect = (deliver, push) => {
      const session = connect((reply) => {
        const argv = (unanswered.get(session) as Fifo<readonly string[]>).shift();
        const asked = this.#asked.get(argv);
        this.#asked.delete(argv);
        if (asked !== undefined) {
          const transaction = queued.get(session) ?? [];
          asked.ranUs = simulation.nowUs;
          asked.reply = reply;
          if (reply === QUEUED) queued.set(session, [...transaction, argv]);
          else {
            if (argv[0]?.toLowerCase() === 'exec') asked.calls = transaction;
            queued.delete(session);
            // A refusal changed nothing.
            if (!(reply instanceof ErrorReply)) this.#ran.add(asked);
          }
        }
        deliver(reply);
      }, push);
      unanswered.set(session, new Fifo());
      return session;
    };
  }
}

function commandText({ argv, calls }: Asked): string {
  const name = commandName(argv);
  const isScript = name !== (argv[0] as string).toLowerCase();
  if (isScript) return name;
  const own = [name.toUpperCase(), ...argv.slice(1)].join(' ');
  return short(
    calls === undefined ? own : `${own} of ${calls.map((call) => commandText({ host: '', argv: call })).join(', ')}`,
  );
}

function replyText(reply: Reply): string {
  if (reply === null || reply instanceof NilArray) return 'nil';
  if (reply instanceof Status || reply instanceof ErrorReply) return reply.text;
  if (Array.isArray(reply)) return `[${reply.map(replyText).join(', ')}]`;
  return String(reply);
}

function short(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`;
}
