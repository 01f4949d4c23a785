import type { Claim, FaultClass } from './claim.ts';
import { InvalidValueError, LeaseLostError } from './errors.ts';
import { statusOfFailure } from './outcome.ts';
import type { Clock, Ports } from './ports.ts';
import type { Task, TaskStatus } from './task.ts';

/** A lease is renewed after this part of it; one renewal may fail before the handler has to stop. */
const RENEWED_AFTER = 1 / 3;

/** A handler is stopped so much of a lease before it can end: it has that long to stop. */
const MARGIN = 1 / 10;

/**
 * The shortest lease: its margin is 10 ms. With less, one slow round trip or late timer is longer than the lease: every claim is
 * answered too late and given back, for ever.
 */
const LEAST_MS = 100;

/** A settlement that fails is sent again after so much of a lease, then twice as much, and so on: for less than two thirds of it. */
const SETTLED_AGAIN_AFTER = 1 / 100;
const SETTLED_AGAIN_MAX = 6;

/** What breaks every design with leases. */
export const LEASES_BROKEN_BY: readonly string[] = [
  'a host that stands still for longer than its lease: its task may run beside its successor, whose settlement alone counts',
  'a handler that goes on after its signal: it may run beside its successor too',
  'a Redis that loses its last writes (failover; restart without appendfsync always): tasks are lost, run again or run beside each other',
  "a step of Redis's own clock: forwards, leases end early and limits do not hold; backwards, dead workers' tasks wait longer",
  'a Redis that evicts keys (maxmemory-policy other than noeviction): tasks, leases or limits vanish',
];

/**
 * What a design with leases survives. Not in it: a Redis that loses writes, or whose own clock steps, as above; a handler that hangs,
 * which nobody can tell from a slow one: its worker renews its lease for ever, unless the task has a time limit; and
 * messages, which are the pool's to miss.
 */
export const LEASES_SURVIVE: readonly FaultClass[] = [
  'crash',
  'pause',
  'clock-jump:workers',
  'request-lost',
  'reply-lost',
  'reset',
  'delay',
  'partition',
  'redis-restart:kept',
  'script-flush',
  'error-reply',
  'slow-command',
  'handler-throws',
  'handler-blocks',
];

/** The right to run one attempt at a task. Attempts are numbered from 1: the number is the fencing token. */
export interface Lease {
  /** As Redis has it now: processing. */
  readonly task: Task;
  readonly attempt: number;
  /** False where the lease is another's, or nobody's. */
  renew(): Promise<boolean>;
  /**
   * Ends the lease and writes the status, in one. False where the attempt is not the task's last any more: nothing was written. Sent
   * again, it answers as it did.
   */
  settle(to: TaskStatus): Promise<boolean>;
}

/** Refuses a lease that is too short to be kept. */
export function checkLease(parameter: string, leaseMs: number): void {
  if (leaseMs >= LEAST_MS) return;
  throw new InvalidValueError(
    `${parameter} must be at least ${LEAST_MS}, or claims are answered too late to begin; it is ${leaseMs}`,
  );
}

/** What a lease is called in Redis, and as a concurrency token: its owner is an attempt, not a worker. */
export function ownerOf(task: string, attempt: number): string {
  return `${task}:${attempt}`;
}

/** The reverse. */
export function attemptOf(owner: string): { readonly task: string; readonly attempt: number } {
  const colon = owner.lastIndexOf(':');
  return { task: owner.slice(0, colon), attempt: Number(owner.slice(colon + 1)) };
}

/**
 * Asks for a task. A claim lasts as long as its lease: renewed while the handler runs; `lost` before it can end unrenewed, or when a
 * renewal finds it gone; settled only while no later attempt was begun. The lease is the type's concurrency token as well. A
 * settlement that Redis refuses is sent again while the lease lasts, a few times.
 *
 * Times are measured from before a request was sent, and by the length of waits, not by the clock: this host's clock may be wrong, or
 * jump, and still the handler is stopped before Redis can give the task to another. Broken by: a host that stands still for longer
 * than its lease, which cannot stop anything; a Redis that loses writes, evicts keys, or whose own clock steps.
 * @param ask sends the request; undefined: there is no task
 * @returns undefined where the answer came too late to begin: the task goes back
 */
