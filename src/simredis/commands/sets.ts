import type { Command } from '../command.ts';
import { SetValue } from '../keyspace.ts';

/** Sets, one member at a time. Set algebra, random members and scans have files of their own. */
export const SET_COMMANDS: readonly Command[] = [
  {
    name: 'sadd',
    arity: -3,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const existing = db.setValue(key);
      const set = existing ?? new SetValue();
      const before = set.members.size;
      for (let index = 2; index < argv.length; index++) set.members.add(argv[index] as string);
      const added = set.members.size - before;
      if (existing === undefined) db.set(key, set);
      else if (added > 0) db.touched(key);
      return added;
    },
  },
  {
    name: 'srem',
    arity: -3,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const set = db.setValue(key);
      if (set === undefined) return 0;
      let removed = 0;
      for (let index = 2; index < argv.length; index++) if (set.members.delete(argv[index] as string)) removed++;
      if (removed > 0) db.touched(key);
      return removed;
    },
  },
  {
    name: 'sismember',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => (db.setValue(argv[1] as string)?.members.has(argv[2] as string) ? 1 : 0),
  },
  {
    name: 'smismember',
    arity: -3,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const set = db.setValue(argv[1] as string);
      return argv.slice(2).map((member) => (set?.members.has(member) ? 1 : 0));
    },
  },
  {
    name: 'smembers',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => [...(db.setValue(argv[1] as string)?.members ?? [])],
  },
  {
    name: 'scard',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => db.setValue(argv[1] as string)?.members.size ?? 0,
  },
  {
    name: 'smove',
    arity: 4,
    keys: [1, 2, 1],
    write: true,
    run({ db }, argv) {
      const [, source, target, member] = argv as [string, string, string, string];
      const from = db.setValue(source);
      if (from === undefined) return 0;
      const to = db.setValue(target);
      if (from === to) return from.members.has(member) ? 1 : 0;
      if (!from.members.delete(member)) return 0;
      db.touched(source);
      if (to === undefined) {
        const set = new SetValue();
        set.members.add(member);
        db.set(target, set);
      } else if (to.members.size !== to.members.add(member).size) db.touched(target);
      return 1;
    },
  },
];
