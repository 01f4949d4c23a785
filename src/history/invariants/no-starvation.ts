import type { EventOf } from '../../engine/events.ts';
import { isTerminal } from '../../engine/task.ts';
import type { History } from '../history.ts';
import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';
import { grouped } from '../overtaking.ts';
import { RankCounter } from '../rank-counter.ts';
import { NEVER, type TaskLife, taskLives } from '../task-life.ts';
import { Workforce } from '../workforce.ts';

/** A task is overtaken so often without harm, whatever the number of workers: ten times the documented window of random offsets. */
const OVERTAKEN_MAX = 100;
/** Many workers overtake each other by chance: so many times for each. */
const OVERTAKEN_MAX_PER_WORKER = 3;

/** A task's wait, from its acceptance to its start, its end unrun, or the end of the history. */
interface Wait {
  readonly life: TaskLife;
  readonly end: number;
  readonly overtaken: number;
}

/**
 * Verifies that no accepted task waits while more than a bound of tasks of its type that were submitted after it are started.
 * The bound is 100, or three times the most workers that were up at once, whichever is more. One violation for each time during
 * which tasks of a type starved, told by the one overtaken most. A task that waits at the end of the history counts.
 *
 * Priorities are no excuse: a design that always takes the most urgent first starves the others as long as urgent ones keep
 * coming.
 *
 * Does not verify waiting behind other types, behind earlier tasks, or while nothing is started; nor a task that was claimed
 * and never started, which is `no-task-lost`'s business; nor delayed tasks.
 */
export const noStarvation: Invariant = {
  id: 'no-starvation',
  states: 'no task waits while more than 100 later ones of its type start (or 3 a worker)',
  check(history) {
    const bound = Math.max(OVERTAKEN_MAX, OVERTAKEN_MAX_PER_WORKER * mostWorkers(history));
    const lives = [...taskLives(history).values()].filter((life) => isOrdinary(history, life));
    const starved = [...grouped(lives, ({ type }) => type).values()]
      .flatMap((ofType) => waitsOf(history, ofType))
      .filter(({ overtaken }) => overtaken > bound);
    return excursionsOf(starved).map((excursion) => violationOf(history, excursion));
  },
};

function mostWorkers({ events }: History): number {
  const workforce = new Workforce();
  let most = 0;
  for (const event of events) {
    workforce.observe(event);
    most = Math.max(most, workforce.size);
  }
  return most;
}

function isOrdinary({ events }: History, life: TaskLife): boolean {
  return life.submitting === NEVER || (events[life.submitting] as EventOf<'submitting'>).dueInMs === undefined;
}

const askedAt = (life: TaskLife): number => (life.submitting === NEVER ? life.submitted : life.submitting);

/** @param lives of one type */
function waitsOf(history: History, lives: readonly TaskLife[]): Wait[] {
  const started = lives.filter((life) => life.starts > 0 && askedAt(life) !== NEVER);
  started.sort((a, b) => a.firstStart - b.firstStart);
  const asked = started.map(askedAt).sort((a, b) => a - b);
  const counter = new RankCounter(asked);
  const waiting = lives.flatMap((life) => {
    const end = endOfWait(history, life);
    return life.submitted === NEVER || end === undefined ? [] : [{ life, end }];
  });
  waiting.sort((a, b) => a.end - b.end);
  let counted = 0;
  return waiting.map(({ life, end }) => {
    for (; counted < started.length && (started[counted] as TaskLife).firstStart < end; counted++) {
      counter.add(askedAt(started[counted] as TaskLife));
    }
    return { life, end, overtaken: counter.above(life.submitted) };
  });
}

/** undefined: it does not wait, it is in somebody's hands. */
function endOfWait({ events }: History, life: TaskLife): number | undefined {
  if (life.starts > 0) return life.firstStart;
  if (life.expired !== NEVER) return life.expired;
  if (life.canceled !== NEVER) return life.canceled;
  if (life.status !== undefined && isTerminal(life.status)) return life.statusAt;
  return life.claimed === NEVER ? events.length - 1 : undefined;
}

/** Of waits that overlap and are of one type: the one overtaken most, and how many others. */
function excursionsOf(starved: readonly Wait[]): { readonly worst: Wait; readonly others: number }[] {
  const excursions: { worst: Wait; others: number; end: number }[] = [];
  const latest = new Map<string, (typeof excursions)[number]>();
  for (const wait of starved.toSorted((a, b) => a.life.submitted - b.life.submitted)) {
    const { type, submitted } = wait.life;
    const excursion = latest.get(type);
    if (excursion !== undefined && submitted <= excursion.end) {
      excursion.others++;
      excursion.end = Math.max(excursion.end, wait.end);
      if (wait.overtaken > excursion.worst.overtaken) excursion.worst = wait;
    } else {
      const opened = { worst: wait, others: 0, end: wait.end };
      latest.set(type, opened);
      excursions.push(opened);
    }
  }
  return excursions;
}

function violationOf(
  history: History,
  { worst: { life, end, overtaken }, others }: ReturnType<typeof excursionsOf>[number],
): Violation {
  const waited = `waited from ${moment(history, life.submitted)} to ${moment(history, end)}`;
  const more = others === 0 ? '' : `; ${others} more starved meanwhile`;
  return {
    message: `${life.task} (${life.type}) ${waited}, while ${overtaken} tasks that were submitted later started${more}`,
    events: life.submitted === end ? [end] : [life.submitted, end],
  };
}
