import type { EngineEvent } from '../engine/events.ts';
import type { Observer } from '../engine/ports.ts';
import type { Conductor, Stage } from '../scenario/conductor.ts';
import { commandName } from '../scenario/fate.ts';
import type { Fault } from '../scenario/fault.ts';
import type { HostInterference, RequestFate } from '../simredis/interference.ts';
import type { Host } from '../simulation/host.ts';
import { Channel } from '../simulation/network.ts';
import { type Candidate, ChoiceRun, type FaultChoice, type Pick } from './choice-run.ts';

/** What an exhaustive search can make go wrong, at every step for which it makes a difference. */
export const CHOSEN_FAULTS = ['crash', 'request-lost', 'reply-lost'] as const;
export type ChosenFault = (typeof CHOSEN_FAULTS)[number];

/** What may go wrong in one run. */
export interface FaultScope {
  readonly kinds: readonly ChosenFault[];
  readonly most: number;
  /** Hosts that it may strike. */
  readonly hosts: readonly string[];
  /** Of a crash; where not given, the host is dead for good. */
  readonly downMs?: number;
}

/** Invariants that no order of events can break but that of a task's own, and of the starts and ends of one type. */
export const FREE_OF_ORDER: readonly string[] = [
  'no-task-lost',
  'no-duplicate-execution',
  'concurrency-limit',
  'exclusion',
  'legal-lifecycle',
];

/** The fate of a request, as long as it is under way. */
type OpenFate = { -readonly [K in keyof RequestFate]: RequestFate[K] } & { readonly point: MessagePlace };
interface MessagePlace {
  readonly host: string;
  readonly command: string;
  readonly nth: number;
}

/** A run of a queue design in which every next step is picked. */
export class ConductedRun implements Conductor {
  readonly chooser: ChoiceRun;
  /** What went wrong. */
  readonly struck: Fault[] = [];
  /** Scripts that Redis was given, by their SHA1. */
  readonly scripts = new Map<string, string>();
  readonly #faults: FaultScope;
  readonly #warm: ReadonlyMap<string, string>;
  readonly #types: readonly string[];
  readonly #isFreeOfOrder: boolean;
  readonly #onEnd: (stage: Stage) => void;
  #stage: Stage | undefined;

  /**
   * @param options.warm scripts that Redis knows from the start
   * @param options.types of the workload
   * @param options.invariants that the run will be judged by
   */
  constructor(
    pick: Pick,
    options: {
      readonly faults: FaultScope;
      readonly warm: ReadonlyMap<string, string>;
      readonly types: readonly string[];
      readonly invariants: readonly string[];
      readonly onEnd?: (stage: Stage) => void;
    },
  ) {
    this.chooser = new ChoiceRun(pick);
    this.#faults = options.faults;
    this.#warm = options.warm;
    this.#types = options.types;
    this.#isFreeOfOrder = options.invariants.every((id) => FREE_OF_ORDER.includes(id));
    this.#onEnd = options.onEnd ?? (() => {});
  }

