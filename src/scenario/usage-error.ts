/**
 * Bad input: an unknown scenario, design, option or backend, an unreachable Redis, a folder that cannot be written…
 * The message is one line that names the thing and the remedy; the CLI prints it on stderr and exits with code 2.
 */
export class UsageError extends Error {
  readonly code = 'USAGE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}
