import type { ChosenFault } from './conducted-run.ts';

/** What may go wrong in a run of which every step is picked. */
export interface ChosenFaults {
  /** At most so many faults a run. Default 0. */
  readonly maxFaults?: number;
  /** Which. Default: crashes. */
  readonly faults?: readonly ChosenFault[];
  /** A host that crashed is down for so long. Default: for good. */
  readonly downMs?: number;
}

/** The schedule of a run of which every step was picked, with what could have gone wrong in it. */
export interface Choices extends ChosenFaults {
  /** By their names. */
  readonly steps: readonly string[];
}

/** How often another host goes on than the one before. */
export function switchesOf(steps: readonly string[]): number {
  return steps.filter((name, index) => index > 0 && ownerOf(name) !== ownerOf(steps[index - 1] as string)).length;
}

/** The host that a step is about: of `crash app-1`, `reply-lost app-1>0` and `app-1!7` it is `app-1`. */
export function ownerOf(step: string): string {
  const [host] = (step.split(' ').at(-1) as string).split(/[<>!]/);
  return host as string;
}
