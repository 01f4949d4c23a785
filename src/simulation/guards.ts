import { createRequire, syncBuiltinESMExports } from 'node:module';

/** Simulated code reached for the real world. The message names the call and the way out. */
export class RealWorldError extends Error {
  readonly code = 'REAL_WORLD';
}

const require = createRequire(import.meta.url);

const USE_CLOCK = "use the Clock port's now()";
const USE_SLEEP = "use the Clock port's sleep()";
const USE_RANDOM = 'use the Random port';
const USE_PORT = 'a design reaches the world through its ports only';

type Callable = (...args: unknown[]) => unknown;
interface Guarded {
  readonly owner: object;
  readonly property: string;
  readonly call: string;
  readonly wayOut: string;
}

let inside = false;
let installed = 0;
let restore: (() => void)[] = [];

/** From here on, until `leaveSimulation`, guarded calls throw. */
export function enterSimulation(): void {
  inside = true;
}

export function leaveSimulation(): void {
  inside = false;
}

/** Whether the caller is simulated code. */
export function insideSimulation(): boolean {
  return inside;
}

/**
 * Replaces the calls of the real world by ones that throw while simulated code runs, and pass through otherwise.
 * @returns undoes it; nested installations are counted
 */
export function installGuards(): () => void {
  if (installed++ === 0) {
    restore = [...guardedCalls().map(guard), guardDate()];
    syncBuiltinESMExports();
  }
  let done = false;
  return () => {
    if (done) return;
    done = true;
    if (--installed > 0) return;
    for (const undo of restore.reverse()) undo();
    restore = [];
    syncBuiltinESMExports();
  };
}

function guardedCalls(): Guarded[] {
  const timers = require('node:timers') as object;
  const timersPromises = require('node:timers/promises') as { readonly scheduler: object };
  const crypto = require('node:crypto') as object;
  const entries: [object, string, readonly string[], string][] = [
    [globalThis, '', ['setTimeout', 'setInterval', 'setImmediate'], USE_SLEEP],
    [timers, 'timers.', ['setTimeout', 'setInterval', 'setImmediate'], USE_SLEEP],
    [timersPromises, 'timers/promises.', ['setTimeout', 'setInterval', 'setImmediate'], USE_SLEEP],
    [timersPromises.scheduler, 'timers/promises.scheduler.', ['wait', 'yield'], USE_SLEEP],
    [AbortSignal, 'AbortSignal.', ['timeout'], USE_SLEEP],
    [Date, 'Date.', ['now'], USE_CLOCK],
    [performance, 'performance.', ['now'], USE_CLOCK],
    // Before hrtime itself, whose replacement copies the properties of the original.
    [process.hrtime, 'process.hrtime.', ['bigint'], USE_CLOCK],
    [process, 'process.', ['hrtime', 'uptime'], USE_CLOCK],
    [Math, 'Math.', ['random'], USE_RANDOM],
    [globalThis.crypto, 'crypto.', ['randomUUID', 'getRandomValues'], USE_RANDOM],
    [crypto, 'crypto.', ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync', 'randomFill'], USE_RANDOM],
    [globalThis, '', ['fetch'], USE_PORT],
    [require('node:net') as object, 'net.', ['connect', 'createConnection'], USE_PORT],
    [require('node:fs') as object, 'fs.', ['readFile', 'readFileSync', 'writeFile', 'writeFileSync'], USE_PORT],
    [require('node:fs/promises') as object, 'fs/promises.', ['readFile', 'writeFile', 'open'], USE_PORT],
    [require('node:child_process') as object, 'child_process.', ['spawn', 'exec', 'execFile', 'fork'], USE_PORT],
  ];
  return entries.flatMap(([owner, prefix, properties, wayOut]) =>
    properties
      .filter((property) => typeof Reflect.get(owner, property) === 'function')
      .map((property) => ({ owner, property, call: `${prefix}${property}()`, wayOut })),
  );
}

function guard({ owner, property, call, wayOut }: Guarded): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, property);
  const real = Reflect.get(owner, property) as Callable;
  const guarded = function (this: unknown, ...args: unknown[]): unknown {
    if (inside) throw refusal(call, wayOut);
    return Reflect.apply(real, this, args);
  };
  // setTimeout carries util.promisify.custom, process.hrtime carries bigint: callers expect them on the replacement.
  for (const key of Reflect.ownKeys(real)) {
    if (key === 'length' || key === 'name' || key === 'prototype') continue;
    Object.defineProperty(guarded, key, Object.getOwnPropertyDescriptor(real, key) as PropertyDescriptor);
  }
  Object.defineProperty(owner, property, { value: guarded, configurable: true, writable: true, enumerable: true });
  return () => {
    if (before) Object.defineProperty(owner, property, before);
    else Reflect.deleteProperty(owner, property);
  };
}

/** `new Date()` and `Date()` read the clock too; `new Date(ms)` does not. */
function guardDate(): () => void {
  const RealDate = globalThis.Date;
  globalThis.Date = new Proxy(RealDate, {
    construct(target, args, newTarget) {
      if (inside && args.length === 0) throw refusal('new Date()', USE_CLOCK);
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply(target, self, args) {
      if (inside) throw refusal('Date()', USE_CLOCK);
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  return () => {
    globalThis.Date = RealDate;
  };
}

function refusal(call: string, wayOut: string): RealWorldError {
  return new RealWorldError(`simulated code called ${call}: ${wayOut}, or one seed will not give one history`);
}
