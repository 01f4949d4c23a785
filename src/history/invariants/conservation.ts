import type { EventOf } from '../../engine/events.ts';
import { isTerminal } from '../../engine/task.ts';
import type { Executions } from '../executions.ts';
import type { History, HistoryEvent } from '../history.ts';
import type { Violation } from '../invariant.ts';
import { type Judge, onlineInvariant } from '../judge.ts';
import { moment } from '../moment.ts';

/** A worker that has a task, as far as it is known. */
interface Hand {
  readonly worker: string;
  /** Index of its claim; of its start, where none was reported. */
  readonly claimed: number;
  /** From 1, where the design counts attempts. */
  readonly attempt: number | undefined;
  /** `ended`: it is settling the task, and will report that it was written, or given back, or neither. */
  stage: 'has' | 'runs' | 'ended';
  /** False: the task was taken from it. It may not know. */
  stands: boolean;
  /** Index of an event that cannot be, unless this worker was giving the task back by then. */
  doubt: number | undefined;
}

/** A task, as far as the history has been read. */
interface Place {
  /** Those whose claims stand, and those that go on all the same. */
  readonly hands: Hand[];
  /** Index of the final status that it has. */
  over: number | undefined;
  /** Index of the status written last. */
  status: number | undefined;
}

/**
 * Verifies at every event that a task is in one place: ready, in the hands of one worker, or over (done, expired, canceled). Violations
 * are: it is claimed by a worker while another has it; it is claimed after it was over; it is over by somebody's word while another has
 * it; it was over and is ready again. One for each event that puts it in a second place; from then on it is taken to be there alone.
 *
 * A worker has a task from its claim (or its start, where it reports no claim) until it has written the outcome or given the task back;
 * until another takes it over (`recovered`), its host crashes, it announces itself anew, or it could not settle. What a dead worker had
 * is nobody's until it is recovered, and may be claimed. Who takes a task over while its worker still runs it takes it away:
 * that is no violation; if that worker then writes an outcome, and it counts, it is.
 *
 * Reports come in the order of answers. A worker that gives a task back hears of it a round trip later, and another may have it by
 * then: so a claim beside a worker that does not run the task is a violation only once that worker starts it, or writes its outcome.
 * Where the design counts attempts, their order is that of Redis, and an attempt whose end nobody reported has ended unseen.
 * Where it does not, two writes within a round trip of each other may be seen in the wrong order.
 *
 * Does not verify that a task is somewhere: one that was popped by a worker that died before it reported the claim is in no place, and
 * nothing tells; see `no-task-lost`. Nor what stands in Redis beside the status: an id in two queues at once, a lock or a lease that
 * ran out unseen. An ended lock does not end a claim: who claims then takes what another has.
 */
export const conservation = onlineInvariant({
  id: 'conservation',
  states: 'at every moment a task is in one place: ready, with one worker, or over',
  judge: (history, executions) => new ConservationJudge(history, executions()),
});

class ConservationJudge implements Judge {
  readonly #history: History;
  readonly #executions: Executions;
  readonly #places = new Map<string, Place>();
  /** Places with hands. */
  readonly #owned = new Set<Place>();
  /** By worker. */
  readonly #processes = new Map<string, string>();
  readonly #violations: Violation[] = [];

  constructor(history: History, executions: Executions) {
    this.#history = history;
    this.#executions = executions;
  }

  observe(event: HistoryEvent, index: number): boolean {
    const before = this.#violations.length;
    this.#read(event, index);
    for (const start of this.#executions.died.get(index) ?? []) {
      const { task, worker } = this.#history.events[start] as EventOf<'started'>;
      this.#drop(this.#placeOf(task), worker);
    }
    return this.#violations.length > before;
  }

