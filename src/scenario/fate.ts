import type { EngineEvent } from '../engine/events.ts';
import type { Observer } from '../engine/ports.ts';
import { SCRIPT_NAMES } from '../engine/script-names.ts';
import type { HistoryEvent, WorldEvent } from '../history/history.ts';
import type { HostInterference, RequestFate } from '../simredis/interference.ts';
import type { Snapshot } from '../simredis/keyspace.ts';
import type { RedisNode } from '../simredis/node.ts';
import { ErrorReply } from '../simredis/reply.ts';
import { scriptSha1 } from '../simredis/scripting/sha1.ts';
import type { Host } from '../simulation/host.ts';
import type { Interleaving } from '../simulation/interleaver.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Conductor } from './conductor.ts';
import type { CommandPoint, ErrorReplyName, Fault, FaultOf } from './fault.ts';
import type { Hold } from './hold.ts';

/** What a run differs in from the one that its scenario describes. */
export interface Variation {
  /** Beside those of the environment. */
  readonly faults?: readonly Fault[];
  readonly holds?: readonly Hold[];
  /** Whether to count what faults and holds may name. */
  readonly profile?: boolean;
  /** Whether to keep Redis's answers that came late or never. */
  readonly answers?: boolean;
  /** Leads it step by step, instead of the seed. */
  readonly conductor?: Conductor;
  /** Of an in-process runner: the one schedule of its goroutines, instead of those that its workload asks for. */
  readonly interleaving?: Interleaving;
  /** Told of every event and its time, in µs: the run ends as it stands once it says so. */
  readonly until?: (event: HistoryEvent, timeUs: number) => boolean;
  /** It ends with a SimulationLimitError after so many. */
  readonly eventsMax?: number;
}

/** How often a host did something. */
export interface Count {
  readonly host: string;
  readonly name: string;
  readonly count: number;
}

/** All the points of a run that faults and holds may name, each list in the order in which they were first seen. */
export interface Profile {
  /** Named as in CommandPoint. */
  readonly commands: readonly Count[];
  /** By kind. */
  readonly events: readonly Count[];
  /** Published messages that were on their way to a host; the name is `message`. */
  readonly messages: readonly Count[];
}

/** Redis's own words. */
const ERROR_TEXTS: Readonly<Record<ErrorReplyName, string>> = {
  LOADING: 'LOADING Redis is loading the dataset in memory',
  READONLY: "READONLY You can't write against a read only replica.",
  UNBLOCKED: 'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
  OOM: "OOM command not allowed when used memory > 'maxmemory'.",
  BUSY: 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
};

type HostFault = FaultOf<'crash' | 'pause'>;
type Planned = Fault | Hold;

/** What happens the nth time. */
type Agenda = Map<number, Planned[]>;

/** How often something has happened, and what is to happen the nth time. */
interface Tally {
  readonly host: string;
  readonly name: string;
  count: number;
  readonly agenda: Agenda | undefined;
}

/** What it is that is counted. */
type Point = 'command' | 'event' | 'message';

const MESSAGE = 'message';

/**
 * The fate of a run: strikes faults and holds messages back. Faults strike from outside, as events of a host of their own, which nothing
 * can crash; or at a step of the host itself. Hosts to which nothing can happen, and which nobody counts, are not looked at.
 */
export class Fate {
  readonly faults: readonly Fault[];
  readonly #simulation: Simulation;
  readonly #redis: RedisNode;
  readonly #tell: (event: WorldEvent) => void;
  readonly #isProfiled: boolean;
  /** By point, host and name; host '' stands for whoever it is. */
  readonly #agendas = new Map<string, Agenda>();
  readonly #named = new Set<string>();
  readonly #hosts = new Map<string, HostFate>();
  readonly #tallies: Record<Point, Tally[]> = { command: [], event: [], message: [] };
  readonly #shared = new Map<string, Tally>();
  readonly #unfinished = new Set<string>();
  /** What is to strike by the clock: each takes it back. */
  readonly #planned: (() => void)[] = [];
  /** Where faults come from; there is one where there are faults. */
  #self: Host | undefined;

  constructor(
    simulation: Simulation,
    redis: RedisNode,
    faults: readonly Fault[],
    { holds = [], profile = false }: Variation,
    tell: (event: WorldEvent) => void,
  ) {
    this.faults = faults;
    this.#simulation = simulation;
    this.#redis = redis;
    this.#tell = tell;
    this.#isProfiled = profile;
    this.#putHolds(holds);
    for (const fault of faults) this.#plan(fault);
  }

