import type { EventOf } from '../../engine/events.ts';
import type { Executions } from '../executions.ts';
import type { History, HistoryEvent } from '../history.ts';
import type { Violation } from '../invariant.ts';
import { type Judge, onlineInvariant } from '../judge.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that no handler is started for a task while another one runs for it. One violation for each start beside another.
 *
 * Does not verify that a task runs only once: see `no-duplicate-execution`. When a handler ends is defined in Executions: one on a
 * host that stands still runs on, whatever became of its lease meanwhile.
 */
export const exclusion = onlineInvariant({
  id: 'exclusion',
  states: 'no task runs twice at once',
  judge: (history, executions) => new ExclusionJudge(history, executions()),
});

class ExclusionJudge implements Judge {
  readonly #history: History;
  readonly #executions: Executions;
  /** Indexes of the starts of running handlers, by task. */
  readonly #running = new Map<string, number[]>();
  readonly #overlaps: (readonly [running: number, start: number])[] = [];

  constructor(history: History, executions: Executions) {
    this.#history = history;
    this.#executions = executions;
  }

  observe(event: HistoryEvent, index: number): boolean {
    const { partner, died } = this.#executions;
    let breaks = false;
    if (event.kind === 'started') {
      const running = this.#running.get(event.task);
      if (running === undefined) {
        this.#running.set(event.task, [index]);
      } else {
        this.#overlaps.push([running.at(-1) as number, index]);
        running.push(index);
        breaks = true;
      }
    } else if (event.kind === 'finished' && partner[index] !== -1) {
      this.#end(partner[index] as number);
    }
    for (const start of died.get(index) ?? []) this.#end(start);
    return breaks;
  }

  violations(): Violation[] {
    return this.#overlaps.map(([running, start]) => {
      const first = this.#history.events[running] as EventOf<'started'>;
      const second = this.#history.events[start] as EventOf<'started'>;
      const message =
        `${second.task} (${second.type}) was started by ${second.worker} at ${moment(this.#history, start)} while ` +
        `${first.worker}, which had started it at ${moment(this.#history, running)}, still ran it`;
      return { message, events: [running, start] };
    });
  }

  #end(start: number): void {
    const { task } = this.#history.events[start] as EventOf<'started'>;
    const running = this.#running.get(task) as number[];
    if (running.length === 1) this.#running.delete(task);
    else running.splice(running.indexOf(start), 1);
  }
}
