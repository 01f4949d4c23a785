import { commandName } from '../scenario/fate.ts';
import { noteAccesses } from '../simredis/accesses.ts';
import type { RequestFate } from '../simredis/interference.ts';
import type { RedisNode } from '../simredis/node.ts';
import type { Chooser, PendingEvent } from '../simulation/choice-queue.ts';
import type { Host } from '../simulation/host.ts';
import { Channel } from '../simulation/network.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { Accesses, type Mode } from './accesses.ts';

/** What may happen next. */
export interface Candidate {
  /** Unique among those of a moment. A message goes by its lane, a lane being one direction of a connection. */
  readonly name: string;
  /** Steps of one process happen in one order only. */
  readonly process: string;
  /** The host that it is about: of a message the end of the connection that is no server. */
  readonly owner: string;
  /** In words. */
  readonly text: () => string;
  readonly event: PendingEvent;
  /** A thing that goes wrong: it may also not happen. */
  readonly fault?: FaultChoice;
}

/** What may go wrong at a moment. A lost message is lost instead of delivered. */
export interface FaultChoice {
  readonly name: string;
  readonly text: string;
  /** The lane of the message that it strikes, or the host. */
  readonly lane?: string;
  readonly host?: string;
  readonly action: () => void;
}

/** A step of a run: something that happened, up to quiescence. */
export interface Step {
  readonly name: string;
  readonly process: string;
  readonly owner: string;
  /** In words. */
  readonly text: () => string;
  readonly timeUs: number;
  /** Counts the moments of virtual time at which something happened, from 0. */
  readonly instant: number;
  readonly accesses: Accesses;
  /** Steps that caused it: it cannot come before them. Before the run: none. */
  readonly causes: readonly number[];
  /** A message comes to a server. */
  readonly isRequest: boolean;
  /** Something goes wrong. */
  readonly isFault: boolean;
}

/** What happens next, of what may. @throws to end the run */
export type Pick = (
  offer: { readonly candidates: readonly Candidate[]; readonly faults: readonly Candidate[] },
  at: { readonly instant: number; readonly timeUs: number; readonly steps: readonly Step[] },
) => Candidate;

interface Origin {
  readonly name: string;
  readonly causes: readonly number[];
}

interface Lane {
  readonly name: string;
  /** The host at the end that is not the server. */
  readonly owner: string;
  readonly isRequest: boolean;
}

/**
 * A run in which every next step is chosen: which message that is under way arrives next, or which event of this moment happens, or what
 * goes wrong. Notes what each step touches.
 *
 * A step of a machine touches all of the machine. A step of Redis touches the connection that it came by, the keys that it really read or
 * wrote, and the connections to which it sent something. Whatever an observer sees is touched as the caller says by `note`.
 */
export class ChoiceRun implements Chooser {
  readonly steps: Step[] = [];
  readonly #pick: Pick;
  #hosts: readonly Host[] = [];
  readonly #origins = new WeakMap<PendingEvent, Origin>();
  readonly #lanes = new Map<Channel<unknown>, Lane>();
  readonly #laneCounts = new Map<string, number>();
  readonly #eventCounts = new Map<number, number>();
  /** Hosts whose steps touch what they touch, and no more. */
  readonly #servers = new Set<string>();
  #current: { readonly index: number; readonly host: string; readonly accesses: Accesses } | undefined;
  #fixedAfterUs = Number.POSITIVE_INFINITY;
  #faults: (due: readonly Candidate[]) => readonly FaultChoice[] = () => [];
  #self: Host | undefined;

  constructor(pick: Pick) {
    this.#pick = pick;
  }

  /**
   * Before anything happens.
   * @param warm scripts that the server knows from the start, by their SHA1
   */
  watch({ hosts }: Simulation, { host, server }: RedisNode, warm: ReadonlyMap<string, string> = new Map()): void {
    this.#hosts = hosts;
    this.#servers.add(host.name);
    noteAccesses(server, (resource, mode) => this.note(resource, mode), warm);
  }

  /** @param self a host that nothing strikes: faults come from there */
  mayFail(self: Host, faults: (due: readonly Candidate[]) => readonly FaultChoice[]): void {
    this.#self = self;
    this.#faults = faults;
  }

  /** The step under way touches a resource. */
  note(resource: string, mode: Mode): void {
    this.#current?.accesses.note(resource, mode);
  }

  /** Once this moment is over, nothing is chosen any more. */
  fixFrom(timeUs: number): void {
    this.#fixedAfterUs = Math.min(this.#fixedAfterUs, timeUs);
  }

