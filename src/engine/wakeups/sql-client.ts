/** What the engine uses of PostgreSQL. A `Pool` or `Client` of pg fits as it is, and so does a PGlite. */
export interface SqlClient {
  /** Runs one statement, in a transaction of its own. @param params for $1, $2, … */
  query(text: string, params?: (string | number)[]): Promise<{ readonly rows: readonly unknown[] }>;
}
