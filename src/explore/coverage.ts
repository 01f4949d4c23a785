import type { FaultClass, FaultKind } from '../engine/claim.ts';
import type { History, HistoryEvent } from '../history/history.ts';
import { type Fault, isOfClass, kindOf } from '../scenario/fault.ts';
import type { FaultMenu } from './fault-plan.ts';
import { AT_FIRST, hostsOfWorkers, type RunProfile } from './profile.ts';

const MESSAGE = 'message';
const HANDLER = 'handler';
const CONFIGURATION = 'configuration';

/** What a kind of fault meets. */
type Meets = 'commands' | 'events' | typeof MESSAGE | typeof HANDLER | typeof CONFIGURATION;

const COMMAND_FAULTS: readonly FaultKind[] = [
  'request-lost',
  'reply-lost',
  'reset',
  'delay',
  'error-reply',
  'slow-command',
];

/** They strike by the clock, and so only where time passes. */
const BY_THE_CLOCK: readonly FaultKind[] = ['clock-jump', 'partition', 'redis-restart', 'failover', 'script-flush'];

function meets(name: FaultClass): Meets {
  const kind = kindOf(name);
  if (COMMAND_FAULTS.includes(kind)) return 'commands';
  if (kind === 'misconfigured') return CONFIGURATION;
  if (kind.startsWith(MESSAGE)) return MESSAGE;
  return kind.startsWith(HANDLER) ? HANDLER : 'events';
}

/**
 * Which points of a design met which faults. A fault of a message meets a command; one of a host, of the network or of Redis meets what
 * that host did last, or for Redis anybody: an event of the engine, or nothing yet. One that strikes by the clock cannot meet an event
 * that another follows at the same moment; as far as an undisturbed run tells.
 */
export interface Coverage {
  readonly kinds: readonly FaultClass[];
  readonly points: readonly string[];
  /** By point, then by kind: how often; null: such a fault meets no such points. */
  readonly counts: readonly (readonly (number | null)[])[];
}

/** A point that no fault of that kind has met. */
export interface Gap {
  readonly point: string;
  readonly kind: FaultClass;
}

export class CoverageCount {
  readonly #kinds: readonly FaultClass[];
  readonly #points: readonly string[];
  readonly #counts: (number | null)[][];

  /** @param profile of an undisturbed run: its points are all that must be met */
  constructor(profile: RunProfile, menu: FaultMenu) {
    this.#kinds = menu.kinds.map(({ kind }) => kind);
    const met = new Set(this.#kinds.map(meets));
    const classes = (['events', 'commands', MESSAGE, HANDLER, CONFIGURATION] as const)
      .filter((kind) => met.has(kind))
      .map((kind) => ({ kind, points: pointsOf(kind, profile) }));
    this.#points = classes.flatMap(({ points }) => points);
    this.#counts = classes.flatMap(({ kind, points }) =>
      points.map((point) => this.#kinds.map((fault) => (canMeet(fault, kind, point, profile) ? 0 : null))),
    );
  }

  /** Adds the faults that struck in a run. */
  count(history: History): void {
    if (this.#kinds.length === 0) return;
    const hostOf = hostsOfWorkers(history);
    const last = new Map<string | undefined, string>();
    for (const event of history.events) {
      const strike = strikeOf(event);
      if (strike !== undefined) this.#add(strike.point ?? last.get(strike.host) ?? AT_FIRST, strike);
      if (!('worker' in event)) continue;
      last.set(undefined, event.kind);
      const host = hostOf.get(event.worker);
      if (host !== undefined) last.set(host, event.kind);
    }
  }

  get result(): Coverage {
    return { kinds: this.#kinds, points: this.#points, counts: this.#counts };
  }

  #add(point: string, { kind, fault }: Strike): void {
    const row = this.#counts[this.#points.indexOf(point)];
    for (const [column, name] of this.#kinds.entries()) {
      const count = row?.[column];
      if (row === undefined || typeof count !== 'number') continue;
      if (fault === undefined ? name === kind : isOfClass(fault, name)) row[column] = count + 1;
    }
  }
}

function canMeet(name: FaultClass, kind: Meets, point: string, { lasting }: RunProfile): boolean {
  if (meets(name) !== kind) return false;
  return kind !== 'events' || !BY_THE_CLOCK.includes(kindOf(name)) || lasting.includes(point);
}

function pointsOf(kind: Meets, { events, commands, messages, limits }: RunProfile): readonly string[] {
  const names = (counts: RunProfile['events']) => [...new Set(counts.map(({ name }) => name))].sort();
  switch (kind) {
    case 'events':
      return [AT_FIRST, ...names(events.filter(({ name }) => OF_WORKERS.has(name)))];
    case 'commands':
      return names(commands);
    case MESSAGE:
      return messages.length > 0 ? [MESSAGE] : [];
    case HANDLER:
      return [HANDLER];
    case CONFIGURATION:
      return limits.length > 0 ? [CONFIGURATION] : [];
  }
}

/** Events that name the worker: of the others nobody knows whose host they are. Its last one is followed by nothing. */
const OF_WORKERS: ReadonlySet<string> = new Set([
  'claimed',
  'released',
  'expired',
  'started',
  'finished',
  'recovered',
  'conflict',
  'empty-poll',
  'worker-started',
]);

/** Two parts of one search together. */
export function addCoverage(a: Coverage, b: Coverage): Coverage {
  const sum = (count: number | null, more: number | null | undefined) => (count === null ? null : count + (more ?? 0));
  return { ...a, counts: a.counts.map((row, point) => row.map((count, kind) => sum(count, b.counts[point]?.[kind]))) };
}

export function gapsOf({ kinds, points, counts }: Coverage): readonly Gap[] {
  return points.flatMap((point, row) =>
    kinds.flatMap((kind, column) => (counts[row]?.[column] === 0 ? [{ point, kind }] : [])),
  );
}

/** How many pairs of a point and a kind there are. */
export function pairsOf({ counts }: Coverage): number {
  return counts.reduce((sum, row) => sum + row.filter((count) => count !== null).length, 0);
}

interface Strike {
  readonly kind: FaultKind;
  /** Undefined where the event tells all. */
  readonly fault?: Fault;
  readonly host?: string | undefined;
  /** Where the fault says it itself. */
  readonly point?: string;
}

/** The fault that an event of the world tells of; undefined: none, or the end of one. */
function strikeOf(event: HistoryEvent): Strike | undefined {
  switch (event.kind) {
    case 'host-crashed':
      return { kind: 'crash', host: event.host };
    case 'host-paused':
      return { kind: 'pause', host: event.host };
    case 'fault': {
      const { fault } = event;
      const kind = fault.kind as FaultKind;
      const point = {
        commands: (fault as { command?: string }).command,
        message: MESSAGE,
        handler: HANDLER,
        configuration: CONFIGURATION,
        events: undefined,
      }[meets(kind)];
      return {
        kind,
        fault: fault as Fault,
        host: fault.host === 'redis' ? undefined : fault.host,
        ...(point !== undefined && { point }),
      };
    }
    default:
      return undefined;
  }
}
