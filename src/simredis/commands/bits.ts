import type { Command, CommandContext } from '../command.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, type Reply, SYNTAX_ERROR } from '../reply.ts';

/** One past the last bit of the longest string, 512 MB. */
const BIT_OFFSET_MAX = 2 ** 32;

const BAD_OFFSET = new ErrorReply('ERR bit offset is not an integer or out of range');
const BAD_BIT = new ErrorReply('ERR bit is not an integer or out of range');

function parseBitOffset(bytes: string): number {
  const offset = parseInteger(bytes, BAD_OFFSET);
  if (offset < 0 || offset >= BIT_OFFSET_MAX) throw BAD_OFFSET;
  return offset;
}

/** Bits count from the most significant of the first byte. */
function bitAt(value: string, offset: number): 0 | 1 {
  const byte = offset >>> 3;
  return byte < value.length && (value.charCodeAt(byte) >> (7 - (offset & 7))) & 1 ? 1 : 0;
}

function setbit({ db }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  const offset = parseBitOffset(argv[2] as string);
  const bit = parseInteger(argv[3] as string, BAD_BIT);
  if (bit !== 0 && bit !== 1) throw BAD_BIT;
  const value = db.string(key) ?? '';
  const index = offset >>> 3;
  const padded = index < value.length ? value : value + '\0'.repeat(index + 1 - value.length);
  const mask = 1 << (7 - (offset & 7));
  const byte = padded.charCodeAt(index);
  const changed = bit === 1 ? byte | mask : byte & ~mask;
  db.set(key, padded.slice(0, index) + String.fromCharCode(changed) + padded.slice(index + 1));
  return bitAt(value, offset);
}

function bitcount({ db }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  if (argv.length === 2) return countBits(db.string(key) ?? '', 0, Number.MAX_SAFE_INTEGER);
  if (argv.length !== 4 && argv.length !== 5) {
    db.string(key);
    throw SYNTAX_ERROR;
  }
  const start = parseInteger(argv[2] as string);
  const end = parseInteger(argv[3] as string);
  const unit = argv[4]?.toUpperCase() ?? 'BYTE';
  if (unit !== 'BYTE' && unit !== 'BIT') throw SYNTAX_ERROR;
  const value = db.string(key) ?? '';
  const scale = unit === 'BIT' ? 1 : 8;
  const length = (value.length * 8) / scale;
  if (start < 0 && end < 0 && start > end) return 0;
  const from = Math.max(start < 0 ? start + length : start, 0);
  const to = Math.min(Math.max(end < 0 ? end + length : end, 0), length - 1);
  return from > to ? 0 : countBits(value, from * scale, (to + 1) * scale);
}

/** Set bits from `start` to before `end`. */
function countBits(value: string, start: number, end: number): number {
  const last = Math.min(end, value.length * 8);
  let count = 0;
  for (let offset = start; offset < last; offset++) count += bitAt(value, offset);
  return count;
}

/** SETBIT, GETBIT, BITCOUNT. SETBIT copies the string, which is not O(1) as in Redis. */
export const BIT_COMMANDS: readonly Command[] = [
  { name: 'setbit', arity: 4, keys: [1, 1, 1], write: true, run: setbit },
  {
    name: 'getbit',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const offset = parseBitOffset(argv[2] as string);
      return bitAt(db.string(argv[1] as string) ?? '', offset);
    },
  },
  { name: 'bitcount', arity: -2, keys: [1, 1, 1], write: false, run: bitcount },
];
