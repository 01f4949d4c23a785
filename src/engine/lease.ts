import type { Claim } from './claim.ts';
import { LeaseLostError } from './errors.ts';
import { statusOfFailure } from './outcome.ts';
import type { Clock, Ports } from './ports.ts';
import type { Task, TaskStatus } from './task.ts';

/** A lease is renewed after this part of it; one renewal may fail before the handler has to stop. */
const RENEWED_AFTER = 1 / 3;

/** A handler is stopped so much of a lease before it can end: it has that long to stop. */
const MARGIN = 1 / 10;

/** The right to run one attempt at a task. Attempts are numbered from 1: the number is the fencing token. */
export interface Lease {
  /** As Redis has it now: processing. */
  readonly task: Task;
  readonly attempt: number;
  readonly leaseMs: number;
  /** When it was asked for, by this host's clock: Redis cannot have begun it before. */
  readonly askedAtMs: number;
  /** False where the lease is another's, or nobody's. */
  renew(): Promise<boolean>;
  /** Ends the lease and writes the status, in one. False where the attempt is not the task's last any more: nothing was written. */
  settle(to: TaskStatus): Promise<boolean>;
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
 * A claim that lasts as long as its lease: renewed while the handler runs; `lost` before it can end unrenewed, or when a renewal
 * finds it gone; settled only while no later attempt was begun. The lease is the type's concurrency token as well.
 *
 * Times are measured from before a request was sent, and by the length of waits, not by the clock: this host's clock may be wrong, or
 * jump, and still the handler is stopped before Redis can give the task to another. Broken by: a host that stands still for longer
 * than its lease, which cannot stop anything.
 * @returns undefined where the answer came too late to begin: the task goes back
 */
export async function leasedClaim(
  { clock, observe }: Pick<Ports, 'clock' | 'observe'>,
  lease: Lease,
  worker: string,
): Promise<Claim | undefined> {
  const { task, attempt } = lease;
  const { id, type } = task;
  const token = ownerOf(id, attempt);
  const startsAfterMs = clock.now() - lease.askedAtMs;
  if (startsAfterMs >= safeMs(lease)) {
    observe({ kind: 'conflict', over: 'lease', task: id, worker });
    await lease.settle('pending').catch(() => {});
    return undefined;
  }
  observe({ kind: 'token-acquired', type, token, owner: id });
  observe({ kind: 'status', task: id, from: 'pending', to: 'processing', sequence: 2 * attempt - 1 });
  observe({ kind: 'claimed', task: id, worker });
  const renewal = new Renewal(clock, lease, startsAfterMs);

  const settle = async (to: TaskStatus): Promise<boolean> => {
    try {
      const settled = await lease.settle(to);
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

function safeMs({ leaseMs }: Lease): number {
  return leaseMs * (1 - MARGIN);
}

/** Keeps a lease alive until it is settled or lost. A renewal that gets no answer is none. */
class Renewal {
  readonly #clock: Clock;
  readonly #lease: Lease;
  readonly #lost = new AbortController();
  readonly #over = new AbortController();
  /** Burns as long as the lease is safe; each renewal lights another. */
  #fuse: AbortController;

  constructor(clock: Clock, lease: Lease, startsAfterMs: number) {
    this.#clock = clock;
    this.#lease = lease;
    this.#fuse = this.#light(safeMs(lease) - startsAfterMs);
    this.#renewFrom(Math.max(0, lease.leaseMs * RENEWED_AFTER - startsAfterMs));
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  end(): void {
    this.#over.abort(new Error('the lease is over'));
    this.#fuse.abort(new Error('the lease is over'));
  }

  async #renewFrom(firstAfterMs: number): Promise<void> {
    let due = this.#wait(firstAfterMs);
    while (await due) {
      due = this.#wait(this.#lease.leaseMs * RENEWED_AFTER);
      // Lit before the request is sent: Redis cannot begin the time any sooner.
      const next = this.#light(safeMs(this.#lease));
      const renewed = await this.#lease.renew().catch(() => undefined);
      const spent = renewed && !this.#over.signal.aborted ? this.#fuse : next;
      if (spent !== next) this.#fuse = next;
      spent.abort(new Error('the other burns'));
      if (renewed === false) this.#lose();
    }
  }

  /** @returns whether to go on */
  #wait(ms: number): Promise<boolean> {
    return this.#clock.sleep(ms, this.#over.signal).then(
      () => true,
      () => false,
    );
  }

  #light(ms: number): AbortController {
    const fuse = new AbortController();
    this.#clock.sleep(ms, fuse.signal).then(
      () => this.#lose(),
      () => {},
    );
    return fuse;
  }

  /** Where it is not over yet: the handler must stop. Whether to settle is then Redis's decision. */
  #lose(): void {
    if (this.#over.signal.aborted || this.#lost.signal.aborted) return;
    this.#lost.abort(new LeaseLostError(this.#lease.task.id));
    this.end();
  }
}
