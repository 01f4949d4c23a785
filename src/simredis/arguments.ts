import { toBytes } from './bytes.ts';

/** What ioredis's methods accept as an argument. */
export type Argument =
  | string
  | number
  | Buffer
  | null
  | undefined
  | readonly Argument[]
  | Map<unknown, unknown>
  | object;

/** Commands whose ioredis method also takes an object or a Map of fields, and where in the arguments. */
const FIELDS_AT: Readonly<Record<string, number>> = { hset: 1, hmset: 1, mset: 0, msetnx: 0 };

/** An ioredis call as an argument vector of byte strings: lists flattened, objects spread, numbers written out. */
export function argumentVector(command: string, args: readonly Argument[]): string[] {
  const argv = [command];
  const fieldsAt = FIELDS_AT[command];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index];
    if (typeof argument === 'string') argv.push(toBytes(argument));
    else if (index === fieldsAt && args.length === index + 1 && isFields(argument)) appendFields(argv, argument);
    else append(argv, argument);
  }
  return argv;
}

/** A list's items are arguments of their own; what is listed within them is not. */
function append(argv: string[], argument: Argument): void {
  if (Array.isArray(argument)) for (const item of argument as readonly Argument[]) appendOne(argv, item);
  else appendOne(argv, argument);
}

function appendOne(argv: string[], argument: Argument): void {
  if (typeof argument === 'string') {
    argv.push(toBytes(argument));
    return;
  }
  if (typeof argument === 'number') argv.push(String(argument));
  else if (Buffer.isBuffer(argument)) argv.push(argument.toString('latin1'));
  else if (argument === null || argument === undefined) argv.push('');
  else argv.push(toBytes(String(argument)));
}

function isFields(argument: Argument): argument is Map<unknown, unknown> | object {
  return typeof argument === 'object' && argument !== null && !Array.isArray(argument) && !Buffer.isBuffer(argument);
}

function appendFields(argv: string[], fields: Map<unknown, unknown> | object): void {
  if (fields instanceof Map) {
    for (const [field, value] of fields as Map<Argument, Argument>) {
      appendOne(argv, field);
      appendOne(argv, value);
    }
    return;
  }
  for (const field of Object.keys(fields)) {
    argv.push(toBytes(field));
    appendOne(argv, (fields as Readonly<Record<string, Argument>>)[field]);
  }
}
