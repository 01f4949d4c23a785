import type { PGlite } from '@electric-sql/pglite';
import type { SqlClient } from '../engine/wakeups/sql-client.ts';

/** A design needs a database, and PGlite, which is optional, is not installed. */
export class MissingDatabaseError extends Error {
  readonly code = 'MISSING_DATABASE';
  constructor(cause: unknown) {
    super('it needs PGlite, an embedded PostgreSQL: npm install @electric-sql/pglite', { cause });
  }
}

/** A database for one run. */
export interface RunDatabase extends SqlClient {
  /** So far. */
  readonly statements: number;
  /** Leaves nothing behind. What still asks afterwards is refused. */
  close(): Promise<void>;
}

/** PGlite, in memory: a PostgreSQL in this process, that runs one statement at a time. It starts when it is first asked, in seconds. */
export class EmbeddedPostgres {
  #opening: Promise<PGlite> | undefined;
  #schemas = 0;

  /** A schema of its own, for one run; one run at a time, as all of them share a session. */
  open(): RunDatabase {
    let statements = 0;
    let isClosed = false;
    let entering: Promise<PGlite> | undefined;
    const schema = `run_${++this.#schemas}`;
    const enter = async () => {
      this.#opening ??= startPglite();
      const postgres = await this.#opening;
      await postgres.exec(`CREATE SCHEMA ${schema}; SET search_path TO ${schema}`);
      return postgres;
    };
    return {
      get statements() {
        return statements;
      },
      query: async (text, params) => {
        if (isClosed) throw new Error('the run has ended, and its database is gone');
        statements++;
        entering ??= enter();
        return (await entering).query(text, params);
      },
      close: async () => {
        isClosed = true;
        // Where it could not be entered, the query that tried has said so.
        const postgres = await entering?.catch(() => undefined);
        await postgres?.exec(`DROP SCHEMA ${schema} CASCADE`);
      },
    };
  }

  async close(): Promise<void> {
    const postgres = await this.#opening?.catch(() => undefined);
    await postgres?.close();
    this.#opening = undefined;
  }
}

/** @throws MissingDatabaseError */
async function startPglite(): Promise<PGlite> {
  const pglite = await import('@electric-sql/pglite').catch((error: unknown) => {
    throw new MissingDatabaseError(error);
  });
  return pglite.PGlite.create();
}