  /** What happens to a host's messages and steps; undefined: nothing ever. */
  of(host: Host): HostFate | undefined {
    const { name } = host;
    if (!this.#isProfiled && !this.#named.has(name) && !this.#named.has('')) return undefined;
    let fate = this.#hosts.get(name);
    if (fate === undefined) {
      const partitions = this.faults.filter((fault) => fault.kind === 'partition' && fault.host === name);
      fate = new HostFate(this, host, partitions as FaultOf<'partition'>[]);
      this.#hosts.set(name, fate);
    }
    return fate;
  }

  /** A machine's main runs from now on, until `finished`. */
  begun(name: string): void {
    this.#unfinished.add(name);
  }

  /** When all have, nothing strikes any more. */
  finished(name: string): void {
    this.#unfinished.delete(name);
    if (this.#unfinished.size === 0) for (const takeBack of this.#planned) takeBack();
  }

  /** Machines that have neither finished nor died for good. */
  get unfinished(): readonly string[] {
    return [...this.#unfinished];
  }

  /** Undefined where it was not asked for. */
  get profile(): Profile | undefined {
    if (!this.#isProfiled) return undefined;
    const { command, event, message } = this.#tallies;
    return { commands: command.map(countOf), events: event.map(countOf), messages: message.map(countOf) };
  }

  /** Strikes by the clock. @param machines by name */
  schedule(machines: ReadonlyMap<string, Host>): void {
    if (this.faults.length === 0) return;
    const self = this.#simulation.addHost('fate');
    this.#self = self;
    for (const fault of this.faults) {
      if (!('atMs' in fault)) continue;
      if ((fault.kind === 'crash' || fault.kind === 'pause') && machines.has(fault.host)) {
        this.#at(fault.atMs, self, () => this.strikeHost(fault, machines.get(fault.host) as Host));
      } else if (fault.kind === 'clock-jump') {
        const host = fault.host === 'redis' ? this.#redis.host : machines.get(fault.host);
        if (host !== undefined) this.#at(fault.atMs, self, () => this.#jump(fault, host));
      } else if (fault.kind === 'partition' && machines.has(fault.host)) {
        this.#at(fault.atMs, self, () => this.struck(fault));
        this.#at(fault.atMs + fault.forMs, self, () => this.#over(fault));
      } else if (fault.kind === 'script-flush') {
        this.#at(fault.atMs, self, () => {
          this.struck(fault);
          this.#redis.server.scripts.flush();
        });
      } else if (fault.kind === 'redis-restart' || fault.kind === 'failover') this.#scheduleLoss(fault, self);
    }
  }

  /** The machine dies or stands still, unless it is dead or done. */
  strikeHost(fault: HostFault, host: Host): void {
    const { name } = host;
    if (!host.alive || !this.#unfinished.has(name)) return;
    const simulation = this.#simulation;
    if (fault.kind === 'pause') {
      this.#tell({ kind: 'host-paused', host: name, forMs: fault.forMs });
      simulation.pause(host, toUs(fault.forMs));
      return;
    }
    this.#tell({ kind: 'host-crashed', host: name });
    simulation.crash(host);
    if (fault.downMs === undefined) {
      this.finished(name);
      return;
    }
    const boot = () => {
      this.#tell({ kind: 'host-restarted', host: name });
      simulation.restart(host);
    };
    simulation.after(toUs(fault.downMs), this.#self as Host, boot, undefined);
  }

  struck(fault: Fault): void {
    this.#tell({ kind: 'fault', fault });
  }

  nowUs(): number {
    return this.#simulation.nowUs;
  }

  tallyOf(point: Point, host: string, name: string): Tally {
    const tally = { host, name, count: 0, agenda: this.#agendas.get(keyOf(point, host, name)) };
    this.#tallies[point].push(tally);
    return tally;
  }

  /** What happens to the nth command of that name, whoever sends it; counts it. */
  sharedAgenda(name: string): readonly Planned[] | undefined {
    if (!this.#named.has('')) return undefined;
    let tally = this.#shared.get(name);
    if (tally === undefined) {
      tally = { host: '', name, count: 0, agenda: this.#agendas.get(keyOf('command', '', name)) };
      this.#shared.set(name, tally);
    }
    return tally.agenda?.get(++tally.count);
  }

  #plan(fault: Fault): void {
    if ('host' in fault && fault.host !== undefined) this.#named.add(fault.host);
    if (fault.kind === 'message-lost' || fault.kind === 'message-doubled') {
      this.#put('message', fault.host, MESSAGE, fault.nth, fault);
    } else if ('command' in fault) this.#putAt(fault.host, fault, fault);
    else if ('before' in fault) this.#putAt(fault.host, fault.before, fault);
    else if ('after' in fault) this.#putAt(fault.host, fault.after, fault);
    else if ('on' in fault) this.#put('event', fault.host, fault.on.event, fault.on.nth, fault);
  }

  #putAt(host: string | undefined, { command, nth }: CommandPoint, planned: Planned): void {
    this.#put('command', host ?? '', command, nth, planned);
  }

  /** A schedule may hold back every message of a run, command by command: the agenda is looked up once for each. */
  #putHolds(holds: readonly Hold[]): void {
    let agenda: Agenda = new Map();
    let before: Hold | undefined;
    for (const hold of holds) {
      const { host, command, nth } = hold;
      if (host !== before?.host || command !== before.command) agenda = this.#agendaFor('command', host, command);
      put(agenda, nth, hold);
      before = hold;
    }
  }

  #put(point: Point, host: string, name: string, nth: number, planned: Planned): void {
    put(this.#agendaFor(point, host, name), nth, planned);
  }

  #agendaFor(point: Point, host: string, name: string): Agenda {
    this.#named.add(host);
    const key = keyOf(point, host, name);
    const agenda = this.#agendas.get(key) ?? new Map<number, Planned[]>();
    this.#agendas.set(key, agenda);
    return agenda;
  }

  #at(atMs: number, self: Host, strike: () => void): void {
    this.#planned.push(this.#simulation.timer(toUs(atMs), self, strike));
  }

  #over(fault: Fault): void {
    this.#tell({ kind: 'fault-over', over: fault });
  }

  #jump(fault: FaultOf<'clock-jump'>, host: Host): void {
    this.struck(fault);
    host.jumpClock(fault.byMs);
  }

