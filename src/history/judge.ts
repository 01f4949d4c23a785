import { type Executions, executionsOf } from './executions.ts';
import type { History, HistoryEvent } from './history.ts';
import type { Invariant, Violation } from './invariant.ts';

/** Judges one history while it grows. */
export interface Judge {
  /**
   * Reads the next event, which the history has by now.
   * @returns whether it breaks the invariant, or shows that one before it did
   */
  observe(event: HistoryEvent, index: number): boolean;
  /** All breaches, as of a history that ends with the event read last. */
  violations(): Violation[];
}

/** An invariant that can be judged event by event. */
export interface OnlineInvariant extends Invariant {
  /** @param executions of that history; as far as it goes, or with hindsight. Asked for only where it is needed */
  judge(history: History, executions: () => Executions): Judge;
}

/** An invariant whose judgement of a whole history is that of its judge, event by event, with hindsight of its executions. */
export function onlineInvariant({ id, states, judge }: Omit<OnlineInvariant, 'check'>): OnlineInvariant {
  const check = (history: History) => {
    const { events } = history;
    let executions: Executions | undefined;
    const judgeOfAll = judge(history, () => {
      executions ??= executionsOf(history);
      return executions;
    });
    for (let index = 0; index < events.length; index++) judgeOfAll.observe(events[index] as HistoryEvent, index);
    return judgeOfAll.violations();
  };
  return { id, states, judge, check };
}
