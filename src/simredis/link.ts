import { Fifo } from '../simulation/fifo.ts';
import type { Host } from '../simulation/host.ts';
import { Channel, type Latency } from '../simulation/network.ts';
import type { RandomStream } from '../simulation/random-stream.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { HostInterference, RequestFate } from './interference.ts';
import type { Reply } from './reply.ts';
import type { RedisServer } from './server.ts';
import type { Session } from './session.ts';

/** What taking a reply off the socket costs a client's CPU, in µs. */
const CLIENT_REPLY_US = 2;

/** An attempt to connect is given up after so long: ioredis's `connectTimeout`. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Why a connection ended, or came to nothing, as Node.js names it. */
export type ConnectionFailure = 'ECONNRESET' | 'ECONNREFUSED' | 'ETIMEDOUT';

/** The client's end of a connection: calls go in, replies and published messages come out, in order. */
export interface Connection {
  /** False while the first attempt to connect is under way. */
  readonly isOpen: boolean;
  send(argv: readonly string[]): void;
  /** For good. The receiver is told nothing. */
  close(): void;
  /** After `onClose`: tries again, so long from now. `onTry` is told of the attempt, `onOpen` or `onClose` of what came of it. */
  reopen(afterMs: number, onTry: () => void): void;
}

export interface Receiver {
  onReply(reply: Reply): void;
  onPush(message: Reply): void;
  /** It stands, and Redis says that it is ready; not told of a connection that is open from the start. */
  onOpen(): void;
  /** @param failure undefined: the other end closed it in order */
  onClose(failure: ConnectionFailure | undefined): void;
}

/** A published message, which travels among the replies. */
class Pushed {
  readonly message: Reply;
  constructor(message: Reply) {
    this.message = message;
  }
}

/** A request, or a reply, that does not go the usual way. */
class Marked<T> {
  readonly content: T;
  readonly fate: RequestFate;
  constructor(content: T, fate: RequestFate) {
    this.content = content;
    this.fate = fate;
  }
}

/** The end of the connection, which travels behind the replies. */
class Farewell {
  readonly isLast = true;
}
const FAREWELL = new Farewell();

type Request = readonly string[] | Marked<readonly string[]>;
export type Outgoing = Reply | Pushed | Marked<Reply> | Farewell;

/** Where replies go once their service time is over. */
export interface Outlet {
  send(outgoing: Outgoing, departUs: number): void;
}

/** What a link needs of its server's host. */
export interface LinkedNode {
  readonly simulation: Simulation;
  readonly host: Host;
  readonly server: RedisServer;
  readonly latency: Latency;
  /** A server that is down refuses connections. */
  readonly isUp: boolean;
  readonly links: Set<Link>;
  serve(session: Session, argv: readonly string[], fate?: RequestFate): void;
  put(outlet: Outlet, outgoing: Outgoing): void;
  flush(): void;
}

/**
 * A connection between a host and Redis, from its first opening over all that follow it when it breaks. The first takes no time where
 * nothing is in the way: the runs that matter have theirs open. Every other takes TCP's handshake and the INFO of ioredis's ready
 * check; its CLIENT SETINFO is left out.
 */
export class Link implements Connection {
  readonly #node: LinkedNode;
  readonly #from: Host;
  readonly #receiver: Receiver;
  readonly #stream: RandomStream;
  readonly #interference: HostInterference | undefined;
  #state: 'closed' | 'opening' | 'handshake' | 'open' = 'closed';
  #forth: Channel<Request> | undefined;
  #back: Channel<Outgoing> | undefined;
  #session: Session | undefined;
  /** Of the requests that the server has and has not answered, where something can happen to them. */
  readonly #fates = new Fifo<RequestFate | undefined>();
  /** Counts openings and endings: what belongs to another is stale. */
  #era = 0;
  #takeBack: () => void = () => {};

