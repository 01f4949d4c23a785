import { STATEMENTS } from '../engine/wakeups/sql-delayed-task-store.ts';

interface Row {
  readonly taskType: string;
  readonly id: string;
  readonly nextRetryTime: number;
  isTaken: boolean;
}

type Value = string | number | undefined;

/**
 * A relational database that knows the statements of SqlDelayedTaskStore, word for word, and no SQL beyond them. They run one at a
 * time, each a transaction of its own, and answer as PostgreSQL does: the conformance suite of the delayed-task stores holds both
 * against each other.
 *
 * Not modelled: statements that overlap, and with them locks. One at a time, FOR UPDATE SKIP LOCKED never finds a row locked. In
 * PostgreSQL a fetch may come back empty while another worker's claim of the last task is being committed, and the next due time,
 * which still counts that task, sends the worker to ask again at once.
 */
export class Database {
  /** By primary key; undefined before the table is created. */
  #rows: Map<string, Row> | undefined;

  /** @throws Error where the table is missing, or the statement is none of those it knows */
  execute(text: string, params: readonly Value[]): readonly unknown[] {
    const statement = this.#statements[text];
    if (statement === undefined) {
      throw new Error(`the simulated database knows only the statements of SqlDelayedTaskStore, not: ${text}`);
    }
    return statement(params);
  }

  readonly #statements: Readonly<Record<string, (params: readonly Value[]) => readonly unknown[]>> = {
    [STATEMENTS.createTable]: () => {
      this.#rows ??= new Map();
      return [];
    },
    [STATEMENTS.createIndex]: () => {
      this.#table();
      return [];
    },
    [STATEMENTS.add]: ([taskType, id, time]) => {
      const row = { taskType: String(taskType), id: String(id), nextRetryTime: Number(time), isTaken: false };
      this.#table().set(keyOf(taskType, id), row);
      return [];
    },
    [STATEMENTS.read]: ([taskType, until]) => this.#firstDue(taskType, until).map(toReply),
    [STATEMENTS.mark]: ([taskType, id]) => {
      const row = this.#table().get(keyOf(taskType, id));
      if (row !== undefined) row.isTaken = true;
      return [];
    },
    [STATEMENTS.claim]: ([taskType, until]) => {
      const rows = this.#firstDue(taskType, until);
      for (const row of rows) row.isTaken = true;
      return rows.map(toReply);
    },
    [STATEMENTS.minNextTime]: ([taskType]) => {
      // MIN of no rows is one row, of NULL.
      return [{ next_retry_time: this.#pending(taskType)[0]?.nextRetryTime ?? null }];
    },
    [STATEMENTS.remove]: ([taskType, id]) => {
      this.#table().delete(keyOf(taskType, id));
      return [];
    },
  };

  #firstDue(taskType: Value, until: Value): Row[] {
    return this.#pending(taskType)
      .slice(0, 1)
      .filter(({ nextRetryTime }) => nextRetryTime <= Number(until));
  }

  /** The pending rows of a type, in the order of the index. */
  #pending(taskType: Value): Row[] {
    return [...this.#table().values()]
      .filter((row) => row.taskType === taskType && !row.isTaken)
      .sort((a, b) => a.nextRetryTime - b.nextRetryTime || (a.id < b.id ? -1 : 1));
  }

  #table(): Map<string, Row> {
    if (this.#rows === undefined) throw new Error('relation "async_task" does not exist');
    return this.#rows;
  }
}

function keyOf(...columns: Value[]): string {
  return JSON.stringify(columns);
}

function toReply({ id, nextRetryTime }: Row): unknown {
  return { id, next_retry_time: nextRetryTime };
}
