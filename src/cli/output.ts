import type { Canvas } from '../report/palette.ts';

/** What a reader without a terminal is taken to have, who does not say so by COLUMNS. */
const WIDTH_PIPED = 120;
const WIDTH_MIN = 40;
/** Longer lines are hard to follow with the eye. */
const WIDTH_MAX = 160;

/** Writes to standard output. A reader that went away (`| head`) is no error: what it did not want, nobody gets. */
export function print(text: string): void {
  if (process.stdout.listenerCount('error', ignoreClosedPipe) === 0) process.stdout.on('error', ignoreClosedPipe);
  process.stdout.write(text);
}

/** One line on standard error, behind the program's name. */
export function complain(message: string): void {
  progress('');
  process.stderr.write(`windtunnel: ${message.replace(/\s*\n\s*/g, ' ').trim()}\n`);
}

/** What is under way, on a line of the terminal that the next call writes over; nothing where nobody watches. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** What standard output is drawn on. Colour where a terminal shows it and nobody asked for none (https://no-color.org). */
export function canvas(): Canvas {
  const { isTTY, columns } = process.stdout;
  // A terminal that does not know its width says 0.
  const width = isTTY && columns > 0 ? columns : Number(process.env.COLUMNS) || WIDTH_PIPED;
  return {
    width: Math.min(Math.max(width, WIDTH_MIN), WIDTH_MAX),
    colour: isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
