import type { SignalChannel } from './signal-channel.ts';

/** How signals pile up, and how many a woken worker takes. */
export interface WakeupPolicy {
  readonly id: string;
  /** The document it comes from. */
  readonly source: string;
  readonly summary: string;
  /** Signals that may wait; more are dropped. */
  readonly capacity: number;
  /** Called when a signal woke the worker, which has taken that one. @returns how many more it took */
  onSignal(channel: SignalChannel): number;
}