  /** The lanes of a host, as far as something has gone by them. */
  lanesOf(host: string): readonly string[] {
    return [...this.#lanes.values()].filter(({ owner }) => owner === host).map(({ name }) => name);
  }

  /** Whether a step touches a host: it would not happen, or not so, if the host had died before. */
  static touches({ accesses }: Step, host: string): boolean {
    return accesses.has(`host ${host}`) || accesses.has(`link ${host}`);
  }

  caused(event: PendingEvent): void {
    const current = this.#current;
    const target = this.#nameOf(event);
    if (event.subject instanceof Channel) {
      const lane = this.#laneOf(event.subject as Channel<unknown>, target);
      if (current !== undefined && this.#servers.has(current.host)) {
        this.note(`to ${lane.name}`, 'write');
        this.note(`link ${lane.owner}`, 'link');
      }
    }
    const count = this.#eventCounts.get(event.host) ?? 0;
    this.#eventCounts.set(event.host, count + 1);
    const causes = current === undefined ? [] : [current.index];
    this.#origins.set(event, { name: `${target}!${count}`, causes });
  }

  choose(due: readonly PendingEvent[]): PendingEvent {
    this.#current = undefined;
    const first = due[0] as PendingEvent;
    const { timeUs } = first;
    if (timeUs > this.#fixedAfterUs) return first;
    const candidates = this.#candidates(due);
    // Arrivals of a connection that is closed: they come to nothing.
    if (candidates.length === 0) return first;
    const faults = this.#faults(candidates).map((fault) => this.#faultCandidate(fault, candidates, first));
    const last = this.steps.at(-1);
    const instant = last === undefined ? 0 : last.instant + (last.timeUs === timeUs ? 0 : 1);
    const chosen = this.#pick({ candidates, faults }, { instant, timeUs, steps: this.steps });
    this.#begin(chosen, instant);
    return chosen.event;
  }

  /** The last step is over. */
  end(): void {
    this.#current = undefined;
  }

  #begin({ name, process, owner, text, event, fault }: Candidate, instant: number): void {
    const accesses = new Accesses();
    const index = this.steps.length;
    const host = this.#nameOf(event);
    const causes = fault?.lane === undefined && fault !== undefined ? [] : (this.#origins.get(event)?.causes ?? []);
    this.steps.push({
      name,
      process,
      owner,
      text,
      timeUs: event.timeUs,
      instant,
      accesses,
      causes,
      isRequest: this.#servers.has(host) && event.subject instanceof Channel,
      isFault: fault !== undefined,
    });
    this.#current = { index, host, accesses };
    if (fault?.host !== undefined) {
      this.note(`host ${fault.host}`, 'write');
      for (const lane of this.lanesOf(fault.host)) {
        this.note(`from ${lane}`, 'write');
        this.note(`to ${lane}`, 'write');
      }
      return;
    }
    if (this.#servers.has(host)) {
      if (event.subject instanceof Channel) {
        const lane = this.#lanes.get(event.subject as Channel<unknown>) as Lane;
        this.note(`from ${lane.name}`, 'write');
        this.note(`link ${lane.owner}`, 'link');
      }
      if (fault !== undefined) fault.action();
    } else this.note(`host ${host}`, 'write');
  }

  #faultCandidate(fault: FaultChoice, candidates: readonly Candidate[], first: PendingEvent): Candidate {
    const { name, lane } = fault;
    const text = () => fault.text;
    const struck = lane === undefined ? undefined : candidates.find((candidate) => candidate.name === lane);
    if (struck !== undefined) return { ...struck, name, text, fault };
    const { index, life } = this.#self as Host;
    const event = { timeUs: first.timeUs, host: index, life, action: fault.action, subject: undefined, sequence: -1 };
    return { name, process: name, owner: fault.host ?? '', text, event, fault };
  }

  #candidates(due: readonly PendingEvent[]): Candidate[] {
    const seen = new Set<string>();
    const candidates: Candidate[] = [];
    for (const event of due) {
      const target = this.#nameOf(event);
      if (event.subject instanceof Channel) {
        const channel = event.subject as Channel<unknown>;
        const lane = this.#laneOf(channel, target);
        if (seen.has(lane.name) || channel.oldest === undefined) continue;
        seen.add(lane.name);
        const message = channel.oldest;
        const text = () => (lane.isRequest ? `${lane.owner}: ${commandOf(message)}` : `${lane.owner} gets a reply`);
        candidates.push({ name: lane.name, process: lane.name, owner: lane.owner, text, event });
      } else {
        const { name } = this.#origins.get(event) as Origin;
        candidates.push({ name, process: name, owner: target, text: () => `${target} goes on`, event });
      }
    }
    return candidates;
  }

  #laneOf(channel: Channel<unknown>, target: string): Lane {
    let lane = this.#lanes.get(channel);
    if (lane === undefined) {
      const isRequest = this.#servers.has(target);
      const owner = isRequest ? (this.#current?.host ?? '?') : target;
      const way = `${owner}${isRequest ? '>' : '<'}`;
      const count = this.#laneCounts.get(way) ?? 0;
      this.#laneCounts.set(way, count + 1);
      lane = { name: `${way}${count}`, owner, isRequest };
      this.#lanes.set(channel, lane);
    }
    return lane;
  }

  #nameOf({ host }: PendingEvent): string {
    return (this.#hosts[host] as Host).name;
  }
}

/** A request, or one that something may happen to. */
type Request = readonly string[] | { readonly content: readonly string[]; readonly fate: RequestFate };

/** Scripts by their names. */
function commandOf(message: unknown): string {
  const request = message as Request;
  const argv = 'content' in request ? request.content : request;
  const name = commandName(argv);
  const from = name === argv[0]?.toLowerCase() ? 1 : SCRIPT_KEYS_AT;
  return [name, ...argv.slice(from)].join(' ').slice(0, TEXT_MAX);
}

const TEXT_MAX = 80;
/** In EVALSHA and EVAL, after the script and the number of its keys. */
const SCRIPT_KEYS_AT = 3;
