import type { FaultClass, FaultKind } from '../engine/claim.ts';
import type { EventKind } from '../engine/events.ts';
import { ERROR_REPLIES, type Fault, type FaultOf, lastsMs, type MessagePoint, type Moment } from '../scenario/fault.ts';
import { UsageError } from '../scenario/usage-error.ts';
import type { RandomStream } from '../simulation/random-stream.ts';
import type { RunProfile } from './profile.ts';

/** What may go wrong, and how much of it. */
export interface FaultMenu {
  /** Which kinds, and how often each among them. */
  readonly kinds: readonly { readonly kind: FaultClass; readonly weight: number }[];
  /** Faults of a run; at least one. */
  readonly faultsMax: number;
  /** How many hosts may be down or cut off at once. */
  readonly atOnceMax: number;
  /** How long a host stays down, stands still or is cut off. */
  readonly downMs: readonly [least: number, most: number];
  /** How long a host is left alone before it is struck again. */
  readonly upMsMin: number;
  /** The hosts that may be struck; all where not given. */
  readonly hosts?: readonly string[];
}

/** What a fault is drawn from. */
interface Sources {
  readonly menu: FaultMenu;
  readonly profile: RunProfile;
  readonly draw: RandomStream;
}

/** How long a message, a command or a handler is held up, in ms: from a round trip to longer than most leases. */
const HELD_UP_MS = [1, 60_000] as const;
/** How far a clock jumps, either way. */
const JUMP_MS = [1, 60_000] as const;
/** Of the last writes so much may be gone, as with an AOF that is written every second. */
const LOST_MS = [1, 1000] as const;

/** Undefined: the run has nothing that such a fault could strike. */
const DRAFTS: { readonly [Kind in FaultKind]: (sources: Sources) => FaultOf<Kind> | undefined } & {
  readonly [Part in FaultClass]: (sources: Sources) => Fault | undefined;
} = {
  crash: (sources) => onHost(sources, (host) => ({ kind: 'crash', host, ...moment(sources), downMs: downMs(sources) })),
  pause: (sources) => onHost(sources, (host) => ({ kind: 'pause', host, ...moment(sources), forMs: downMs(sources) })),
  'clock-jump': (sources) => clockJump(sources, [...struck(sources.menu, sources.profile), 'redis']),
  'clock-jump:workers': (sources) => clockJump(sources, struck(sources.menu, sources.profile)),
  'request-lost': (sources) => onCommand(sources, (point) => ({ kind: 'request-lost', ...point })),
  'reply-lost': (sources) => onCommand(sources, (point) => ({ kind: 'reply-lost', ...point })),
  reset: (sources) => onCommand(sources, (point) => ({ kind: 'reset', ...point })),
  delay: (sources) =>
    onCommand(sources, (point) => ({ kind: 'delay', ...point, byMs: spread(HELD_UP_MS, sources.draw) })),
  partition: (sources) =>
    onHost(sources, (host) => ({
      kind: 'partition',
      host,
      atMs: byTheClock(sources),
      forMs: downMs(sources),
      way: pick(['both', 'to-redis', 'from-redis'] as const, sources.draw) ?? 'both',
    })),
  'redis-restart': (sources) => ({
    kind: 'redis-restart',
    atMs: byTheClock(sources),
    downMs: downMs(sources),
    data: pick(['kept', 'empty', { lostMs: spread(LOST_MS, sources.draw) }] as const, sources.draw) ?? 'kept',
  }),
  'redis-restart:kept': (sources) => ({
    kind: 'redis-restart',
    atMs: byTheClock(sources),
    downMs: downMs(sources),
    data: 'kept',
  }),
  failover: (sources) => ({ kind: 'failover', atMs: byTheClock(sources), lostMs: spread(LOST_MS, sources.draw) }),
  'script-flush': (sources) => ({ kind: 'script-flush', atMs: byTheClock(sources) }),
  'error-reply': (sources) =>
    onCommand(sources, (point) => ({
      kind: 'error-reply',
      ...point,
      error: pick(ERROR_REPLIES, sources.draw) ?? 'LOADING',
    })),
  'slow-command': (sources) =>
    onCommand(sources, (point) => ({ kind: 'slow-command', ...point, forMs: spread(HELD_UP_MS, sources.draw) })),
  'message-lost': (sources) => onMessage(sources, (point) => ({ kind: 'message-lost', ...point })),
  'message-doubled': (sources) => onMessage(sources, (point) => ({ kind: 'message-doubled', ...point })),
  'handler-throws': (sources) => onTask(sources, (task) => ({ kind: 'handler-throws', task })),
  'handler-hangs': (sources) => onTask(sources, (task) => ({ kind: 'handler-hangs', task })),
  'handler-blocks': (sources) =>
    onTask(sources, (task) => ({ kind: 'handler-blocks', task, forMs: spread(HELD_UP_MS, sources.draw) })),
  misconfigured: (sources) => {
    const { profile, draw } = sources;
    const configured = pick(profile.limits, draw);
    if (configured === undefined) return undefined;
    const { type, limit } = configured;
    // One less, or one more; a limit of 0 would be none.
    const other = limit > 1 && draw.integer(2) === 0 ? limit - 1 : limit + 1;
    return onHost(sources, (host) => ({ kind: 'misconfigured', host, type, limit: other }));
  },
};

