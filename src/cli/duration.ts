import { UsageError } from '../scenario/usage-error.ts';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A parser of an option's duration, for commander: in ms. It throws UsageError. */
export function duration(option: string, example: string): (text: string) => number {
  return (text) => {
    const [, value, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
    const ms = Number(value) * UNITS[unit as keyof typeof UNITS];
    if (ms > 0 && Number.isFinite(ms)) return ms;
    throw new UsageError(
      `${option} must be a duration, as in 60s, 5m or 500ms, not '${text}': try ${option} ${example}`,
    );
  };
}
