import type { History } from '../history/history.ts';
import type { Profile } from '../scenario/fate.ts';

/** What a run does that nothing disturbs: where faults can strike, and what a schedule can hold back. */
export interface RunProfile extends Profile {
  /** From the start to the last event. */
  readonly spanMs: number;
  /** Processes, and the dispatcher where there is one: what may crash. */
  readonly hosts: readonly string[];
  readonly tasks: readonly string[];
  /** Of the types that have one. */
  readonly limits: readonly { readonly type: string; readonly limit: number }[];
  /**
   * The kinds of workers' events after which time passes before the next of that host's workers, sometimes at least; and `start`, where
   * it passes before the first.
   */
  readonly lasting: readonly string[];
  /** From each moment at which workers report something to the next, in ms. */
  readonly gapsMs: readonly (readonly [from: number, to: number])[];
}

export function profileOf(history: History, hosts: readonly string[], profile: Profile): RunProfile {
  return {
    ...profile,
    spanMs: (history.timesUs.at(-1) ?? 0) / 1000,
    hosts,
    tasks: history.events.flatMap((event) => (event.kind === 'submitted' ? [event.task] : [])),
    limits: limitsOf(history),
    lasting: lastingIn(history, hosts),
    gapsMs: gapsIn(history),
  };
}

function limitsOf({ events }: History): RunProfile['limits'] {
  const limits = new Map<string, number>();
  for (const event of events) if (event.kind === 'limit-changed') limits.set(event.type, event.limit);
  return [...limits].map(([type, limit]) => ({ type, limit }));
}

function gapsIn({ events, timesUs }: History): [from: number, to: number][] {
  const moments = [...new Set(timesUs.filter((_, index) => 'worker' in (events[index] as object)))];
  return moments.slice(1).map((toUs, index) => [(moments[index] as number) / 1000, toUs / 1000]);
}

/** Nothing had happened on the host yet. */
export const AT_FIRST = 'start';

function lastingIn(history: History, hosts: readonly string[]): string[] {
  const { events, timesUs } = history;
  const hostOf = hostsOfWorkers(history);
  const last = new Map(hosts.map((host) => [host, { kind: AT_FIRST, atUs: 0 }]));
  const lasting = new Set<string>();
  for (const [index, event] of events.entries()) {
    const host = 'worker' in event ? hostOf.get(event.worker) : undefined;
    if (host === undefined) continue;
    const atUs = timesUs[index] as number;
    const before = last.get(host);
    if (before !== undefined && before.atUs < atUs) lasting.add(before.kind);
    last.set(host, { kind: event.kind, atUs });
  }
  if ([...last.values()].some(({ kind }) => kind === AT_FIRST)) lasting.add(AT_FIRST);
  return [...lasting].sort();
}

/** Which process each worker is of. */
export function hostsOfWorkers({ events }: History): Map<string, string> {
  const hosts = new Map<string, string>();
  for (const event of events) if (event.kind === 'worker-started') hosts.set(event.worker, event.process);
  return hosts;
}
