/** A number for people: three significant digits, more only where the whole part has more; never an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const decimals = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const text = value.toFixed(decimals);
  const short = decimals === 0 ? text : text.replace(/\.?0+$/, '');
  return short === '-0' ? '0' : short;
}

/** Smaller shares would read as none. */
const SHARE_SHOWN_MIN = 0.0005;

/** A share for people: `0.873` is `87.3 %`. */
export function percentage(share: number): string {
  if (share > 0 && share < SHARE_SHOWN_MIN) return '< 0.1 %';
  return `${figure(Number((share * 100).toFixed(1)))} %`;
}

const DECIMALS = 3;

/** A number for machines: rounded to three decimals, so that the last bits of a sum are nobody's business. */
export function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS)) + 0;
}