  violations(): Violation[] {
    return [...this.#violations];
  }

  #read(event: HistoryEvent, index: number): void {
    switch (event.kind) {
      case 'status':
        this.#write(event, index);
        break;
      case 'claimed':
        this.#claim(event, index, 'has');
        break;
      case 'started':
        this.#start(event, index);
        break;
      case 'expired':
      case 'finished':
        this.#end(event, index);
        break;
      case 'conflict': {
        // After its claim: it gives the task up. After its end: its word does not count.
        const place = this.#placeOf(event.task);
        const hand = handOf(place, event.worker);
        if (hand?.stage === 'has') hand.stage = 'ended';
        else if (hand?.stage === 'ended') this.#remove(place, hand);
        break;
      }
      case 'released':
      case 'settle-failed':
        this.#drop(this.#placeOf(event.task), event.worker);
        break;
      case 'recovered':
      case 'vanished':
        // Of counted attempts the status that is written with it tells which has ended.
        for (const hand of this.#placeOf(event.task).hands) if (hand.attempt === undefined) takeAway(hand);
        break;
      case 'worker-started':
        this.#processes.set(event.worker, event.process);
        for (const place of this.#owned) this.#dropAll(place, ({ worker }) => worker === event.worker);
        break;
      case 'host-crashed':
        for (const place of this.#owned) {
          this.#dropAll(place, ({ worker }) => this.#processes.get(worker) === event.host);
        }
        break;
    }
  }

  #claim(
    { task, worker }: { readonly task: string; readonly worker: string },
    index: number,
    stage: Hand['stage'],
  ): void {
    const place = this.#placeOf(task);
    const attempt = this.#attemptAt(place.status);
    const { over } = place;
    if (over !== undefined && !isLater(this.#sequenceAt(over), attempt && 2 * attempt - 1)) {
      this.#violate(
        [over, index],
        `${task} was ${stage === 'runs' ? 'started' : 'claimed'} by ${worker} at ${this.#at(index)} ${this.#afterEnd(over)}`,
      );
    }
    for (const hand of place.hands) {
      if (!hand.stands) continue;
      if (attempt !== undefined && hand.attempt !== undefined && attempt !== hand.attempt) takeAway(hand);
      else this.#contradict(task, hand, index);
    }
    place.hands.push({ worker, claimed: index, attempt, stage, stands: true, doubt: undefined });
    this.#owned.add(place);
  }

  #start(event: EventOf<'started'>, index: number): void {
    const place = this.#placeOf(event.task);
    const hand = handOf(place, event.worker);
    if (hand === undefined) {
      this.#claim(event, index, 'runs');
      return;
    }
    hand.stage = 'runs';
    this.#confirm(event.task, hand, index);
  }

  #end({ task, worker }: EventOf<'expired'> | EventOf<'finished'>, index: number): void {
    const hand = handOf(this.#placeOf(task), worker);
    if (hand === undefined) return;
    if (hand.stage === 'has') this.#confirm(task, hand, index);
    hand.stage = 'ended';
  }

  #write(event: EventOf<'status'>, index: number): void {
    const { task, from, to, sequence } = event;
    const place = this.#placeOf(task);
    const { over } = place;
    // Heard late: what came after it is known.
    const isStale = isLater(this.#sequenceAt(place.status), sequence);
    if (!isStale) place.status = index;
    if (to === 'pending') {
      if (sequence !== undefined)
        for (const hand of place.hands) if (2 * (hand.attempt ?? 0) === sequence) takeAway(hand);
      if (over === undefined || isStale) return;
      this.#violate([over, index], `${task} was ready again at ${this.#at(index)} ${this.#afterEnd(over)}`);
      place.over = undefined;
    } else if (isTerminal(to)) {
      const author = authorOf(place, event);
      if (author !== undefined) {
        if (author.stage === 'ended') this.#confirm(task, author, index);
        this.#remove(place, author);
      }
      for (const hand of place.hands) {
        if (!hand.stands) continue;
        // Who cancels what he knows to be under way stops it.
        if (to === 'canceled' && from === 'processing') takeAway(hand);
        else if (sequence !== undefined && 2 * (hand.attempt ?? 0) < sequence) takeAway(hand);
        else this.#contradict(task, hand, index);
      }
      if (!isStale) place.over ??= index;
    }
  }

