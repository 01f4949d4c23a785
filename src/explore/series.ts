import { installGuards } from '../simulation/guards.ts';

/**
 * Does work that runs many simulations. What each of them would put up and take down again stays up meanwhile: the guards, a tenth of
 * a short run. Nor does an error note its stack, another tenth, as designs make errors to end a wait or to tell of a reply: whoever
 * wants to see where one comes from runs that spec by itself.
 */
export async function inSeries<T>(work: () => Promise<T>): Promise<T> {
  const uninstall = installGuards();
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = before;
    uninstall();
  }
}
