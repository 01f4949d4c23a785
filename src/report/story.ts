import type { HistoryEvent, StruckFault } from '../history/history.ts';
import type { Answer } from '../scenario/answers.ts';
import { endInWords, isOfRedis, strikeInWords } from './fault-words.ts';
import { Cast } from './story-cast.ts';

/** A line of a story: who did what, and when. */
export interface StoryLine {
  /** The places of its events; none of what no event tells. Several of what repeats: the time is that of the first. */
  readonly indices: readonly number[];
  readonly timeUs: number;
  readonly who: string;
  readonly what: string;
}

/** Events of a run with their times. */
export type TimedEvents = readonly (HistoryEvent & { readonly timeUs: number })[];

const LOST_RACE = {
  lock: 'somebody else has the lock',
  token: 'no token left',
  status: 'somebody else has it already',
  lease: 'somebody else has it by now',
} as const;

/** What a worker tries again and again: told once, with how often. */
const REPEATS: ReadonlySet<HistoryEvent['kind']> = new Set(['conflict', 'poll-failed', 'empty-poll']);

/**
 * What happened, event by event, in words. What only repeats is told once; what says nothing new (polls that find nothing, statuses
 * that say what was just said) is left out.
 *
 * @param answers of Redis, that came late or never: told where they are about a task of the story
 * @param proof places of events: their statuses are told though they say nothing new
 */
export function storyOf(
  events: TimedEvents,
  answers: readonly Answer[] = [],
  proof: readonly number[] = [],
): readonly StoryLine[] {
  const cast = new Cast(events);
  const lines: StoryLine[] = [];
  /** Of what repeats, since the last line that does not. */
  let repeated = new Map<string, { readonly line: number; readonly indices: number[]; lastUs: number }>();
  for (const [index, event] of events.entries()) {
    const words = inWords(event, cast) ?? (proof.includes(index) ? claimInWords(events, index) : undefined);
    cast.see(event);
    if (words === undefined) continue;
    const [who, what] = words;
    const { timeUs } = event;
    if (!REPEATS.has(event.kind)) {
      repeated = new Map();
      lines.push({ indices: [index], timeUs, who, what });
      continue;
    }
    const key = `${who} ${what}`;
    const known = repeated.get(key);
    if (known === undefined) {
      repeated.set(key, { line: lines.length, indices: [index], lastUs: timeUs });
      lines.push({ indices: [index], timeUs, who, what });
    } else {
      known.indices.push(index);
      const until = `, ${known.indices.length} times until ${timeUs / 1000} ms`;
      lines[known.line] = { ...(lines[known.line] as StoryLine), indices: known.indices, what: `${what}${until}` };
    }
  }
  return withAnswers(
    lines,
    answers.filter((answer) => isUntold(answer, events, cast)),
    cast.tasks,
  );
}

/** Puts what Redis has run, and whose answer came late or never, where it belongs. */
function withAnswers(lines: readonly StoryLine[], answers: readonly Answer[], tasks: readonly string[]): StoryLine[] {
  const told = answers.flatMap(({ host, command, reply, ranUs, heardUs }): StoryLine[] => {
    const text = `${command} ${reply}`;
    if (!tasks.some((task) => isNamed(task, text))) return [];
    const heard = heardUs === undefined ? 'never hears of it' : `hears of it at ${heardUs / 1000} ms`;
    return [{ indices: [], timeUs: ranUs, who: 'redis', what: `runs ${command} → ${reply}; ${host} ${heard}` }];
  });
  // Of one moment, what Redis did comes first: what follows from it was told later.
  return [...told, ...lines].sort((a, b) => a.timeUs - b.timeUs);
}

/** Whether what a host heard shows in nothing that it told: it came too late, or never, or the host died before it told anything more. */
function isUntold({ host, ranUs, heardUs, isLate }: Answer, events: TimedEvents, cast: Cast): boolean {
  if (heardUs === undefined || isLate === true) return true;
  const next = events.find(
    (event) =>
      event.timeUs >= ranUs &&
      (event.kind === 'host-crashed'
        ? event.host === host
        : 'worker' in event && cast.processOf(event.worker) === host),
  );
  return next?.kind === 'host-crashed';
}