  /** An event that cannot be while a worker has the task. */
  #contradict(task: string, hand: Hand, index: number): void {
    if (hand.stage === 'runs') this.#violateBy(task, hand, index, index);
    else hand.doubt ??= index;
  }

  /** The worker does have the task: it does not give it back. */
  #confirm(task: string, hand: Hand, index: number): void {
    if (hand.doubt !== undefined && hand.stands) this.#violateBy(task, hand, hand.doubt, index);
  }

  /** From here on the task is taken to be where the event put it. */
  #violateBy(task: string, hand: Hand, doubt: number, index: number): void {
    const event = this.#history.events[doubt] as EventOf<'claimed'> | EventOf<'started'> | EventOf<'status'>;
    const what = event.kind === 'status' ? `given its end (${event.to})` : `${event.kind} by ${event.worker}`;
    const had = `${hand.worker}, which had had it since ${this.#at(hand.claimed)}, still had it`;
    this.#violate([hand.claimed, doubt, index], `${task} was ${what} at ${this.#at(doubt)} while ${had}`);
    takeAway(hand);
  }

  #afterEnd(over: number): string {
    const { to } = this.#history.events[over] as EventOf<'status'>;
    return `after its end (${to}) at ${this.#at(over)}`;
  }

  #violate(events: readonly number[], message: string): void {
    this.#violations.push({ message, events: [...new Set(events)].sort((a, b) => a - b) });
  }

  /** Whatever the worker had of it, it has no more. */
  #drop(place: Place, worker: string): void {
    const hand = handOf(place, worker);
    if (hand !== undefined) this.#remove(place, hand);
  }

  #dropAll(place: Place, isGone: (hand: Hand) => boolean): void {
    for (const hand of place.hands.filter(isGone)) this.#remove(place, hand);
  }

  #remove(place: Place, hand: Hand): void {
    place.hands.splice(place.hands.indexOf(hand), 1);
    if (place.hands.length === 0) this.#owned.delete(place);
  }

  /** Of a claim that was reported together with a status. */
  #attemptAt(status: number | undefined): number | undefined {
    if (status === undefined) return undefined;
    const { to, sequence } = this.#history.events[status] as EventOf<'status'>;
    return to === 'processing' && sequence !== undefined ? (sequence + 1) / 2 : undefined;
  }

  #sequenceAt(status: number | undefined): number | undefined {
    return status === undefined ? undefined : (this.#history.events[status] as EventOf<'status'>).sequence;
  }

  #at(index: number): string {
    return moment(this.#history, index);
  }

  #placeOf(task: string): Place {
    let place = this.#places.get(task);
    if (place === undefined) {
      place = { hands: [], over: undefined, status: undefined };
      this.#places.set(task, place);
    }
    return place;
  }
}

function isLater(sequence: number | undefined, than: number | undefined): boolean {
  return sequence !== undefined && than !== undefined && sequence > than;
}

/** The worker's, the claim that came last. */
function handOf({ hands }: Place, worker: string): Hand | undefined {
  return hands.findLast((hand) => hand.worker === worker);
}

/** Who wrote a final status: the attempt that it counts, or a worker whose handler has ended, rather one that has the task. */
function authorOf({ hands }: Place, { to, sequence }: EventOf<'status'>): Hand | undefined {
  if (to === 'canceled') return undefined;
  if (sequence !== undefined) return hands.find(({ attempt }) => attempt !== undefined && 2 * attempt === sequence);
  const ended = hands.filter(({ stage }) => stage === 'ended');
  return ended.find(({ stands }) => stands) ?? ended[0];
}

function takeAway(hand: Hand): void {
  hand.stands = false;
}
