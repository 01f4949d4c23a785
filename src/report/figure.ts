/** A number for people: three significant digits, more only where the whole part has more; never an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const decimals = Number.isInteger(value) ? 0 : decimalsOf(value);
  const text = value.toFixed(decimals);
  const short = decimals === 0 ? text : text.replace(/\.?0+$/, '');
  return short === '-0' ? '0' : short;
}

function decimalsOf(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  return size >= 10 ? 1 : size >= 1 ? 2 : 3;
}

/**
 * The median with the least and the most, `12.5 (11.0–14.0)`: all with as many decimals as the median's size asks for, none of them
 * in vain. Where the three read the same, the median alone.
 */
export function spreadFigure({ min, median, max }: Record<'min' | 'median' | 'max', number>): string {
  const values = [median, min, max];
  const decimals = values.every(Number.isInteger) ? 0 : decimalsOf(median === 0 ? max : median);
  let texts = values.map((value) => value.toFixed(decimals).replace(/^-(?=0\.?0*$)/, ''));
  while (texts.every((text) => /\.\d*0$/.test(text))) texts = texts.map((text) => text.slice(0, -1));
  const [middle, least, most] = texts.map((text) => text.replace(/\.$/, ''));
  return middle === least && middle === most ? figure(median) : `${middle} (${least}–${most})`;
}

/** The same of shares. */
export function spreadPercentage(spread: Record<'min' | 'median' | 'max', number>): string {
  const texts = [spread.median, spread.min, spread.max].map(percentage);
  const [middle, least, most] = texts;
  return middle === least && middle === most ? `${middle}` : `${middle} (${least}–${most})`;
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
