import { sha1 } from './scripting/sha1.ts';
import type { RedisServer } from './server.ts';
import type { Session } from './session.ts';

/** Told of everything in a server that a call reads or writes. Two calls of which neither writes what the other touches commute. */
export type NoteAccess = (resource: string, mode: 'read' | 'write') => void;

/** The resource that stands for all keys. Whoever touches a key touches it too: reading one is no writing of all. */
export const ALL_KEYS = 'keys';

/**
 * Watches what calls really touch: keys (of scripts too, whatever they declare), the queue of those who wait for a key, subscriptions,
 * the script cache, connections, dice. What belongs to a connection alone is that connection.
 *
 * Leaves out counters that only INFO and CLIENT ID show, and the going of expired keys, which nobody can see. The server's methods are
 * replaced on the object: one that is not watched costs nothing.
 *
 * @param warm scripts that the server knows from the start, by their SHA1
 */
export function noteAccesses(server: RedisServer, note: NoteAccess, warm: ReadonlyMap<string, string>): void {
  noteKeys(server, note);
  noteConnections(server, note);
  noteWaits(server, note);
  noteSubscriptions(server, note);
  noteScripts(server, note, warm);
  const { random } = server;
  const dice = (below: number) => {
    note('dice', 'write');
    return random(below);
  };
  Object.defineProperty(server, 'random', { value: dice });
}

function noteKeys({ db }: RedisServer, note: NoteAccess): void {
  const { size } = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(db) as object);
  const get = db.get.bind(db);
  db.get = (key) => {
    note(`key ${key}`, 'read');
    return get(key);
  };
  // A read moves what a group remembers, in place: whoever has a stream in hand may write it, and there is no telling whether it does.
  const stream = db.stream.bind(db);
  db.stream = (key) => {
    note(`key ${key}`, 'write');
    return stream(key);
  };
  const set = db.set.bind(db);
  db.set = (key, value) => {
    note(`key ${key}`, 'write');
    set(key, value);
  };
  const touched = db.touched.bind(db);
  db.touched = (key) => {
    note(`key ${key}`, 'write');
    touched(key);
  };
  const remove = db.delete.bind(db);
  db.delete = (key) => {
    const isGone = remove(key);
    if (isGone) note(`key ${key}`, 'write');
    return isGone;
  };
  const expireAt = db.expireAt.bind(db);
  db.expireAt = (key, deadlineMs) => {
    note(`key ${key}`, 'write');
    expireAt(key, deadlineMs);
  };
  const persist = db.persist.bind(db);
  db.persist = (key) => {
    note(`key ${key}`, 'write');
    return persist(key);
  };
  const keys = db.keys.bind(db);
  db.keys = () => {
    note(ALL_KEYS, 'read');
    return keys();
  };
  const clear = db.clear.bind(db);
  db.clear = () => {
    note(ALL_KEYS, 'write');
    clear();
  };
  Object.defineProperty(db, 'size', {
    get: () => {
      note(ALL_KEYS, 'read');
      return size?.get?.call(db) as number;
    },
  });
}

function noteConnections(server: RedisServer, note: NoteAccess): void {
  const own = ({ id }: Session) => note(`session ${id}`, 'write');
  const receive = server.receive.bind(server);
  server.receive = (session, argv) => {
    own(session);
    receive(session, argv);
  };
  const disconnect = server.disconnect.bind(server);
  server.disconnect = (session) => {
    own(session);
    disconnect(session);
  };
}

function noteWaits({ blocking }: RedisServer, note: NoteAccess): void {
  const waits = new Map<Session, readonly string[]>();
  const noteAll = (session: Session) => {
    note(`session ${session.id}`, 'write');
    for (const key of waits.get(session) ?? []) note(`waiters ${key}`, 'write');
  };
  const park = blocking.park.bind(blocking);
  blocking.park = (session, wait, nowUs) => {
    waits.set(session, wait.keys);
    noteAll(session);
    park(session, wait, nowUs);
  };
  const unpark = blocking.unpark.bind(blocking);
  blocking.unpark = (session) => {
    if (waits.has(session)) noteAll(session);
    waits.delete(session);
    unpark(session);
  };
}

function noteSubscriptions({ pubsub }: RedisServer, note: NoteAccess): void {
  for (const name of ['subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe'] as const) {
    const change = pubsub[name].bind(pubsub);
    pubsub[name] = (session, target) => {
      note('subscriptions', 'write');
      change(session, target);
    };
  }
  const publish = pubsub.publish.bind(pubsub);
  pubsub.publish = (channel, message) => {
    note('subscriptions', 'read');
    return publish(channel, message);
  };
  const channels = pubsub.channels.bind(pubsub);
  pubsub.channels = (pattern) => {
    note('subscriptions', 'read');
    return channels(pattern);
  };
  const subscribers = pubsub.subscribers.bind(pubsub);
  pubsub.subscribers = (channel) => {
    note('subscriptions', 'read');
    return subscribers(channel);
  };
}

function noteScripts({ scripts }: RedisServer, note: NoteAccess, warm: ReadonlyMap<string, string>): void {
  const find = scripts.find.bind(scripts);
  const load = scripts.load.bind(scripts);
  const flush = scripts.flush.bind(scripts);
  scripts.find = (given) => {
    note('scripts', 'read');
    const known = find(given);
    if (known !== undefined) return known;
    const body = warm.get(given.toLowerCase());
    return body === undefined ? undefined : load(body);
  };
  scripts.load = (body) => {
    note('scripts', find(sha1(body)) === undefined ? 'write' : 'read');
    return load(body);
  };
  scripts.flush = () => {
    note('scripts', 'write');
    flush();
  };
}
