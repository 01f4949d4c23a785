import { EXIT } from './exit-code.ts';
import { complain } from './output.ts';

const SIGNALS = [
  ['SIGINT', EXIT.interrupted],
  ['SIGTERM', EXIT.terminated],
] as const;

/**
 * Runs `body`. The first Ctrl-C (or SIGTERM) meanwhile calls `close`, which must leave nothing behind, and ends the process; the
 * second ends it at once.
 */
export async function closedOnInterrupt<T>(close: () => Promise<void>, body: () => Promise<T>): Promise<T> {
  let closing = false;
  const handlers = SIGNALS.map(([signal, code]) => {
    const handler = (): void => {
      if (closing) process.exit(code);
      closing = true;
      complain('interrupted: cleaning up; once more ends it at once');
      close().then(
        () => process.exit(code),
        () => process.exit(code),
      );
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  try {
    const result = await body();
    // The process is about to end: what the body's end caused must not overtake it.
    return closing ? await new Promise<never>(() => {}) : result;
  } catch (error) {
    if (closing) return await new Promise<never>(() => {});
    throw error;
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}
