import type { EngineEvent, EventKind, EventOf } from '../../src/engine/events.ts';
import { executionsOf } from '../../src/history/executions.ts';
import type { History, HistoryEvent } from '../../src/history/history.ts';

/** Events of a kind with their places, the slow way. */
export function of<K extends EventKind>({ events }: History, kind: K): (EventOf<K> & { readonly at: number })[] {
  return events.flatMap((event, at) => (event.kind === kind ? [{ ...(event as EventOf<K>), at }] : []));
}

/** The distinct ids of all tasks, in the order in which they are named. */
export function tasksOf({ events }: History): string[] {
  return [...new Set(events.flatMap((event) => ('task' in event ? [event.task] : [])))];
}

/** The place of the `finished` that ends the start at a place, or -1: the next of that worker and task that ends no later start. */
export function endOfStart({ events }: History, start: number): number {
  const { task, worker } = events[start] as EventOf<'started'>;
  const same = (event: EngineEvent) =>
    (event.kind === 'started' || event.kind === 'finished') && event.task === task && event.worker === worker;
  let later = 0;
  for (let at = start + 1; at < events.length; at++) {
    const event = events[at] as EngineEvent;
    if (!same(event)) continue;
    if (event.kind === 'started') later++;
    else if (later-- === 0) return at;
  }
  return -1;
}

/** How many handlers of a type run right after a place. No worker crashes here. */
export function runningAt(history: History, type: string, place: number): number {
  return of(history, 'started').filter((start) => {
    const end = endOfStart(history, start.at);
    return start.type === type && start.at <= place && (end === -1 || end > place);
  }).length;
}

/** The first claims of tasks, straight from their definition: what happened up to `began` was before the claim for certain. */
export function claimsOf(history: History) {
  const { events, timesUs } = history;
  const time = (at: number) => timesUs[at] as number;
  const lastBefore = (timeUs: number) => timesUs.findLastIndex((each) => each < timeUs);
  return tasksOf(history).flatMap((task) => {
    const named = (kinds: readonly string[], from = 0) =>
      events.findIndex((e, at) => at >= from && kinds.includes(e.kind) && 'task' in e && e.task === task);
    const asked = named(['submitting', 'submitted']);
    const claimed = asked === -1 ? -1 : named(['claimed'], asked);
    const taken = asked === -1 ? -1 : named(['recovered'], asked);
    if (claimed === -1 || (taken !== -1 && taken < claimed)) return [];
    const { worker } = events[claimed] as EventOf<'claimed'>;
    const before = (at: number) => events.findLastIndex((e, i) => i < at && 'worker' in e && e.worker === worker);
    let first = claimed;
    for (let at = before(first); ; at = before(first)) {
      const event = events[at];
      if (event?.kind !== 'conflict' || event.over !== 'token' || event.task !== task) break;
      first = at;
    }
    const started = of(history, 'worker-started').findLast((e) => e.worker === worker && e.at < first);
    const pauses = events.flatMap((e, at) =>
      e.kind === 'host-paused' && e.host === started?.process && at < first
        ? [{ from: time(at), until: time(at) + e.forMs * 1000 }]
        : [],
    );
    let awakeUs = time(first);
    const last = pauses.at(-1);
    if (last !== undefined && last.until >= awakeUs - 1e6) {
      awakeUs = last.from;
      for (const pause of pauses.toReversed()) if (pause.until >= awakeUs) awakeUs = Math.min(awakeUs, pause.from);
    }
    const { type, priority = 0 } = events[asked] as EventOf<'submitting'>;
    const accepted = named(['submitted']);
    return [
      { task, type, priority, asked, accepted, began: Math.max(before(first), lastBefore(awakeUs - 1e6)), claimed },
    ];
  });
}

/**
 * Whether a task waited, with room, while a worker idled, longer than allowed, or when the history ends: by trying every task and
 * worker on every step. In histories without tokens.
 * @param anew whether an event of the worker ends its idleness, a new one beginning
 */
export function wasIdle(history: History, longestUs: number, anew: (event: HistoryEvent) => boolean): boolean {
  const { events, timesUs } = history;
  const { partner, died } = executionsOf(history);
  const workers = new Set(of(history, 'worker-started').map(({ worker }) => worker));
  for (const task of tasksOf(history)) {
    const type = events.flatMap((e) => ('task' in e && e.task === task && 'type' in e ? [e.type] : []))[0];
    for (const worker of workers) {
      let isWaiting = false;
      let isTaken = false;
      let isOver = false;
      let isKnown = false;
      let running = 0;
      let limit = Number.POSITIVE_INFINITY;
      let up: string | undefined;
      let own = 0;
      let sinceUs: number | undefined;
      const paused = new Map<string, number>();
      for (let at = 0; at < events.length; at++) {
        const event = events[at] as HistoryEvent;
        const nowUs = timesUs[at] as number;
        const pausedUntil = up === undefined ? undefined : paused.get(up);
        const could = isWaiting && running < limit && up !== undefined && own === 0;
        if (could && pausedUntil !== undefined && pausedUntil <= nowUs && sinceUs === undefined) sinceUs = pausedUntil;
        if (sinceUs !== undefined && nowUs - sinceUs > longestUs) return true;
        for (const [host, until] of paused) if (until <= nowUs) paused.delete(host);

        const isOwn = 'worker' in event && event.worker === worker;
        const isTask = 'task' in event && event.task === task;
        isKnown ||= isTask && 'type' in event;
        if (isTask && event.kind === 'submitted' && !isTaken && !isOver) isWaiting = true;
        if (isTask && event.kind === 'released' && isKnown && !isOver) {
          isWaiting = true;
          isTaken = false;
        }
        if (isTask && ['claimed', 'started', 'expired', 'finished'].includes(event.kind)) {
          isWaiting = false;
          isTaken = true;
          isOver ||= event.kind === 'expired' || event.kind === 'finished';
        }
        if (event.kind === 'limit-changed' && event.type === type) limit = event.limit;
        if (event.kind === 'started' && event.type === type) running++;
        if (event.kind === 'finished' && event.type === type && partner[at] !== -1) running--;
        if (isOwn && event.kind === 'worker-started') [up, own] = [event.process, 0];
        if (isOwn && event.kind === 'worker-stopped') up = undefined;
        if (isOwn && event.kind === 'started' && up !== undefined) own++;
        if (isOwn && event.kind === 'finished' && partner[at] !== -1) own = Math.max(0, own - 1);
        if (event.kind === 'host-crashed') {
          isWaiting = false;
          paused.delete(event.host);
          if (up === event.host) up = undefined;
        }
        if (event.kind === 'host-paused') {
          paused.set(event.host, Math.max(nowUs + event.forMs * 1000, paused.get(event.host) ?? 0));
        }
        for (const start of died.get(at) ?? []) {
          const dead = events[start] as EventOf<'started'>;
          if (dead.type === type) running--;
          if (dead.worker === worker) up = undefined;
        }
        const can = isWaiting && running < limit && up !== undefined && own === 0 && !paused.has(up);
        if (!can) sinceUs = undefined;
        else if (sinceUs === undefined || (isOwn && anew(event))) sinceUs = nowUs;
      }
      if (sinceUs !== undefined) return true;
    }
  }
  return false;
}