  constructor(
    node: LinkedNode,
    from: Host,
    receiver: Receiver,
    stream: RandomStream,
    interference: HostInterference | undefined,
  ) {
    this.#node = node;
    this.#from = from;
    this.#receiver = receiver;
    this.#stream = stream;
    this.#interference = interference;
    // The dead may still call, until their last event ends: it comes to nothing.
    if (!from.alive) return;
    if (node.isUp && this.#isWayFree()) {
      this.#open();
      this.#state = 'open';
    } else this.#attempt();
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  send(argv: readonly string[]): void {
    if (this.#interference === undefined) this.#forth?.send(argv);
    else this.#sendWatched(argv, this.#interference);
  }

  close(): void {
    this.#takeBack();
    if (this.#state !== 'handshake' && this.#state !== 'open') {
      this.#end();
      return;
    }
    const { simulation, server, latency, host } = this.#node;
    const session = this.#session as Session;
    this.#end();
    // The server learns of it as of any message: one way later.
    const departUs = this.#departUs('to-redis', simulation.nowUs);
    simulation.at(departUs + latency.baseUs, host, () => server.disconnect(session), undefined);
  }

  reopen(afterMs: number, onTry: () => void): void {
    if (!this.#from.alive) return;
    this.#takeBack = this.#node.simulation.timer(this.#from.trueDurationUs(afterMs), this.#from, () => {
      onTry();
      this.#attempt();
    });
  }

  /**
   * The server's end is gone. @param repliesLost what it has sent and has not arrived is lost: a reset; else it arrives before the end
   */
  breakOff(repliesLost: boolean): void {
    const { simulation, server, latency } = this.#node;
    server.disconnect(this.#session as Session);
    this.#forth?.close();
    if (!repliesLost) {
      this.#node.put(this.#outlet, FAREWELL);
      this.#node.flush();
      return;
    }
    this.#back?.close();
    const era = this.#era;
    const arrivesUs = this.#departUs('from-redis', simulation.nowUs) + latency.baseUs;
    simulation.at(arrivesUs, this.#from, () => this.#fail(era, 'ECONNRESET'), undefined);
  }

  #sendWatched(argv: readonly string[], interference: HostInterference): void {
    if (this.#state !== 'open') return;
    const fate = interference.request(argv);
    const departUs = interference.departUs('to-redis', this.#node.simulation.nowUs);
    this.#forth?.send(fate === undefined ? argv : new Marked(argv, fate), departUs, fate?.requestHeldUs);
  }

  /** A connection stands from now on. */
  #open(): void {
    const { simulation, host, server, latency, links } = this.#node;
    const { onCrash } = this.#from;
    const options = { latency, stream: this.#stream };
    const back = new Channel<Outgoing>(simulation, this.#from, {
      ...options,
      receiveCostUs: CLIENT_REPLY_US,
      receive: (outgoing) => this.#onOutgoing(outgoing),
    });
    const session =
      this.#interference === undefined
        ? server.connect(
            (reply) => this.#node.put(back, reply),
            (message) => this.#node.put(back, new Pushed(message)),
          )
        : server.connect(
            (reply) => this.#deliverWatched(reply),
            (message) => this.#pushWatched(message),
          );
    const isClean = this.#interference === undefined;
    const forth = new Channel<Request>(simulation, host, {
      ...options,
      receive: (request) => {
        if (isClean) this.#node.serve(session, request as readonly string[]);
        else this.#serveWatched(session, request);
      },
    });
    this.#back = back;
    this.#forth = forth;
    this.#session = session;
    this.#fates.clear();
    this.#era++;
    links.add(this);
    onCrash.add(this.#onCrash);
  }

  readonly #onCrash = () => this.close();

  /** Neither end has it any more. */
  #end(): void {
    this.#state = 'closed';
    this.#era++;
    this.#forth?.close();
    this.#back?.close();
    this.#node.links.delete(this);
    this.#from.onCrash.delete(this.#onCrash);
  }

  #fail(era: number, failure: ConnectionFailure | undefined): void {
    if (era !== this.#era) return;
    this.#takeBack();
    this.#end();
    this.#receiver.onClose(failure);
  }

  #onOutgoing(outgoing: Outgoing): void {
    if (outgoing instanceof Pushed) this.#receiver.onPush(outgoing.message);
    else if (outgoing instanceof Farewell) this.#fail(this.#era, undefined);
    else if (this.#state === 'open') this.#receiver.onReply(outgoing as Reply);
    else {
      // INFO's: the ready check.
      this.#state = 'open';
      this.#receiver.onOpen();
    }
  }

  #serveWatched(session: Session, request: Request): void {
    const fate = request instanceof Marked ? request.fate : undefined;
    const argv = request instanceof Marked ? request.content : request;
    if (fate?.breaks === 'request-lost' || fate?.breaks === 'reset') {
      fate.struck?.();
      this.breakOff(fate.breaks === 'reset');
      return;
    }
    this.#fates.push(fate);
    this.#node.serve(session, argv, fate);
  }

  #deliverWatched(reply: Reply): void {
    const fate = this.#fates.shift();
    if (fate?.breaks === 'reply-lost') {
      fate.struck?.();
      this.#node.server.disconnect(this.#session as Session);
      this.#forth?.close();
      this.#node.put(this.#outlet, FAREWELL);
    } else this.#node.put(this.#outlet, fate?.replyHeldUs === undefined ? reply : new Marked(reply, fate));
    fate?.ran?.();
  }

  /** Confirmations of single channels travel the same way; nothing happens to them. */
  #pushWatched(message: Reply): void {
    const kind = Array.isArray(message) ? message[0] : undefined;
    const copies = kind === 'message' || kind === 'pmessage' ? (this.#interference?.copies() ?? 1) : 1;
    for (let copy = 0; copy < copies; copy++) this.#node.put(this.#outlet, new Pushed(message));
  }

  readonly #outlet: Outlet = {
    send: (outgoing, departUs) => {
      const heldUs = outgoing instanceof Marked ? outgoing.fate.replyHeldUs : undefined;
      const content = outgoing instanceof Marked ? outgoing.content : outgoing;
      this.#back?.send(content, this.#departUs('from-redis', departUs), heldUs);
    },
  };

