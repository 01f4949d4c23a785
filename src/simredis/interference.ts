import type { Host } from '../simulation/host.ts';
import type { ErrorReply } from './reply.ts';

/** What becomes of a request, and of its reply. */
export interface RequestFate {
  /** How the connection ends over it. */
  readonly breaks?: 'request-lost' | 'reply-lost' | 'reset';
  /** How much longer it travels, in µs. */
  readonly requestHeldUs?: number;
  readonly replyHeldUs?: number;
  /** Answered instead of running it. */
  readonly error?: ErrorReply;
  /** How much longer it keeps Redis's CPU, in µs. */
  readonly slowUs?: number;
  /** Told when it takes effect. */
  struck?(): void;
  /** Told when Redis has run it, and before anybody hears of it. */
  ran?(): void;
}

/** What the world does to the messages between one host and Redis. */
export interface HostInterference {
  /** The host sends a request. */
  request(argv: readonly string[]): RequestFate | undefined;
  /** A published message is on its way to it: how often it arrives. */
  copies(): number;
  /** When something that leaves at a true time of the run really leaves. */
  departUs(way: 'to-redis' | 'from-redis', departUs: number): number;
}

/** @returns undefined where nothing can happen to a host's messages: that costs nothing */
export type Interference = (host: Host) => HostInterference | undefined;