/** The kinds that a menu can have, and the parts of kinds. */
export const FAULT_KINDS = Object.keys(DRAFTS) as readonly FaultClass[];

/** Of these kinds, one as likely as another. @throws UsageError for a kind that there is not */
export function faultMenu(kinds: readonly string[], changes: Partial<FaultMenu> = {}): FaultMenu {
  for (const kind of kinds) {
    if (FAULT_KINDS.includes(kind as FaultClass)) continue;
    throw new UsageError(`there is no fault '${kind}'; there are: ${FAULT_KINDS.join(', ')}`);
  }
  return {
    kinds: [...new Set(kinds)].map((kind) => ({ kind: kind as FaultClass, weight: 1 })),
    faultsMax: 3,
    atOnceMax: 1,
    downMs: [1, 10_000],
    upMsMin: 100,
    ...changes,
  };
}

/** Draws beyond which a plan takes what it has: a menu may leave no room. */
const DRAWS_PER_FAULT = 8;

/**
 * Concrete faults for one run: from the menu, within what an undisturbed run does, by the draw. Every one names what it strikes, so
 * that a counterexample can do without it.
 */
export function planFaults(menu: FaultMenu, profile: RunProfile, draw: RandomStream): readonly Fault[] {
  if (menu.kinds.length === 0) return [];
  const wanted = 1 + draw.integer(menu.faultsMax);
  const faults: Fault[] = [];
  for (let draws = 0; draws < wanted * DRAWS_PER_FAULT && faults.length < wanted; draws++) {
    const fault = DRAFTS[classOf(menu, draw)]({ menu, profile, draw });
    if (fault !== undefined && fits(fault, faults, menu)) faults.push(fault);
  }
  return faults.sort((a, b) => startOf(a) - startOf(b));
}

function classOf({ kinds }: FaultMenu, draw: RandomStream): FaultClass {
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  let left = draw.next() * total;
  for (const { kind, weight } of kinds) {
    left -= weight;
    if (left < 0) return kind;
  }
  return (kinds.at(-1) as { readonly kind: FaultClass }).kind;
}

/** Whether no more hosts are down at once than may be, and none is struck before it has recovered. */
function fits(fault: Fault, others: readonly Fault[], { atOnceMax, upMsMin }: FaultMenu): boolean {
  const own = spellOf(fault);
  if (own === undefined) return true;
  const near = others
    .flatMap((other) => spellOf(other) ?? [])
    .filter(
      ({ host, fromMs, toMs }) =>
        fromMs < own.toMs + (host === own.host ? upMsMin : 0) && own.fromMs < toMs + (host === own.host ? upMsMin : 0),
    );
  return near.length < atOnceMax && near.every(({ host }) => host !== own.host);
}

/** When a fault begins that strikes at a time; 0 for one that waits for something. */
function startOf(fault: Fault): number {
  return spellOf(fault)?.fromMs ?? 0;
}