  /** Of what will be lost nothing is undone: what is kept is put aside when its time comes. */
  #scheduleLoss(fault: FaultOf<'redis-restart' | 'failover'>, self: Host): void {
    const { server } = this.#redis;
    const lostMs = fault.kind === 'failover' ? fault.lostMs : typeof fault.data === 'object' ? fault.data.lostMs : 0;
    let kept: Snapshot | undefined = fault.kind === 'redis-restart' && fault.data === 'empty' ? [] : undefined;
    if (lostMs > 0) {
      this.#at(Math.max(0, fault.atMs - lostMs), self, () => {
        kept = server.db.snapshot();
      });
    }
    this.#at(fault.atMs, self, () => {
      this.struck(fault);
      this.#redis.cutOff();
      this.#simulation.free(this.#redis.host);
      server.scripts.flush();
      if (kept !== undefined) server.db.restore(kept);
      if (fault.kind === 'redis-restart') this.#redis.isUp = false;
    });
    if (fault.kind !== 'redis-restart') return;
    this.#at(fault.atMs + fault.downMs, self, () => {
      this.#redis.isUp = true;
      this.#over(fault);
    });
  }
}

/** What happens to one host, over all its lives. */
export class HostFate implements HostInterference {
  readonly #fate: Fate;
  readonly #host: Host;
  readonly #partitions: readonly FaultOf<'partition'>[];
  readonly #commands = new Map<string, Tally>();
  readonly #events = new Map<string, Tally>();
  #messages: Tally | undefined;
  /** It stands still, at a step of its own, until then. */
  #stillUntilUs = 0;

  constructor(fate: Fate, host: Host, partitions: readonly FaultOf<'partition'>[]) {
    this.#fate = fate;
    this.#host = host;
    this.#partitions = partitions;
  }

  request(argv: readonly string[]): RequestFate | undefined {
    const name = commandName(argv);
    const own = this.#count(this.#commands, 'command', name);
    const shared = this.#fate.sharedAgenda(name);
    if (own === undefined && shared === undefined) return undefined;
    return this.#requestFate(shared === undefined ? (own ?? []) : [...(own ?? []), ...shared]);
  }

