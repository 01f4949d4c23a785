import type { Count } from '../scenario/fate.ts';
import type { CommandPoint, Fault, Moment } from '../scenario/fault.ts';

/** Lengths of time that are simpler than any other, in ms. */
const SIMPLE_MS = [1, 10, 100, 1000, 10_000, 100_000];

/** Steps of a worker at which a host may be struck instead of at some time, in the order in which they come. */
const STEPS = ['claimed', 'started', 'finished'] as const;

const MOMENTS = ['on', 'after', 'before'] as const;
/** Of the commands of a name only the first few say where a worker was. */
const COMMANDS_MAX = 2;

/**
 * The same fault, told more simply: at the first of its points, at a step of a worker or one of its commands instead of a time, sooner,
 * for a round time. Simplest first.
 *
 * @param commands that the hosts of the run send
 */
export function simplerFaults(fault: Fault, commands: readonly Count[] = []): readonly Fault[] {
  return [...steps(fault, commands), ...firsts(fault), ...sooner(fault), ...rounder(fault)];
}

/** Whether it strikes a host at a time, and not at one of its steps. */
export function isByTheClock(fault: Fault): boolean {
  return (fault.kind === 'crash' || fault.kind === 'pause') && 'atMs' in fault;
}

function steps(fault: Fault, commands: readonly Count[]): Fault[] {
  if (!isByTheClock(fault)) return [];
  const { atMs: _, ...rest } = fault as Fault & { readonly atMs: number };
  const points = commands
    .filter(({ host }) => 'host' in fault && host === fault.host)
    .flatMap(({ name, count }) => ordinals(Math.min(count, COMMANDS_MAX)).map((nth) => ({ command: name, nth })))
    .sort((a, b) => a.nth - b.nth);
  const moments: Moment[] = [
    ...STEPS.map((event) => ({ on: { event, nth: 1 } })),
    ...points.map((after) => ({ after })),
    ...points.map((before) => ({ before })),
  ];
  return moments.map((moment) => ({ ...rest, ...moment }) as Fault);
}

/** It strikes at the nth of its points instead; undefined where it does not count any. */
export function atNth(fault: Fault, nth: number): Fault | undefined {
  if ('nth' in fault && fault.nth !== undefined) return { ...fault, nth };
  for (const moment of MOMENTS) {
    const point = (fault as Partial<Record<typeof moment, CommandPoint>>)[moment];
    if (point !== undefined) return { ...fault, [moment]: { ...point, nth } } as Fault;
  }
  return undefined;
}

/** From 1 on. */
export function ordinals(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function firsts(fault: Fault): Fault[] {
  const now = nthOf(fault);
  if (now === undefined) return [];
  const lower = [...new Set([1, 2, now >> 1, now - 1])].filter((nth) => nth >= 1 && nth < now);
  return lower.flatMap((nth) => atNth(fault, nth) ?? []);
}

function nthOf(fault: Fault): number | undefined {
  if ('nth' in fault) return fault.nth;
  for (const moment of MOMENTS) {
    const point = (fault as Partial<Record<typeof moment, { readonly nth: number }>>)[moment];
    if (point !== undefined) return point.nth;
  }
  return undefined;
}

function sooner(fault: Fault): Fault[] {
  if (!('atMs' in fault)) return [];
  const { atMs } = fault;
  return [Math.floor(atMs / 2), Math.floor(atMs)].filter((ms) => ms < atMs).map((ms) => ({ ...fault, atMs: ms }));
}

function rounder(fault: Fault): Fault[] {
  for (const length of ['downMs', 'forMs', 'byMs', 'lostMs'] as const) {
    const now = (fault as Partial<Record<typeof length, number>>)[length];
    if (now === undefined || SIMPLE_MS.includes(Math.abs(now))) continue;
    return SIMPLE_MS.map((ms) => ({ ...fault, [length]: now < 0 ? -ms : ms }) as Fault);
  }
  return [];
}
