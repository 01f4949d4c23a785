import { UsageError } from '../scenario/usage-error.ts';

/** A parser of an option's whole number from `least` to `most`, for commander. It throws UsageError. */
export function wholeNumber(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new UsageError(
      `${option} must be an integer from ${least} to ${most}, not '${text}': try ${option} ${Math.max(least, 1)}`,
    );
  };
}

/** A parser of an option's number above 0 and up to `most`, for commander. It throws UsageError. */
export function positiveNumber(option: string, most: number, example: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) && value > 0 && value <= most) return value;
    throw new UsageError(
      `${option} must be a number above 0 and up to ${most}, not '${text}': try ${option} ${example}`,
    );
  };
}