  copies(): number {
    this.#messages ??= this.#fate.tallyOf('message', this.#host.name, MESSAGE);
    let copies = 1;
    for (const planned of this.#messages.agenda?.get(++this.#messages.count) ?? []) {
      copies += (planned as Fault).kind === 'message-doubled' ? 1 : -1;
      this.#fate.struck(planned as Fault);
    }
    return Math.max(0, copies);
  }

  departUs(way: 'to-redis' | 'from-redis', departUs: number): number {
    let atUs = way === 'to-redis' ? Math.max(departUs, this.#stillUntilUs) : departUs;
    if (this.#partitions.length === 0) return atUs;
    for (let before = -1; before !== atUs; ) {
      before = atUs;
      for (const { atMs, forMs, way: cut } of this.#partitions) {
        const fromUs = toUs(atMs);
        if ((cut === 'both' || cut === way) && atUs >= fromUs && atUs < fromUs + toUs(forMs))
          atUs = fromUs + toUs(forMs);
      }
    }
    return atUs;
  }

  /** What the machine reports, in its present life: the dead report nothing. */
  reporting(observe: Observer): Observer {
    const { life } = this.#host;
    return (event) => {
      if (this.#host.life !== life) return;
      observe(event);
      this.#onEvent(event);
    };
  }

  #onEvent({ kind }: EngineEvent): void {
    for (const planned of this.#count(this.#events, 'event', kind) ?? []) this.#strike(planned as HostFault);
  }

  #strike(fault: HostFault): void {
    if (fault.kind === 'pause') this.#stillUntilUs = this.#fate.nowUs() + toUs(fault.forMs);
    this.#fate.strikeHost(fault, this.#host);
  }

  #count(tallies: Map<string, Tally>, point: Point, name: string): readonly Planned[] | undefined {
    let tally = tallies.get(name);
    if (tally === undefined) {
      tally = this.#fate.tallyOf(point, this.#host.name, name);
      tallies.set(name, tally);
    }
    tally.count++;
    return tally.agenda?.get(tally.count);
  }

  #requestFate(planned: readonly Planned[]): RequestFate {
    const fate: { -readonly [K in keyof RequestFate]: RequestFate[K] } = {};
    const atRedis: Fault[] = [];
    for (const each of planned) {
      if (!('kind' in each)) {
        if (each.way === 'request') fate.requestHeldUs = (fate.requestHeldUs ?? 0) + each.byUs;
        else fate.replyHeldUs = (fate.replyHeldUs ?? 0) + each.byUs;
        continue;
      }
      switch (each.kind) {
        case 'crash':
        case 'pause':
          if ('before' in each) this.#strike(each);
          else fate.ran = () => this.#fate.strikeHost(each, this.#host);
          break;
        case 'delay':
          fate.requestHeldUs = (fate.requestHeldUs ?? 0) + toUs(each.byMs);
          this.#fate.struck(each);
          break;
        case 'request-lost':
        case 'reply-lost':
        case 'reset':
          fate.breaks = each.kind;
          atRedis.push(each);
          break;
        case 'error-reply':
          fate.error = new ErrorReply(ERROR_TEXTS[each.error]);
          atRedis.push(each);
          break;
        case 'slow-command':
          fate.slowUs = (fate.slowUs ?? 0) + toUs(each.forMs);
          atRedis.push(each);
          break;
      }
    }
    if (atRedis.length > 0) {
      fate.struck = () => {
        for (const fault of atRedis.splice(0)) this.#fate.struck(fault);
      };
    }
    return fate;
  }
}

function put(agenda: Agenda, nth: number, planned: Planned): void {
  const items = agenda.get(nth);
  if (items === undefined) agenda.set(nth, [planned]);
  else items.push(planned);
}

function countOf({ host, name, count }: Tally): Count {
  return { host, name, count };
}

function keyOf(point: Point, host: string, name: string): string {
  return `${point} ${host} ${name}`;
}

function toUs(ms: number): number {
  return Math.round(ms * 1000);
}

/** As CommandPoint has it. */
export function commandName(argv: readonly string[]): string {
  const name = (argv[0] as string).toLowerCase();
  if (name === 'evalsha') return SCRIPT_NAMES.get(argv[1] as string) ?? name;
  return name === 'eval' ? (SCRIPT_NAMES.get(scriptSha1(argv[1] as string)) ?? name) : name;
}
