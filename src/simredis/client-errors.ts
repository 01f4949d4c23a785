import { fromBytes } from './bytes.ts';

/** ioredis's: the connection broke when a pipeline or a transaction had been answered in part. What it did is unknown. */
export class AbortError extends Error {
  override readonly name = 'AbortError';
  readonly command: { readonly name: string; readonly args: readonly string[] };

  constructor([name = '', ...args]: readonly string[]) {
    super('Command aborted due to connection close');
    this.command = { name, args: args.map(fromBytes) };
  }
}

/** ioredis's: no connection for 21 attempts in a row. Whether the command has run is unknown. */
export class MaxRetriesPerRequestError extends Error {
  override readonly name = 'MaxRetriesPerRequestError';

  constructor() {
    super(
      'Reached the max retries per request limit (which is 20). Refer to "maxRetriesPerRequest" option for details.',
    );
  }
}