  begin(stage: Stage): void {
    this.#stage = stage;
    const { simulation, redis } = stage;
    this.chooser.watch(simulation, redis, this.#warm);
    const { scripts } = redis.server;
    const load = scripts.load.bind(scripts);
    scripts.load = (body) => {
      const script = load(body);
      this.scripts.set(script.sha1, body);
      return script;
    };
    if (this.#faults.most === 0 || this.#faults.kinds.length === 0) return;
    this.chooser.mayFail(simulation.addHost('search'), (due) => this.#choicesAmong(due));
    if (this.#faults.kinds.some((kind) => kind !== 'crash')) {
      redis.interference = (host) => (this.#faults.hosts.includes(host.name) ? openFates(host.name) : undefined);
    }
  }

  reporting(_host: Host, observe: Observer): Observer {
    return (event) => {
      observe(event);
      this.#see(event);
    };
  }

  windUp(): void {
    this.chooser.fixFrom((this.#stage as Stage).simulation.nowUs);
  }

  end(): void {
    this.chooser.end();
    this.#onEnd(this.#stage as Stage);
  }

  /** What judges look at is touched as any other thing. */
  #see(event: EngineEvent): void {
    const run = this.chooser;
    if (!this.#isFreeOfOrder) run.note('history', 'write');
    if (event.kind === 'started' || event.kind === 'finished') {
      run.note(`running ${event.type}`, event.kind);
      run.note(`task ${event.task}`, 'write');
    } else if (event.kind === 'status') run.note(`status ${event.task}`, 'write');
    else if (event.kind === 'limit-changed') run.note(`running ${event.type}`, `limit ${event.limit}`);
  }

  #choicesAmong(due: readonly Candidate[]): readonly FaultChoice[] {
    const { kinds, most } = this.#faults;
    if (this.struck.length >= most) return [];
    const crashes = kinds.includes('crash') ? this.#crashes() : [];
    const losses = due.flatMap((candidate) => {
      const fate = fateOf(candidate);
      if (fate === undefined) return [];
      return kinds.filter((kind) => kind !== 'crash').map((kind) => this.#loss(kind, candidate, fate));
    });
    return [...crashes, ...losses];
  }

  #crashes(): readonly FaultChoice[] {
    const { fate, machines } = this.#stage as Stage;
    const { hosts, downMs } = this.#faults;
    return hosts.flatMap((name): FaultChoice[] => {
      const host = machines.get(name);
      if (host === undefined || !host.alive || !fate.unfinished.includes(name)) return [];
      const action = () => {
        const { nowUs } = (this.#stage as Stage).simulation;
        const fault = {
          kind: 'crash',
          host: name,
          atMs: nowUs / 1000,
          ...(downMs !== undefined && { downMs }),
        } as const;
        this.struck.push(fault);
        // Handlers end with their host.
        for (const type of this.#types) this.chooser.note(`running ${type}`, 'finished');
        if (!this.#isFreeOfOrder) this.chooser.note('history', 'write');
        fate.strikeHost(fault, host);
      };
      return [{ name: `crash ${name}`, text: `${name} dies`, host: name, action }];
    });
  }

  #loss(kind: Exclude<ChosenFault, 'crash'>, { name: lane }: Candidate, fate: OpenFate): FaultChoice {
    const { host, command, nth } = fate.point;
    const what = kind === 'request-lost' ? 'is lost' : 'is run, and its reply lost';
    const action = () => {
      const fault: Fault = { kind, ...fate.point };
      this.struck.push(fault);
      fate.breaks = kind;
      fate.struck = () => (this.#stage as Stage).fate.struck(fault);
    };
    return { name: `${kind} ${lane}`, text: `${host}: ${command} #${nth} ${what}`, lane, action };
  }
}

/** No host sends it. */
const NEVER = { command: 'picked by the search', nth: 1 };

/** What stands in a scenario for faults that are picked later: whoever runs a process then knows that Redis may be gone. */
export function standIns({ kinds, most, hosts, downMs }: FaultScope): readonly Fault[] {
  const [host] = hosts;
  if (most === 0 || kinds.length === 0 || host === undefined) return [];
  return [{ kind: 'crash', host, before: NEVER, ...(downMs !== undefined && { downMs }) }];
}

function openFates(host: string): HostInterference {
  const counts = new Map<string, number>();
  return {
    request(argv) {
      const command = commandName(argv);
      const nth = (counts.get(command) ?? 0) + 1;
      counts.set(command, nth);
      return { point: { host, command, nth } } as OpenFate;
    },
    copies: () => 1,
    departUs: (_way, departUs) => departUs,
  };
}

function fateOf({ event }: Candidate): OpenFate | undefined {
  if (!(event.subject instanceof Channel)) return undefined;
  const message = event.subject.oldest as { readonly fate?: OpenFate } | undefined;
  return message?.fate?.point === undefined ? undefined : message.fate;
}
