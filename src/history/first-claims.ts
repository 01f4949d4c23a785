import type { EventOf } from '../engine/events.ts';
import type { History, HistoryEvent, StruckFault } from './history.ts';
import { NEVER } from './task-life.ts';

/** The first claim of a task, and what is known of its submission. Times are indexes into `history.events`. */
export interface FirstClaim {
  readonly task: string;
  readonly type: string;
  readonly priority: number;
  /** A caller asked for it: nobody can have seen it before. */
  readonly submitting: number;
  /** It was accepted: everybody could see it from here on. NEVER: that is not known. */
  readonly submitted: number;
  /** What happened up to here was before the claim began; NEVER: nothing was for certain. */
  readonly began: number;
  readonly claimed: number;
}

/**
 * A claim is reported when it is won, some round trips after its strategy chose the task. It is taken to have begun after its
 * worker was last heard of, and no longer than this before its report, where nothing holds its messages up. Far more than a claim
 * takes, as a run in real time on a shortened clock stretches round trips.
 */
const CLAIM_MAX_US = 1_000_000;

/** Faults under which a claim can take longer than that. */
const HOLD_UP: ReadonlySet<string> = new Set([
  'request-lost',
  'reply-lost',
  'reset',
  'delay',
  'partition',
  'redis-restart',
  'failover',
  'slow-command',
  'handler-blocks',
]);

/** When a fault is over, a client may still wait for its attempt to connect, and between two of them. */
const RECONNECTION_US = 12_000_000;

interface WorkerState {
  process: string | undefined;
  /** The last event of it. */
  heard: number;
  /** The task it found no token for, as the last thing heard of it: it may still have it in hand. */
  holds: string | undefined;
  /** When its attempt to claim that task began. */
  heldSince: number;
}

interface Submission {
  readonly type: string;
  priority: number;
  submitting: number;
  submitted: number;
  /** Not to be judged by its first claim: it was claimed already, or a crashed worker may have held it unseen, or it is delayed. */
  unfit: boolean;
}

/**
 * The first claims of all tasks, in the order of their reports. A worker that found no token for a task, and then claims that task
 * with nothing else heard of it between, may have held it all the time: its claim began with the first of those attempts. Left
 * out are delayed tasks, and those taken over from another worker before any claim was reported: it was seen to happen, or the
 * attempt has a number that tells of it.
 */
export function firstClaims(history: History): FirstClaim[] {
  const { events, timesUs } = history;
  const submissions = new Map<string, Submission>();
  const workers = new Map<string, WorkerState>();
  const pauses = new Map<string, { fromUs: number; untilUs: number }>();
  /** Until when claims of a host may be held up; of undefined: of all. */
  const heldUpUs = new Map<string | undefined, number>();
  const claims: FirstClaim[] = [];

  const beganBefore = (worker: WorkerState, index: number): number => {
    const nowUs = timesUs[index] as number;
    const heardUs = timesUs[worker.heard] ?? 0;
    const isHeldUp = (host: string | undefined) => (heldUpUs.get(host) ?? Number.NEGATIVE_INFINITY) >= heardUs;
    if (isHeldUp(worker.process) || isHeldUp(undefined)) return worker.heard;
    const pause = worker.process === undefined ? undefined : pauses.get(worker.process);
    const awakeUs = pause !== undefined && pause.untilUs >= nowUs - CLAIM_MAX_US ? pause.fromUs : nowUs;
    return Math.max(worker.heard, lastBefore(timesUs, awakeUs - CLAIM_MAX_US));
  };
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as HistoryEvent;
    if (event.kind === 'submitting' || event.kind === 'submitted') {
      note(submissions, event, index);
    } else if (event.kind === 'recovered' || isLaterAttempt(event)) {
      const submission = submissions.get(event.task);
      if (submission !== undefined) submission.unfit = true;
    } else if (event.kind === 'host-paused') {
      const fromUs = timesUs[index] as number;
      const before = pauses.get(event.host);
      pauses.set(event.host, {
        fromUs: before !== undefined && before.untilUs >= fromUs ? before.fromUs : fromUs,
        untilUs: fromUs + event.forMs * 1000,
      });
    }
    if (event.kind === 'fault' && HOLD_UP.has(event.fault.kind)) {
      const host = event.fault.host === 'redis' ? undefined : event.fault.host;
      const untilUs = (timesUs[index] as number) + lastsUs(event.fault) + RECONNECTION_US;
      heldUpUs.set(host, Math.max(untilUs, heldUpUs.get(host) ?? 0));
    }
    if (!('worker' in event)) continue;

    const worker = stateOf(workers, event.worker);
    if (event.kind === 'conflict' && event.over === 'token') {
      if (worker.holds !== event.task) {
        worker.heldSince = beganBefore(worker, index);
        worker.holds = event.task;
      }
    } else {
      if (event.kind === 'claimed') {
        const submission = submissions.get(event.task);
        if (submission !== undefined && !submission.unfit) {
          const began = worker.holds === event.task ? worker.heldSince : beganBefore(worker, index);
          claims.push(firstClaim(event, submission, began, index));
          submission.unfit = true;
        }
      } else if (event.kind === 'worker-started') {
        worker.process = event.process;
      }
      worker.holds = undefined;
    }
    worker.heard = index;
  }
  return claims;
}

/** How long it holds up what it strikes, as far as it says. */
function lastsUs(fault: StruckFault): number {
  const { forMs = 0, downMs = 0, byMs = 0 } = fault as { forMs?: number; downMs?: number; byMs?: number };
  return Math.max(forMs, downMs, byMs) * 1000;
}

/** Somebody had it before: where attempts are counted, also one whose claim and whose recovery nobody heard of. */
function isLaterAttempt(event: HistoryEvent): event is EventOf<'status'> {
  return event.kind === 'status' && event.to === 'processing' && (event.sequence ?? 0) > 1;
}

function firstClaim(
  { task }: EventOf<'claimed'>,
  { type, priority, submitting, submitted }: Submission,
  began: number,
  claimed: number,
): FirstClaim {
  return { task, type, priority, submitting, submitted, began, claimed };
}

function note(
  submissions: Map<string, Submission>,
  event: EventOf<'submitting'> | EventOf<'submitted'>,
  index: number,
): void {
  const submission = submissions.get(event.task) ?? {
    type: event.type,
    priority: 0,
    submitting: index,
    submitted: NEVER,
    unfit: false,
  };
  submissions.set(event.task, submission);
  if (event.kind === 'submitted') {
    if (submission.submitted === NEVER) submission.submitted = index;
  } else if (submission.submitting === index) {
    submission.priority = event.priority ?? 0;
    submission.unfit = event.dueInMs !== undefined;
  }
}

/** The last index before a time; NEVER where there is none. */
function lastBefore(timesUs: readonly number[], timeUs: number): number {
  let low = 0;
  let high = timesUs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesUs[middle] as number) < timeUs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function stateOf(workers: Map<string, WorkerState>, id: string): WorkerState {
  let state = workers.get(id);
  if (state === undefined) {
    state = { process: undefined, heard: NEVER, holds: undefined, heldSince: NEVER };
    workers.set(id, state);
  }
  return state;
}
