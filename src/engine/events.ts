import type { TaskStatus } from './task.ts';

/** What a worker lost a race for. `lease`: another has, or may have, the task by now; what it made of it does not count. */
export type Contested = 'lock' | 'token' | 'status' | 'lease';

/** `interrupted`: stopped, as the right to run the task was lost; the task goes back to the queue, and has not ended. */
export type Outcome = 'success' | 'failed' | 'timeout' | 'interrupted';

/** Everything the engine reports. Task and worker fields hold ids. */
export type EngineEvent =
  /** A caller asks for a submission; whether it was accepted is known only with `submitted`. */
  | {
      readonly kind: 'submitting';
      readonly task: string;
      readonly type: string;
      /** Higher goes first; 0 where not given. */
      readonly priority?: number;
      /** A delayed task: due so long after this. */
      readonly dueInMs?: number;
    }
  | { readonly kind: 'submitted'; readonly task: string; readonly type: string }
  /** Published to so many processes; see TaskEvents. */
  | { readonly kind: 'announced'; readonly task: string; readonly listeners: number }
  /** A status was written to the store. `from` is what the writer believed it to be. */
  | {
      readonly kind: 'status';
      readonly task: string;
      readonly from: TaskStatus;
      readonly to: TaskStatus;
      /**
       * Its place among all writes of this task's status, from 1, where the design counts them. Events are ordered by when a write
       * was answered: of two writers the later may hear first, and a crashed one never hears.
       */
      readonly sequence?: number;
    }
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
  /** Its place in the queue was deleted by somebody while a worker had it: it ends with status failed, and is not run again. */
  | { readonly kind: 'vanished'; readonly task: string; readonly worker: string }
  | {
      readonly kind: 'token-acquired';
      readonly type: string;
      readonly token: string;
      /** The task whose own it is, where a token belongs to one. */
      readonly owner?: string;
    }
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
  | {
      readonly kind: 'worker-started';
      readonly worker: string;
      readonly process: string;
      /** The task types that it takes, where those are not all of its process's. */
      readonly types?: readonly string[];
    }
  | { readonly kind: 'worker-stopped'; readonly worker: string }
  /** In-process runners: a post was refused, and the caller told so. */
  | { readonly kind: 'refused'; readonly task: string; readonly type: string; readonly reason: string }
  /** How many tasks a runner's queue holds, and how many more are held by callers that wait for room. */
  | {
      readonly kind: 'backlog';
      readonly runner: string;
      readonly queued: number;
      readonly waiting: number;
      readonly capacity: number;
    }
  /** A runner's timer was set to another time. */
  | { readonly kind: 'timer-set'; readonly runner: string }
  /** `drained`: a graceful shutdown says that all is done; `forced`: that it threw away what was left. */
  | { readonly kind: 'shutdown'; readonly runner: string; readonly phase: 'begun' | 'drained' | 'forced' }
  /** The caller wants the task stopped. */
  | { readonly kind: 'cancel-requested'; readonly task: string }
  /** A thread of a runner died of a broken assumption of its own. */
  | { readonly kind: 'panicked'; readonly runner: string; readonly error: string }
  /** What a runner told its metrics collector. */
  | {
      readonly kind: 'recorded';
      readonly figure: 'execution' | 'queue-size' | 'rejection';
      readonly type: string;
      readonly value: number;
    }
  /** Wake-ups: somebody signalled; a worker woke; it asked the store. */
  | { readonly kind: 'signalled'; readonly type: string; readonly accepted: boolean }
  /** A worker took a signal and did not wake: the policy has it wait on. */
  | { readonly kind: 'signal-ignored'; readonly type: string }
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
