import type { Parameters, ParameterValue } from '../claim.ts';
import type { SignalChannel } from './signal-channel.ts';

/** Which signals business code sends. A call handles one event, in one transaction; a batch is a row of calls. */
export type Senders = 'all' | 'once-a-call' | 'once-a-batch';

/** How signals are sent, how they pile up, and what a woken worker makes of them. */
export interface WakeupPolicy<P extends Parameters = Parameters> {
  readonly id: string;
  /** The document it comes from. */
  readonly source: string;
  readonly summary: string;
  /** Signals that may wait for the workers of a type; more are dropped. */
  readonly capacity: number;
  /** As documented. */
  readonly defaults: P;
  /** The readings the document leaves open: what else a parameter may be. */
  readonly choices?: { readonly [K in keyof P]?: readonly ParameterValue[] };
  senders(parameters: P): Senders;
  /**
   * A signal was received; the channel no longer holds it.
   * @param sinceQueryMs since this worker last went to query the store; Infinity before the first time
   * @returns how many more signals it took; `ignored`: the worker waits on, without a query
   */
  onSignal(channel: SignalChannel, sinceQueryMs: number, parameters: P): number | 'ignored';
}
