import type { StruckFault } from '../history/history.ts';
import type { CommandPoint, Fault, FaultOf, RestartData } from '../scenario/fault.ts';
import type { Hold } from '../scenario/hold.ts';

/** A fault of a spec, as it was planned: what, whom, and when it strikes. */
export function faultInWords(fault: Fault): string {
  const details: string[] = [];
  if ('host' in fault && fault.host !== undefined) details.push(fault.host);
  if ('task' in fault) details.push(fault.task);
  details.push(...momentInWords(fault));
  if ('limit' in fault) details.push(limitInWords(fault));
  if ('forMs' in fault) details.push(`for ${fault.forMs} ms`);
  if ('downMs' in fault && fault.downMs !== undefined) details.push(`up again after ${fault.downMs} ms`);
  if ('byMs' in fault) details.push(`by ${fault.byMs} ms`);
  if ('way' in fault) details.push(WAYS[fault.way]);
  if ('error' in fault) details.push(fault.error);
  if ('lostMs' in fault) details.push(`without ${lastWrites(fault.lostMs)}`);
  if ('data' in fault) details.push(dataInWords(fault.data));
  return `${fault.kind}${details.length > 0 ? `: ${details.join(', ')}` : ''}`;
}

const WAYS = { both: 'both ways', 'to-redis': 'on the way to Redis', 'from-redis': 'on the way from Redis' } as const;

function momentInWords(fault: Fault): string[] {
  if ('before' in fault) return [`before its ${nth(fault.before)}`];
  if ('after' in fault) return [`after its ${nth(fault.after)}`];
  if ('on' in fault) return [`on its ${ordinal(fault.on.nth)} ${fault.on.event}`];
  if ('atMs' in fault) return [`at ${fault.atMs} ms`];
  if ('command' in fault) return [`${fault.host === undefined ? 'the' : 'its'} ${nth(fault)}`];
  return 'nth' in fault && fault.nth !== undefined ? [`the ${ordinal(fault.nth)}`] : [];
}

/** What it does as it strikes; crashes and pauses are events of their own. */
export function strikeInWords(struck: StruckFault): string {
  const fault = struck as Fault;
  switch (fault.kind) {
    case 'crash':
    case 'pause':
      return fault.kind;
    case 'clock-jump':
      return `has its clock set ${fault.byMs < 0 ? 'back' : 'forward'} by ${Math.abs(fault.byMs)} ms`;
    case 'request-lost':
      return `loses its ${nth(fault)} on the way to Redis, and the connection`;
    case 'reply-lost':
      return `loses the reply to its ${nth(fault)}, which Redis has run, and the connection`;
    case 'reset':
      return `has its connection reset before its ${nth(fault)} has run; replies under way are lost`;
    case 'delay':
      return `sends its ${nth(fault)}, which takes ${fault.byMs} ms longer to Redis`;
    case 'partition':
      if (fault.way === 'to-redis') return `cannot reach Redis for ${fault.forMs} ms, but hears from it`;
      if (fault.way === 'from-redis') return `hears nothing from Redis for ${fault.forMs} ms, but reaches it`;
      return `is cut off from Redis for ${fault.forMs} ms`;
    case 'redis-restart':
      return `dies; up again after ${fault.downMs} ms, ${dataInWords(fault.data)}, without scripts`;
    case 'failover':
      return `fails over to a replica without ${lastWrites(fault.lostMs)}, and without scripts`;
    case 'script-flush':
      return 'forgets its scripts';
    case 'error-reply':
      return fault.host === undefined
        ? `answers the ${nth(fault)} with ${fault.error}, and does not run it`
        : `gets ${fault.error} for its ${nth(fault)}, which Redis does not run`;
    case 'slow-command':
      return `is busy for ${fault.forMs} ms with ${fault.host === undefined ? 'the' : `${fault.host}’s`} ${nth(fault)}`;
    case 'message-lost':
      return `never gets the ${ordinal(fault.nth)} message published to it`;
    case 'message-doubled':
      return `gets the ${ordinal(fault.nth)} message published to it twice`;
    case 'handler-throws':
      return `the handler of ${fault.task} throws`;
    case 'handler-hangs':
      return `the handler of ${fault.task} hangs: it never ends`;
    case 'handler-blocks':
      return `the handler of ${fault.task} keeps the CPU for ${fault.forMs} ms`;
    case 'misconfigured':
      return `is misconfigured: ${limitInWords(fault)}`;
    default:
      return fault satisfies never;
  }
}

function limitInWords({ type, limit }: FaultOf<'misconfigured'>): string {
  return limit === 0 ? `it knows no limit for ${type}` : `its limit for ${type} is ${limit}`;
}

/** One that lasts is over. */
export function endInWords({ kind }: StruckFault): string {
  if (kind === 'partition') return 'is connected with Redis again';
  return kind === 'redis-restart' ? 'is up again' : `${kind} is over`;
}

/** Whom it strikes, where it does not name a host. */
export function isOfRedis({ kind }: StruckFault): boolean {
  return kind === 'slow-command' || kind === 'redis-restart' || kind === 'failover' || kind === 'script-flush';
}

export function holdInWords({ host, way, command, nth: count, byUs }: Hold): string {
  const point = nth({ command, nth: count });
  const what = way === 'request' ? `its ${point} arrives` : `the reply to its ${point} arrives`;
  return `hold: ${host}, ${what} ${byUs / 1000} ms later`;
}

function dataInWords(data: RestartData): string {
  if (data === 'kept') return 'with its data';
  return data === 'empty' ? 'without its data' : `without ${lastWrites(data.lostMs)}`;
}

function lastWrites(lostMs: number): string {
  return `the writes of the last ${lostMs} ms`;
}

function nth({ command, nth: count }: CommandPoint): string {
  return `${ordinal(count)} ${command}`;
}

function ordinal(count: number): string {
  const tens = count % 100;
  const suffix = tens > 10 && tens < 20 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${suffix}`;
}
