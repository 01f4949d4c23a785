import type { DelayedTask, DelayedTaskStore, Fetch } from './delayed-task-store.ts';
import type { SqlClient } from './sql-client.ts';

/** A row of what asks for tasks, and of what asks for a time alone. */
type TaskRow = { readonly id: string; readonly next_retry_time: number };
type TimeRow = { readonly next_retry_time: number | null };

const FIRST_DUE = `SELECT id, next_retry_time FROM async_task
  WHERE task_type = $1 AND status = 0 AND next_retry_time <= $2
  ORDER BY next_retry_time, id LIMIT 1`;

/**
 * All statements of the store. The document names the columns `task_type`, `status` (0: pending) and `next_retry_time`, and of its
 * queries only what they answer. Ours: status 1, taken; times in ms since the epoch, as a number, which no time zone bends.
 */
export const STATEMENTS = {
  createTable: `CREATE TABLE IF NOT EXISTS async_task (
  task_type TEXT NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  status SMALLINT NOT NULL DEFAULT 0,
  next_retry_time DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (task_type, id)
)`,
  createIndex: 'CREATE INDEX IF NOT EXISTS async_task_due ON async_task (task_type, status, next_retry_time, id)',
  add: `INSERT INTO async_task (task_type, id, next_retry_time) VALUES ($1, $2, $3)
  ON CONFLICT (task_type, id) DO UPDATE SET status = 0, next_retry_time = EXCLUDED.next_retry_time`,
  read: FIRST_DUE,
  mark: 'UPDATE async_task SET status = 1 WHERE task_type = $1 AND id = $2',
  /** A row that another worker is about to take is locked, and passed over: nobody waits, and nobody gets it twice. */
  claim: `WITH due AS (${FIRST_DUE} FOR UPDATE SKIP LOCKED)
UPDATE async_task SET status = 1 FROM due WHERE async_task.task_type = $1 AND async_task.id = due.id
  RETURNING async_task.id, async_task.next_retry_time`,
  minNextTime: 'SELECT MIN(next_retry_time) AS next_retry_time FROM async_task WHERE task_type = $1 AND status = 0',
  remove: 'DELETE FROM async_task WHERE task_type = $1 AND id = $2',
} as const;

/**
 * Delayed tasks in PostgreSQL, as in the document, whose store is a relational database. Each statement is a transaction of its own,
 * so a pool of connections serves. `marks` is SELECT, then UPDATE; `claims` is both in one statement.
 *
 * The table is found on the connection's search path. What crashed workers had taken stays there with status 1, and nobody looks at
 * it again.
 */
export class SqlDelayedTaskStore implements DelayedTaskStore {
  readonly #sql: SqlClient;
  readonly #fetch: Fetch;

  constructor(sql: SqlClient, fetch: Fetch = 'reads') {
    this.#sql = sql;
    this.#fetch = fetch;
  }

  /** Creates the table where there is none. For one process to do, or for your migrations: two at once may get in each other's way. */
  async create(): Promise<void> {
    await this.#sql.query(STATEMENTS.createTable);
    await this.#sql.query(STATEMENTS.createIndex);
  }

  async add({ type, id, dueAtMs }: DelayedTask): Promise<void> {
    await this.#sql.query(STATEMENTS.add, [type, id, dueAtMs]);
  }

  async fetchPending(type: string, nowMs: number): Promise<DelayedTask | undefined> {
    const statement = this.#fetch === 'claims' ? STATEMENTS.claim : STATEMENTS.read;
    const { rows } = await this.#sql.query(statement, [type, nowMs]);
    const row = rows[0] as TaskRow | undefined;
    if (row === undefined) return undefined;
    if (this.#fetch === 'marks') await this.#sql.query(STATEMENTS.mark, [type, row.id]);
    return { id: row.id, type, dueAtMs: row.next_retry_time };
  }

  async minNextTime(type: string): Promise<number | undefined> {
    const { rows } = await this.#sql.query(STATEMENTS.minNextTime, [type]);
    return (rows[0] as TimeRow).next_retry_time ?? undefined;
  }

  async remove({ type, id }: DelayedTask): Promise<void> {
    await this.#sql.query(STATEMENTS.remove, [type, id]);
  }
}