/** While a host is down, still or cut off, for faults that strike at a time. */
function spellOf(fault: Fault): { host: string; fromMs: number; toMs: number } | undefined {
  if (!('atMs' in fault) || fault.kind === 'clock-jump') return undefined;
  const forMs = fault.kind === 'crash' && fault.downMs === undefined ? Number.POSITIVE_INFINITY : lastsMs(fault);
  return { host: 'host' in fault ? fault.host : 'redis', fromMs: fault.atMs, toMs: fault.atMs + forMs };
}

function struck({ hosts }: FaultMenu, profile: RunProfile): readonly string[] {
  return profile.hosts.filter((host) => hosts === undefined || hosts.includes(host));
}

function clockJump(sources: Sources, hosts: readonly string[]): FaultOf<'clock-jump'> | undefined {
  const { draw } = sources;
  const host = pick(hosts, draw);
  const byMs = spread(JUMP_MS, draw) * (draw.integer(2) === 0 ? 1 : -1);
  return host === undefined ? undefined : { kind: 'clock-jump', host, atMs: byTheClock(sources), byMs };
}

function onHost<F>({ menu, profile, draw }: Sources, fault: (host: string) => F): F | undefined {
  const host = pick(struck(menu, profile), draw);
  return host === undefined ? undefined : fault(host);
}

/** One of the commands that the hosts send, each as likely as another by name, and the nth of it. */
function onCommand<F>({ menu, profile, draw }: Sources, fault: (point: MessagePoint) => F): F | undefined {
  const own = profile.commands.filter(({ host }) => menu.hosts === undefined || menu.hosts.includes(host));
  const chosen = pick(own, draw);
  if (chosen === undefined) return undefined;
  const { host, name, count } = chosen;
  return fault({ host, command: name, nth: 1 + draw.integer(count) });
}

/** One of the published messages that were on their way to a host. */
function onMessage<F>({ profile, draw }: Sources, fault: (point: { host: string; nth: number }) => F): F | undefined {
  const chosen = pick(profile.messages, draw);
  return chosen && fault({ host: chosen.host, nth: 1 + draw.integer(chosen.count) });
}

function onTask<F>({ profile, draw }: Sources, fault: (task: string) => F): F | undefined {
  const task = pick(profile.tasks, draw);
  return task === undefined ? undefined : fault(task);
}

/** By the clock as often as at one of the engine's own steps: races need the one, what is written in two steps the other. */
function moment(sources: Sources): Moment {
  const { profile, draw } = sources;
  const way = draw.integer(4);
  const [from, points] =
    way < 2 ? [undefined, undefined] : way === 2 ? ['on', profile.events] : ['after', profile.commands];
  const point = points && pick(points, draw);
  if (point === undefined) return { atMs: time(sources) };
  const nth = 1 + draw.integer(point.count);
  if (from === 'on') return { on: { event: point.name as EventKind, nth } };
  const place = { command: point.name, nth };
  return draw.integer(2) === 0 ? { after: place } : { before: place };
}

function time({ profile, draw }: Sources): number {
  return inMicroseconds(draw.next() * profile.spanMs);
}

/**
 * Of faults that strike by the clock alone: at any time, or as often between any two moments of the run, however near to each other.
 * What is over in a round trip would else never be struck.
 */
function byTheClock(sources: Sources): number {
  const { profile, draw } = sources;
  const gap = draw.integer(2) === 0 ? undefined : pick(profile.gapsMs, draw);
  if (gap === undefined) return time(sources);
  const [fromMs, toMs] = gap;
  return inMicroseconds(fromMs + draw.next() * (toMs - fromMs));
}

function downMs({ menu, draw }: Sources): number {
  return spread(menu.downMs, draw);
}

/** Short times and long ones are as likely, whatever their scale: locks and leases live between milliseconds and minutes. */
function spread([least, most]: readonly [least: number, most: number], draw: RandomStream): number {
  let doublings = 0;
  while (least * 2 ** (doublings + 1) <= most) doublings++;
  const from = least * 2 ** draw.integer(doublings + 1);
  return inMicroseconds(Math.min(most, from * (1 + draw.next())));
}

function inMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function pick<T>(items: readonly T[], draw: RandomStream): T | undefined {
  return items[draw.integer(items.length)];
}