  /** SYN, and what comes back. */
  #attempt(): void {
    const { simulation, latency } = this.#node;
    this.#state = 'opening';
    const era = ++this.#era;
    const giveUp = () => this.#fail(era, 'ETIMEDOUT');
    this.#takeBack = simulation.timer(this.#from.trueDurationUs(CONNECT_TIMEOUT_MS), this.#from, giveUp);
    const arrive = () => {
      if (era !== this.#era) return;
      const isTaken = this.#node.isUp;
      const backUs = this.#departUs('from-redis', simulation.nowUs) + latency.baseUs;
      const answered = () => {
        if (era !== this.#era) return;
        if (isTaken && this.#node.isUp) this.#greet();
        else this.#fail(era, 'ECONNREFUSED');
      };
      simulation.at(backUs, this.#from, answered, undefined);
    };
    // On its own host, as that of a server that is down has nobody to answer.
    simulation.at(this.#departUs('to-redis', simulation.nowUs) + latency.baseUs, this.#from, arrive, undefined);
  }

  #greet(): void {
    this.#takeBack();
    this.#open();
    this.#state = 'handshake';
    this.#forth?.send(['info'], this.#departUs('to-redis', this.#node.simulation.nowUs));
  }

  #departUs(way: 'to-redis' | 'from-redis', departUs: number): number {
    return this.#interference?.departUs(way, departUs) ?? departUs;
  }

  #isWayFree(): boolean {
    const { nowUs } = this.#node.simulation;
    return this.#departUs('to-redis', nowUs) === nowUs && this.#departUs('from-redis', nowUs) === nowUs;
  }
}
