import { SYNTAX_ERROR } from '../reply.ts';
import type { Unit } from './expiry.ts';

/** What may follow SET's value or GETEX's key. */
export interface SetOptions {
  /** Store only where there is no key (`nx`), or where there is one (`xx`). */
  condition: 'nx' | 'xx' | undefined;
  /** Answer the old value. */
  get: boolean;
  keepTtl: boolean;
  persist: boolean;
  /** The argument of EX, PX, EXAT or PXAT. */
  expiry: Expiry | undefined;
}

export interface Expiry {
  readonly option: string;
  readonly bytes: string;
  readonly unit: Unit;
  readonly absolute: boolean;
}

const EXPIRIES: Readonly<Record<string, { readonly unit: Unit; readonly absolute: boolean }>> = {
  EX: { unit: 's', absolute: false },
  PX: { unit: 'ms', absolute: false },
  EXAT: { unit: 's', absolute: true },
  PXAT: { unit: 'ms', absolute: true },
};

/** @throws {ErrorReply} for options unknown to the command, and for those that exclude each other. */
export function parseSetOptions(argv: readonly string[], start: number, command: 'set' | 'getex'): SetOptions {
  const options: SetOptions = { condition: undefined, get: false, keepTtl: false, persist: false, expiry: undefined };
  const forSet = command === 'set';
  for (let index = start; index < argv.length; index++) {
    const option = (argv[index] as string).toUpperCase();
    const { expiry } = options;
    if (forSet && option === 'NX' && options.condition !== 'xx') options.condition = 'nx';
    else if (forSet && option === 'XX' && options.condition !== 'nx') options.condition = 'xx';
    else if (forSet && option === 'GET') options.get = true;
    else if (forSet && option === 'KEEPTTL' && expiry === undefined) options.keepTtl = true;
    else if (!forSet && option === 'PERSIST' && expiry === undefined) options.persist = true;
    else {
      const kind = EXPIRIES[option];
      const bytes = argv[++index];
      const excluded = options.keepTtl || options.persist || (expiry !== undefined && expiry.option !== option);
      if (kind === undefined || bytes === undefined || excluded) throw SYNTAX_ERROR;
      options.expiry = { option, bytes, unit: kind.unit, absolute: kind.absolute };
    }
  }
  return options;
}
