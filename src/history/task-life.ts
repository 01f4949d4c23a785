import type { Outcome } from '../engine/events.ts';
import { isTerminal, type TaskStatus } from '../engine/task.ts';
import type { History } from './history.ts';

/** Not in the history. */
export const NEVER = -1;

/** What a history says of one task. Times are indexes into `history.events`; NEVER where it did not happen. */
export interface TaskLife {
  readonly task: string;
  type: string;
  /** The first time a caller asked for it. */
  submitting: number;
  /** The first time it was accepted. */
  submitted: number;
  claimed: number;
  starts: number;
  firstStart: number;
  lastStart: number;
  lastFinish: number;
  /** Of the last finish. */
  outcome: Exclude<Outcome, 'interrupted'> | undefined;
  canceled: number;
  expired: number;
  /** The status written last, and when. */
  status: TaskStatus | undefined;
  statusAt: number;
}

/** The lives of all tasks, in the order in which the history first names them. */
export function taskLives({ events }: History): Map<string, TaskLife> {
  const lives = new Map<string, TaskLife>();
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as History['events'][number];
    switch (event.kind) {
      case 'submitting': {
        const life = lifeOf(lives, event.task, event.type);
        if (life.submitting === NEVER) life.submitting = index;
        break;
      }
      case 'submitted': {
        const life = lifeOf(lives, event.task, event.type);
        if (life.submitted === NEVER) life.submitted = index;
        break;
      }
      case 'claimed':
        lifeOf(lives, event.task, '').claimed = index;
        break;
      case 'started': {
        const life = lifeOf(lives, event.task, event.type);
        if (life.starts === 0) life.firstStart = index;
        life.starts++;
        life.lastStart = index;
        break;
      }
      case 'finished': {
        const life = lifeOf(lives, event.task, event.type);
        // Stopped half-way: it is to run again.
        if (event.outcome === 'interrupted') break;
        life.lastFinish = index;
        life.outcome = event.outcome;
        break;
      }
      case 'expired':
        lifeOf(lives, event.task, '').expired = index;
        break;
      case 'status': {
        const life = lifeOf(lives, event.task, '');
        life.status = event.to;
        life.statusAt = index;
        if (event.to === 'canceled') life.canceled = index;
        break;
      }
    }
  }
  return lives;
}

/**
 * The one definition of a lost task: accepted, and neither run to an end, nor canceled, nor expired in the queue. Whatever status it
 * was given: a task that was marked failed and never ran is lost. To be asked after quiescence.
 */
export function isLost(life: TaskLife): boolean {
  return life.submitted !== NEVER && life.lastFinish === NEVER && life.canceled === NEVER && life.expired === NEVER;
}

/**
 * How a task ended: by the status written last; where that is not a final one, by what was seen to happen to it, as its worker may
 * have crashed before it wrote. Undefined: it has not ended.
 */
export function endOf(life: TaskLife): 'success' | 'failed' | 'canceled' | 'timeout' | undefined {
  if (life.status !== undefined && isTerminal(life.status)) return life.status as ReturnType<typeof endOf>;
  if (life.outcome !== undefined) return life.outcome;
  if (life.expired !== NEVER) return 'timeout';
  return life.canceled === NEVER ? undefined : 'canceled';
}

function lifeOf(lives: Map<string, TaskLife>, task: string, type: string): TaskLife {
  let life = lives.get(task);
  if (life === undefined) {
    life = {
      task,
      type,
      submitting: NEVER,
      submitted: NEVER,
      claimed: NEVER,
      starts: 0,
      firstStart: NEVER,
      lastStart: NEVER,
      lastFinish: NEVER,
      outcome: undefined,
      canceled: NEVER,
      expired: NEVER,
      status: undefined,
      statusAt: NEVER,
    };
    lives.set(task, life);
  } else if (life.type === '') {
    life.type = type;
  }
  return life;
}
