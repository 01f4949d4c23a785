import type { History } from './history.ts';

/** When an event happened, for people: `1001.4 ms`. Exact, as times are whole µs. */
export function moment({ timesUs }: History, index: number): string {
  return `${(timesUs[index] as number) / 1000} ms`;
}
