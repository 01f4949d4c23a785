import type { TaskStatus } from './task.ts';

/** What a worker lost a race for. */
export type Contested = 'lock' | 'token' | 'status';

export type Outcome = 'success' | 'failed' | 'timeout';

/** Everything the engine reports. Task and worker fields hold ids. */
export type EngineEvent =
  /** A caller asks for a submission; whether it was accepted is known only with `submitted`. */
  | { readonly kind: 'submitting'; readonly task: string; readonly type: string }
  | { readonly kind: 'submitted'; readonly task: string; readonly type: string }
  /** A status was written to the store. `from` is what the writer believed it to be. */
  | { readonly kind: 'status'; readonly task: string; readonly from: TaskStatus; readonly to: TaskStatus }
  | { readonly kind: 'claimed'; readonly task: string; readonly worker: string }
  /** The claim was given back, the task not run. */
  | { readonly kind: 'released'; readonly task: string; readonly worker: string }
  /** It had waited longer than its queueTimeoutMs when it was claimed: it ends with status timeout, never run. */
  | { readonly kind: 'expired'; readonly task: string; readonly worker: string }
  /** The handler runs. */
  | { readonly kind: 'started'; readonly task: string; readonly type: string; readonly worker: string }
  | {
      readonly kind: 'finished';
      readonly task: string;
      readonly type: string;
      readonly worker: string;
      readonly outcome: Outcome;
    }
  /** Another consumer's unacknowledged task was taken over. */
  | { readonly kind: 'recovered'; readonly task: string; readonly worker: string }
  | { readonly kind: 'token-acquired'; readonly type: string; readonly token: string }
  | { readonly kind: 'token-released'; readonly type: string; readonly token: string; readonly held: boolean }
  | { readonly kind: 'lock-acquired'; readonly name: string; readonly owner: string }
  | { readonly kind: 'lock-released'; readonly name: string; readonly owner: string; readonly held: boolean }
  | { readonly kind: 'limit-changed'; readonly type: string; readonly limit: number }
  | { readonly kind: 'conflict'; readonly over: Contested; readonly task: string; readonly worker: string }
  | { readonly kind: 'empty-poll'; readonly worker: string }
  /** Redis answered an error, or the connection was lost; the worker backs off. */
  | { readonly kind: 'poll-failed'; readonly worker: string; readonly error: string }
  /** The outcome of a handler could not be written down. */
  | { readonly kind: 'settle-failed'; readonly task: string; readonly worker: string; readonly error: string }
  | { readonly kind: 'worker-started'; readonly worker: string }
  | { readonly kind: 'worker-stopped'; readonly worker: string }
  /** Wake-ups: somebody signalled; a worker woke; it asked the store. */
  | { readonly kind: 'signalled'; readonly type: string; readonly accepted: boolean }
  | { readonly kind: 'woken'; readonly type: string; readonly by: 'signal' | 'timer'; readonly drained: number }
  | {
      readonly kind: 'query';
      readonly type: string;
      readonly query: 'fetch-pending' | 'min-next-time';
      readonly found: boolean;
    };

export type EventKind = EngineEvent['kind'];
/** One kind of event. */
export type EventOf<K extends EventKind> = Extract<EngineEvent, { readonly kind: K }>;
