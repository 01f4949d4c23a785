import type { FaultClass, FaultKind } from '../engine/claim.ts';
import type { EventKind } from '../engine/events.ts';

export type { FaultClass, FaultKind };

/**
 * A command that a host sends: the nth of that name, from 1, over all of the host's connections and lives. Names are lower case;
 * EVALSHA and EVAL of a script of the engine are named after its file (`leased-script.claim`), of any other `evalsha` and `eval`. A
 * command that the client sends again after a broken connection counts again, its handshake not at all.
 */
export interface CommandPoint {
  readonly command: string;
  readonly nth: number;
}

/** The nth time that a host reports an event of that kind. */
export interface EventPoint {
  readonly event: EventKind;
  readonly nth: number;
}

/**
 * When a fault of a host strikes: at a time, in ms from the start; or at one of the engine's own steps: `before` the command leaves
 * the host, `after` Redis has run it and before the host hears of it, `on` an event, the moment it is reported. A host that dies at a
 * step does nothing any more, and reports nothing. One that stands still goes on with that step afterwards.
 */
export type Moment =
  | { readonly atMs: number }
  | { readonly before: CommandPoint }
  | { readonly after: CommandPoint }
  | { readonly on: EventPoint };

/** Where on the way between a host and Redis. */
export interface MessagePoint extends CommandPoint {
  readonly host: string;
}

export const ERROR_REPLIES = ['LOADING', 'READONLY', 'UNBLOCKED', 'OOM', 'BUSY'] as const;
export type ErrorReplyName = (typeof ERROR_REPLIES)[number];

/** What a Redis that comes back has of its data: all, nothing, or all but the last so many ms of writes (AOF every second). */
export type RestartData = 'kept' | 'empty' | { readonly lostMs: number };

/**
 * Something that goes wrong, as data: it names all that it strikes. Times are in ms from the start. Hosts are `app-1`, `app-2`, …
 * (the processes), `client`, which submits, and `dispatcher`, where a design has one. What never comes (a command that is not sent so
 * often, a host that a design has not) is not struck.
 */
export type Fault =
  /** The host dies with all that it remembers; it boots again after `downMs`, or never where that is not given. */
  | ({ readonly kind: 'crash'; readonly host: string; readonly downMs?: number } & Moment)
  /** The host stands still (garbage collection, a stalled virtual machine): nothing on it runs, all clocks go on. */
  | ({ readonly kind: 'pause'; readonly host: string; readonly forMs: number } & Moment)
  /** The host's clock is set forward, or back; `redis` has one too. Waits keep their length. */
  | { readonly kind: 'clock-jump'; readonly host: string; readonly atMs: number; readonly byMs: number }

  /** The connection ends as the command is about to reach Redis, which never has it. What Redis answered before still arrives. */
  | ({ readonly kind: 'request-lost' } & MessagePoint)
  /** Redis has run the command, and the connection ends instead of its reply. */
  | ({ readonly kind: 'reply-lost' } & MessagePoint)
  /**
   * The connection is reset as the command is about to reach Redis: what was sent before has run (the first commands of a pipeline),
   * and none of the replies that were under way arrives.
   */
  | ({ readonly kind: 'reset' } & MessagePoint)
  /** The command travels so much longer, and whatever follows on its connection waits for it. */
  | ({ readonly kind: 'delay'; readonly byMs: number } & MessagePoint)
  /**
   * What the host sends to Redis, what Redis sends to it, or both, arrives only when the time is over, as TCP sends it again until it
   * does. Connections stay as they are; a new one that takes longer than 10 s is given up, and tried again.
   */
  | {
      readonly kind: 'partition';
      readonly host: string;
      readonly atMs: number;
      readonly forMs: number;
      readonly way: 'both' | 'to-redis' | 'from-redis';
    }

  /** Redis dies, and is up again later, with some of its data and without its scripts. Every connection and blocked call is cut off. */
  | { readonly kind: 'redis-restart'; readonly atMs: number; readonly downMs: number; readonly data: RestartData }
  /** A replica takes over, at once, to which the last so many ms of writes had not come, and which knows no script. */
  | { readonly kind: 'failover'; readonly atMs: number; readonly lostMs: number }
  | { readonly kind: 'script-flush'; readonly atMs: number }
  /** Redis answers an error, and does nothing. Without a host: the nth command of that name, whoever sends it. */
  | ({ readonly kind: 'error-reply'; readonly host?: string; readonly error: ErrorReplyName } & CommandPoint)
  /** Redis's one CPU is busy with the command for so much longer. */
  | ({ readonly kind: 'slow-command'; readonly host?: string; readonly forMs: number } & CommandPoint)

  /** Of the messages published to the host's subscriptions the nth never arrives, or arrives twice. */
  | { readonly kind: 'message-lost'; readonly host: string; readonly nth: number }
  | { readonly kind: 'message-doubled'; readonly host: string; readonly nth: number }

  /** The task's handler throws at once, in its nth run; default the first. */
  | { readonly kind: 'handler-throws'; readonly task: string; readonly nth?: number }
  /** It never ends, whatever its signal says. A process that cannot close for it is killed when the run is over. */
  | { readonly kind: 'handler-hangs'; readonly task: string; readonly nth?: number }
  /** It keeps its host's CPU for so long before it does its work. */
  | { readonly kind: 'handler-blocks'; readonly task: string; readonly nth?: number; readonly forMs: number }

  /**
   * The host's configuration has another limit for the type, as in a deployment that is half done. What all others have is the limit
   * that is judged; 0: none.
   */
  | { readonly kind: 'misconfigured'; readonly host: string; readonly type: string; readonly limit: number };

