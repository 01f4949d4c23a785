import type { Breach } from './breach.ts';
import type { Step } from './choice-run.ts';

/** Not in the catalogue, as no history can show it: the run ends by itself, and nothing in it throws. */
export const RUNS_TO_ITS_END = 'runs-to-its-end';

/**
 * A run that has come to so many events is taken to go on for ever. No scenario of the catalogue comes to a tenth of them: the longest,
 * 250 workers in a minute, has 67 thousand.
 */
export const RUN_EVENTS_MAX = 1_000_000;

/** The same of the steps of a run of which each is picked. The longest, with a crash, have a thousand. */
export const STEPS_MAX = 20_000;

/** Of a run that goes on for ever, so many of its last reports tell what it was doing. */
export const LAST_REPORTS = 1000;

const SHAPE = 'goes on for ever';
/** Different things that are named. */
const NAMED_MAX = 4;

/**
 * The breach of a run that does not end. All of them are one mistake, whatever they were doing.
 *
 * @param bound that it came to, in words
 * @param timeUs where it was then
 * @param last what was seen of it at the end
 */
export function endlessBreach(bound: string, timeUs: number, last: readonly string[]): Breach {
  const counts = new Map<string, number>();
  for (const what of last) counts.set(what, (counts.get(what) ?? 0) + 1);
  const often = [...counts].sort(([, a], [, b]) => b - a);
  const named = often.slice(0, NAMED_MAX).map(([what, count]) => `${what} ${count} ×`);
  const more = often.length > named.length ? `, and ${often.length - named.length} other things` : '';
  const doing =
    last.length === 0 ? 'nothing was reported of it' : `the last ${last.length} reports: ${named.join(', ')}${more}`;
  const message = `it goes on for ever: given up after ${bound}, ${timeUs / 1e6} s from its start; ${doing}`;
  return { invariant: RUNS_TO_ITS_END, shape: SHAPE, violation: { message, events: [] } };
}

export function isEndless({ invariant, shape }: Pick<Breach, 'invariant' | 'shape'>): boolean {
  return invariant === RUNS_TO_ITS_END && shape === SHAPE;
}

/** A run that has come to its bound of steps. */
export class EndlessRun extends Error {
  override readonly name = 'EndlessRun';
  readonly steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    super(`it has come to ${STEPS_MAX} steps`);
    this.steps = steps;
  }
}

/** Its breach; undefined where time has not gone on for long: then some host was never let go on, which is no mistake of the design. */
export function endlessSteps(steps: readonly Step[]): Breach | undefined {
  const timeUs = steps.at(-1)?.timeUs ?? 0;
  if (timeUs === steps[steps.length >> 1]?.timeUs) return undefined;
  const last = steps.slice(-LAST_REPORTS).filter(({ isRequest }) => isRequest);
  return endlessBreach(
    `${STEPS_MAX} steps`,
    timeUs,
    last.map(({ text }) => text()),
  );
}