/** Whether a text names a task, and not only one whose id begins or ends like it. */
export function isNamed(task: string, text: string): boolean {
  for (let at = text.indexOf(task); at !== -1; at = text.indexOf(task, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + task.length] ?? ' '}`;
    if (!/[\w-]/.test(around)) return true;
  }
  return false;
}

/**
 * How a run goes on after the last event that its story tells: nobody finds what is lost.
 * @returns undefined where nobody asks any more
 */
export function idleEnd(events: TimedEvents): StoryLine | undefined {
  const indices = events.flatMap(({ kind }, index) => (kind === 'empty-poll' ? [index] : []));
  const told = storyOf(events).at(-1)?.indices.at(-1) ?? -1;
  const after = indices.filter((index) => index > told);
  const [first, last] = [after[0], after.at(-1)].map((index) => (index === undefined ? undefined : events[index]));
  if (first === undefined || last === undefined) return undefined;
  const workers = [...new Set(after.map((index) => (events[index] as { readonly worker: string }).worker))];
  const often = after.length === 1 ? 'once more' : `${after.length} times more, until ${last.timeUs / 1000} ms`;
  const [who, what] =
    workers.length === 1
      ? [workers[0] as string, `asks ${often}, and finds nothing`]
      : ['workers', `ask ${often}, and find nothing`];
  return { indices: after, timeUs: first.timeUs, who, what };
}

/** A status that is written as a task is claimed, before anybody tells of the claim. */
function claimInWords(events: TimedEvents, index: number): Words | undefined {
  const event = events[index];
  if (event?.kind !== 'status') return undefined;
  const claim = events.slice(index).find((later) => later.kind === 'claimed' && later.task === event.task);
  return [claim?.kind === 'claimed' ? claim.worker : '', `${event.task} → ${event.to}`];
}

type Words = readonly [who: string, what: string];

function inWords(event: HistoryEvent, cast: Cast): Words | undefined {
  switch (event.kind) {
    case 'submitting': {
      const limit = cast.limitOf(event.type);
      const terms = [
        event.type,
        ...(limit === undefined ? [] : [`limit ${limit}`]),
        ...(event.priority ? [`priority ${event.priority}`] : []),
        ...(event.dueInMs === undefined ? [] : [`due in ${event.dueInMs} ms`]),
      ];
      return [
        'client',
        `submits ${event.task} (${terms.join(', ')})${cast.isAnswered(event.task) ? '' : ', and hears nothing'}`,
      ];
    }
    case 'announced':
      return event.listeners === 0 ? ['', `${event.task} is announced, and nobody listens`] : undefined;
    case 'cancel-requested':
      return ['client', `wants ${event.task} stopped`];
    case 'refused':
      return ['client', `is refused ${event.task}: ${event.reason}`];
    case 'claimed':
      return [event.worker, `claims ${event.task}`];
    case 'released':
      return [event.worker, `gives ${event.task} back`];
    case 'expired':
      return [event.worker, `finds that ${event.task} has waited too long`];
    case 'recovered': {
      const claim = cast.claimOf(event.task);
      if (claim === undefined) return [event.worker, `takes ${event.task} over`];
      const from = claim.worker === event.worker ? 'itself' : claim.worker;
      return [event.worker, `takes ${event.task} over: ${from} claimed it at ${claim.timeUs / 1000} ms`];
    }
    case 'vanished':
      return [event.worker, `finds that somebody has deleted ${event.task}`];
    case 'started':
      return [event.worker, `runs ${event.task}`];
    case 'finished':
      return [event.worker, `has run ${event.task}: ${event.outcome}`];
    case 'conflict':
      return [event.worker, `${event.task}: ${LOST_RACE[event.over]}`];
    case 'status':
      if (event.to === 'processing' || event.from === event.to) return undefined;
      return [cast.ownerOf(event.task), `${event.task} → ${event.to}`];
    case 'token-acquired':
      return [
        event.owner === undefined ? cast.holderOf(event.token) : cast.ownerOf(event.owner),
        `takes token ${event.token} of ${event.type}`,
      ];
    case 'token-released':
      return [
        cast.holderOf(event.token),
        `gives token ${event.token} of ${event.type} back${event.held ? '' : NOT_HELD}`,
      ];
    case 'lock-acquired':
      return [cast.holderOf(event.owner), `takes the lock ${event.name}`];
    case 'lock-released':
      return [cast.holderOf(event.owner), `gives the lock ${event.name} back${event.held ? '' : NOT_HELD}`];
    case 'limit-changed': {
      const before = cast.limitOf(event.type);
      if (before === undefined || before === event.limit) return undefined;
      return ['', `the limit of ${event.type} is ${event.limit} from now on, no longer ${before}`];
    }
    case 'poll-failed':
      return [event.worker, `cannot ask for a task: ${event.error}`];
    case 'settle-failed':
      return [event.worker, `cannot write down how ${event.task} ended: ${event.error}`];
    case 'panicked':
      return [event.runner, `panics: ${event.error}`];
    case 'shutdown':
      return [event.runner, SHUTDOWN[event.phase]];
    case 'host-crashed':
      return [event.host, `dies${cast.inHandsOf(event.host)}`];
    case 'host-restarted':
      return [event.host, 'boots again'];
    case 'host-paused':
      return [event.host, `stands still for ${event.forMs} ms${cast.inHandsOf(event.host)}`];
    case 'fault':
      return [suffererOf(event.fault, cast), strikeInWords(event.fault)];
    case 'fault-over':
      return [suffererOf(event.over, cast), endInWords(event.over)];
    case 'process-killed':
      return [event.host, `does not close when the run is over, and is killed${cast.inHandsOf(event.host)}`];
    // What these say was said, or follows, or is no part of a task's life.
    case 'submitted':
    case 'empty-poll':
    case 'worker-started':
    case 'worker-stopped':
    case 'backlog':
    case 'timer-set':
    case 'recorded':
    case 'signalled':
    case 'signal-ignored':
    case 'woken':
    case 'query':
      return undefined;
    default:
      return event satisfies never;
  }
}

const NOT_HELD = ', which it had not any more';
const SHUTDOWN = {
  begun: 'shuts down',
  drained: 'has shut down: all is done',
  forced: 'has shut down, and thrown away what was left',
} as const;

function suffererOf(fault: StruckFault, cast: Cast): string {
  if (fault.task !== undefined) return cast.ownerOf(fault.task);
  return isOfRedis(fault) ? 'redis' : (fault.host ?? 'redis');
}

/** One event for a line of text; what the story leaves out, as data. */
export function eventInWords(timed: { readonly timeUs: number; readonly event: HistoryEvent } | undefined): string {
  if (timed === undefined) return 'the end';
  const [line] = storyOf([{ ...timed.event, timeUs: timed.timeUs }]);
  const what = line === undefined ? JSON.stringify(timed.event) : `${line.who} ${line.what}`.trim();
  return `“${what}” at ${timed.timeUs / 1000} ms`;
}
