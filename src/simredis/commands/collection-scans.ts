import type { Command } from '../command.ts';
import { parseCursor, parseScanOptions, scanPage } from '../member-scan.ts';
import { formatDouble } from '../numbers.ts';
import type { Reply } from '../reply.ts';
import type { SortedSet } from '../types/sorted-set.ts';

/** Up to here Redis packs a set that holds nothing but integers, and answers it whole. */
const INTEGERS_LENGTH_MAX = 512;
const PACKED_INTEGER_MAX = 2 ** 62;
const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;

/** SSCAN and ZSCAN. */
export const COLLECTION_SCAN_COMMANDS: readonly Command[] = [
  {
    name: 'sscan',
    arity: -3,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const cursor = parseCursor(argv[2] as string);
      const set = db.setValue(argv[1] as string);
      if (set === undefined) return ['0', []];
      const { count, matches } = parseScanOptions(argv, 3);
      const { members } = set;
      if (isIntegers(members)) return ['0', [...members].filter(matches ?? everything)];
      const page = scanPage(
        members,
        () => members,
        (member) => members.has(member),
        cursor,
        count,
      );
      return [String(page.cursor), page.members.filter(matches ?? everything)];
    },
  },
  {
    name: 'zscan',
    arity: -3,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const cursor = parseCursor(argv[2] as string);
      const set = db.sortedSet(argv[1] as string);
      if (set === undefined) return ['0', []];
      const { count, matches } = parseScanOptions(argv, 3);
      const page = set.isPacked
        ? { cursor: 0, members: membersOf(set) }
        : scanPage(
            set,
            () => membersOf(set),
            (member) => set.score(member) !== undefined,
            cursor,
            count,
          );
      const entries: Reply[] = [];
      for (const member of page.members) {
        if (matches === undefined || matches(member)) entries.push(member, scanScore(set, member));
      }
      return [String(page.cursor), entries];
    },
  },
];

const everything = () => true;

function isIntegers(members: ReadonlySet<string>): boolean {
  if (members.size > INTEGERS_LENGTH_MAX) return false;
  for (const member of members) if (!INTEGER.test(member)) return false;
  return true;
}

/** A packed score that is an integer is stored, and scanned, with all its digits. */
function scanScore(set: SortedSet, member: string): string {
  const score = set.score(member) as number;
  const isStoredAsInteger = set.isPacked && Number.isInteger(score) && Math.abs(score) <= PACKED_INTEGER_MAX;
  return isStoredAsInteger ? String(BigInt(score)) : formatDouble(score);
}

function membersOf(set: SortedSet): string[] {
  const members: string[] = [];
  set.forEach((member) => {
    members.push(member);
  });
  return members;
}