/** `Kind`, where each of them is one of `Known`; else it does not compile. */
type Among<Kind extends Known, Known extends string> = Kind;
/** The kinds that the engine knows and those that are declared here are the same, or one of these two does not compile. */
export type FaultOf<K extends Among<FaultKind, Fault['kind']>> = Extract<Fault, { readonly kind: K }>;
export type HandlerFault = FaultOf<Extract<Among<Fault['kind'], FaultKind>, `handler-${string}`>>;

export function isHandlerFault(fault: Fault): fault is HandlerFault {
  return fault.kind === 'handler-throws' || fault.kind === 'handler-hangs' || fault.kind === 'handler-blocks';
}

/** The parts of kinds that have names of their own. */
const PARTS: { readonly [Part in Exclude<FaultClass, FaultKind>]: (fault: Fault) => boolean } = {
  'redis-restart:kept': (fault) => fault.kind === 'redis-restart' && fault.data === 'kept',
  'clock-jump:workers': (fault) => fault.kind === 'clock-jump' && fault.host !== 'redis',
};

/** The kind that it is, or is a part of. */
export function kindOf(name: FaultClass): FaultKind {
  return name.replace(/:.*/, '') as FaultKind;
}

export function isOfClass(fault: Fault, name: FaultClass): boolean {
  return name in PARTS ? PARTS[name as keyof typeof PARTS](fault) : fault.kind === name;
}

/** Whether a design that survives these says so of all of the faults. */
export function isInContract(faults: readonly Fault[], survives: readonly FaultClass[]): boolean {
  return faults.every((fault) => survives.some((name) => isOfClass(fault, name)));
}

/** When all that is planned by the clock is over, in ms from the start; 0 where nothing is. */
export function calmFromMs(faults: readonly Fault[]): number {
  return Math.max(0, ...faults.map((fault) => ('atMs' in fault ? fault.atMs + lastsMs(fault) : 0)));
}

/** How long a fault lasts, in ms, or what it makes others wait for; of what a clock jumps back, leases last so much longer. */
export function lastsMs(fault: Fault): number {
  if ('forMs' in fault) return fault.forMs;
  if ('downMs' in fault) return fault.downMs ?? 0;
  return 'byMs' in fault ? Math.abs(fault.byMs) : 0;
}