export async function leasedClaim(
  { clock, observe }: Pick<Ports, 'clock' | 'observe'>,
  leaseMs: number,
  worker: string,
  ask: () => Promise<Lease | undefined>,
): Promise<Claim | undefined | 'nothing'> {
  const renewal = new Renewal(clock, leaseMs);
  let lease: Lease | undefined;
  try {
    lease = await ask();
  } finally {
    if (lease === undefined) renewal.end();
  }
  if (lease === undefined) return 'nothing';
  const { task, attempt } = lease;
  const { id, type } = task;
  const token = ownerOf(id, attempt);
  if (!renewal.begin(lease)) {
    observe({ kind: 'conflict', over: 'lease', task: id, worker });
    await lease.settle('pending').catch(() => {});
    return undefined;
  }
  observe({ kind: 'token-acquired', type, token, owner: id });
  observe({ kind: 'status', task: id, from: 'pending', to: 'processing', sequence: 2 * attempt - 1 });
  observe({ kind: 'claimed', task: id, worker });

  const settle = async (to: TaskStatus): Promise<boolean> => {
    try {
      const settled = await insist(() => lease.settle(to), clock, leaseMs, renewal.lost);
      if (settled) observeEnd(observe, task, attempt, to);
      else observe({ kind: 'conflict', over: 'lease', task: id, worker });
      return settled;
    } finally {
      renewal.end();
    }
  };
  return {
    task,
    lost: renewal.lost,
    complete: async () => void (await settle('success')),
    fail: async (error) => void (await settle(statusOfFailure(error))),
    release: async () => {
      if (await settle('pending')) observe({ kind: 'released', task: id, worker });
    },
  };
}

/** Reports a lease that has ended, by whatever hand: one way for success, failure, release and recovery. */
export function observeEnd(
  observe: Ports['observe'],
  task: Pick<Task, 'id' | 'type'>,
  attempt: number,
  to: TaskStatus,
): void {
  observe({ kind: 'token-released', type: task.type, token: ownerOf(task.id, attempt), held: true });
  observe({ kind: 'status', task: task.id, from: 'processing', to, sequence: 2 * attempt });
}

/** Reports a task that was withdrawn after so many attempts. */
export function observeWithdrawn(observe: Ports['observe'], task: string, attempts: number): void {
  observe({ kind: 'status', task, from: 'pending', to: 'canceled', sequence: 2 * attempts + 1 });
}

/** Sends a settlement again while it fails: not for ever, and not after the lease was lost. */
async function insist(
  settle: () => Promise<boolean>,
  clock: Clock,
  leaseMs: number,
  lost: AbortSignal,
): Promise<boolean> {
  let waitMs = leaseMs * SETTLED_AGAIN_AFTER;
  for (let again = 0; ; again++) {
    try {
      return await settle();
    } catch (error) {
      if (again === SETTLED_AGAIN_MAX || lost.aborted) throw error;
      await clock.sleep(waitMs, lost).catch(() => {
        throw error;
      });
      waitMs *= 2;
    }
  }
}

/** Keeps a lease alive until it is settled or lost. A renewal that gets no answer is none. */
class Renewal {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #askedAtMs: number;
  readonly #lost = new AbortController();
  #isOver = false;
  /** Burns as long as the lease is safe; each renewal lights another. The first ends the wait for the first renewal as well. */
  #fuse = new AbortController();
  readonly #firstDue: Promise<boolean>;
  /** Ends the waits for the renewals that follow; most leases end before. */
  #over: AbortController | undefined;
  /** Unknown while it is asked for. */
  #task = '';

  /** Before the lease is asked for: Redis cannot begin it any sooner. */
  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
    this.#askedAtMs = clock.now();
    this.#burn(this.#fuse);
    this.#firstDue = this.#wait(this.#fuse);
  }

  /** @returns false where it is too late */
  begin(lease: Lease): boolean {
    // The clock is asked as well: a host that stood still may see the answer before it sees its fuse burnt.
    if (this.#lost.signal.aborted || this.#clock.now() - this.#askedAtMs >= this.#safeMs) {
      this.end();
      return false;
    }
    this.#renew(lease);
    return true;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  end(): void {
    this.#isOver = true;
    const reason = new Error('the lease is over');
    this.#over?.abort(reason);
    this.#fuse.abort(reason);
  }

  get #safeMs(): number {
    return this.#leaseMs * (1 - MARGIN);
  }

  async #renew(lease: Lease): Promise<void> {
    this.#task = lease.task.id;
    let due = this.#firstDue;
    while (await due) {
      this.#over ??= new AbortController();
      due = this.#isOver ? Promise.resolve(false) : this.#wait(this.#over);
      // Lit before the request is sent, as the first.
      const next = new AbortController();
      this.#burn(next);
      const renewed = await lease.renew().catch(() => undefined);
      const spent = renewed && !this.#isOver ? this.#fuse : next;
      if (spent !== next) this.#fuse = next;
      spent.abort(new Error('the other burns'));
      if (renewed === false) this.#lose();
    }
  }

  /** Until a renewal is due. @returns whether to go on */
  #wait({ signal }: AbortController): Promise<boolean> {
    return this.#clock.sleep(this.#leaseMs * RENEWED_AFTER, signal).then(
      () => true,
      () => false,
    );
  }

  #burn({ signal }: AbortController): void {
    this.#clock.sleep(this.#safeMs, signal).then(
      () => this.#lose(),
      () => {},
    );
  }

  /** Where it is not over yet: the handler must stop. Whether to settle is then Redis's decision. */
  #lose(): void {
    if (this.#isOver || this.#lost.signal.aborted) return;
    this.#lost.abort(new LeaseLostError(this.#task));
    this.end();
  }
}
