import type { Parameters, ParameterValue } from '../engine/claim.ts';
import { UsageError } from './usage-error.ts';

interface Parametrised {
  readonly id: string;
  readonly defaults: Parameters;
  readonly choices?: Readonly<Record<string, readonly ParameterValue[] | undefined>>;
}

/**
 * The documented parameters with a scenario's changes.
 * @throws UsageError for a name that the design does not have, or a value of the wrong kind
 */
export function withDefaults(design: Parametrised, changes: Parameters = {}): Parameters {
  for (const [name, value] of Object.entries(changes)) {
    const standard = Object.hasOwn(design.defaults, name) ? design.defaults[name] : undefined;
    if (standard === undefined) {
      const known = Object.keys(design.defaults).join(', ') || 'none';
      throw new UsageError(`${design.id} has no parameter '${name}'; it has: ${known}`);
    }
    const choices = design.choices?.[name];
    if (typeof value !== typeof standard || (choices !== undefined && !choices.includes(value))) {
      const wanted = choices?.map((choice) => `'${choice}'`).join(' or ') ?? `a ${typeof standard}`;
      throw new UsageError(`${design.id}: parameter '${name}' must be ${wanted}, not ${JSON.stringify(value)}`);
    }
    if (typeof value === 'number') assertNumber(design, name, value);
  }
  return { ...design.defaults, ...changes };
}

const DURATION_MAX_MS = 24 * 60 * 60 * 1000;
const COUNT_MAX = 1_000_000_000;

/**
 * A duration of 0 would spin, or mean "for ever" to Redis, and one of a few µs spins too; what is no duration is a count.
 * @throws UsageError
 */
function assertNumber(design: Parametrised, name: string, value: number): void {
  const isDuration = name.endsWith('Ms');
  if (isDuration ? value >= 1 && value <= DURATION_MAX_MS : Number.isInteger(value) && value >= 0 && value <= COUNT_MAX)
    return;
  const wanted = isDuration ? `from 1 to ${DURATION_MAX_MS} (a day, in ms)` : `a whole number from 0 to ${COUNT_MAX}`;
  throw new UsageError(`${design.id}: parameter '${name}' must be ${wanted}, not ${value}`);
}

/** Durations (`…Ms`) in the time of a world where a documented second lasts `timeScale` seconds. */
export function scaleDurations(parameters: Parameters, timeScale: number): Parameters {
  if (timeScale === 1) return parameters;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, name.endsWith('Ms') ? scaleMs(value, timeScale) : value]),
  );
}

/** Redis takes whole milliseconds, and 0 means "for ever" to many of its commands: a duration stays at least 1 ms. */
function scaleMs(value: ParameterValue, timeScale: number): ParameterValue {
  if (typeof value !== 'number' || value === 0) return value;
  return Math.max(1, Math.round(value * timeScale));
}
