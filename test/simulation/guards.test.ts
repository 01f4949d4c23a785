import nodeChildProcess, { spawn } from 'node:child_process';
import nodeCrypto, { randomBytes, randomInt, randomUUID } from 'node:crypto';
import nodeFs, { readFileSync } from 'node:fs';
import nodeFsPromises, { readFile } from 'node:fs/promises';
import nodeNet, { connect } from 'node:net';
import { hrtime, uptime } from 'node:process';
import nodeTimers, { setTimeout as timersSetTimeout } from 'node:timers';
import nodeTimersPromises, { scheduler, setTimeout as sleepForReal } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { RealWorldError } from '../../src/simulation/guards.ts';
import type { DrainMode } from '../../src/simulation/microtasks.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

const DRAINS: readonly DrainMode[] = ['synchronous', 'macrotask'];
const HERE = import.meta.filename;

/** Every call of the real world: what the error must name, the way out it must show, and how to make the call. */
const CALLS: readonly (readonly [named: string, wayOut: RegExp, make: () => unknown])[] = [
  ['setTimeout()', /sleep\(\)/, () => setTimeout(() => {}, 1)],
  ['setInterval()', /sleep\(\)/, () => setInterval(() => {}, 1)],
  ['setImmediate()', /sleep\(\)/, () => setImmediate(() => {})],
  ['timers.setTimeout()', /sleep\(\)/, () => nodeTimers.setTimeout(() => {}, 1)],
  ['timers.setTimeout()', /sleep\(\)/, () => timersSetTimeout(() => {}, 1)],
  ['timers.setInterval()', /sleep\(\)/, () => nodeTimers.setInterval(() => {}, 1)],
  ['timers.setImmediate()', /sleep\(\)/, () => nodeTimers.setImmediate(() => {})],
  ['timers/promises.setTimeout()', /sleep\(\)/, () => nodeTimersPromises.setTimeout(1)],
  ['timers/promises.setTimeout()', /sleep\(\)/, () => sleepForReal(1)],
  ['timers/promises.setInterval()', /sleep\(\)/, () => nodeTimersPromises.setInterval(1)],
  ['timers/promises.setImmediate()', /sleep\(\)/, () => nodeTimersPromises.setImmediate()],
  ['timers/promises.scheduler.wait()', /sleep\(\)/, () => scheduler.wait(1)],
  ['timers/promises.scheduler.yield()', /sleep\(\)/, () => scheduler.yield()],
  ['AbortSignal.timeout()', /sleep\(\)/, () => AbortSignal.timeout(1)],
  ['Date.now()', /now\(\)/, () => Date.now()],
  ['new Date()', /now\(\)/, () => new Date()],
  ['Date()', /now\(\)/, () => Date()],
  ['performance.now()', /now\(\)/, () => performance.now()],
  ['process.hrtime()', /now\(\)/, () => process.hrtime()],
  ['process.hrtime()', /now\(\)/, () => hrtime()],
  ['process.hrtime.bigint()', /now\(\)/, () => process.hrtime.bigint()],
  ['process.uptime()', /now\(\)/, () => uptime()],
  ['Math.random()', /Random port/, () => Math.random()],
  ['crypto.randomUUID()', /Random port/, () => globalThis.crypto.randomUUID()],
  ['crypto.randomUUID()', /Random port/, () => nodeCrypto.randomUUID()],
  ['crypto.randomUUID()', /Random port/, () => randomUUID()],
  ['crypto.getRandomValues()', /Random port/, () => globalThis.crypto.getRandomValues(new Uint8Array(1))],
  ['crypto.getRandomValues()', /Random port/, () => nodeCrypto.getRandomValues(new Uint8Array(1))],
  ['crypto.getRandomValues()', /Random port/, () => nodeCrypto.webcrypto.getRandomValues(new Uint8Array(1))],
  ['crypto.randomBytes()', /Random port/, () => randomBytes(1)],
  ['crypto.randomInt()', /Random port/, () => randomInt(2)],
  ['crypto.randomFillSync()', /Random port/, () => nodeCrypto.randomFillSync(new Uint8Array(1))],
  ['crypto.randomFill()', /Random port/, () => nodeCrypto.randomFill(new Uint8Array(1), () => {})],
  ['fetch()', /ports only/, () => fetch('http://127.0.0.1:9/')],
  ['net.connect()', /ports only/, () => connect(9)],
  ['net.createConnection()', /ports only/, () => nodeNet.createConnection(9)],
  ['fs.readFile()', /ports only/, () => nodeFs.readFile(HERE, () => {})],
  ['fs.readFileSync()', /ports only/, () => readFileSync(HERE)],
  ['fs.writeFile()', /ports only/, () => nodeFs.writeFile('/dev/null', '', () => {})],
  ['fs.writeFileSync()', /ports only/, () => nodeFs.writeFileSync('/dev/null', '')],
  ['fs/promises.readFile()', /ports only/, () => readFile(HERE)],
  ['fs/promises.writeFile()', /ports only/, () => nodeFsPromises.writeFile('/dev/null', '')],
  ['fs/promises.open()', /ports only/, () => nodeFs.promises.open(HERE)],
  ['child_process.spawn()', /ports only/, () => spawn('true')],
  ['child_process.exec()', /ports only/, () => nodeChildProcess.exec('true')],
  ['child_process.execFile()', /ports only/, () => nodeChildProcess.execFile('true')],
  ['child_process.fork()', /ports only/, () => nodeChildProcess.fork(HERE)],
];

/** What a run leaves behind if it does not clean up: the functions themselves, as every kind of caller sees them. */
function realWorld(): readonly unknown[] {
  return [
    [globalThis.setTimeout, globalThis.setInterval, globalThis.setImmediate, globalThis.fetch, globalThis.Date],
    [nodeTimers.setTimeout, timersSetTimeout, nodeTimersPromises.setTimeout, sleepForReal, scheduler.wait],
    [AbortSignal.timeout, Date.now, performance.now, process.hrtime, hrtime, process.hrtime.bigint, process.uptime],
    [Math.random, globalThis.crypto.randomUUID, globalThis.crypto.getRandomValues, nodeCrypto.randomUUID, randomUUID],
    [nodeCrypto.randomBytes, nodeNet.connect, nodeFs.readFile, nodeFs.promises.readFile, readFile, spawn],
    Object.getOwnPropertyNames(performance).sort(),
    Object.getOwnPropertyNames(globalThis.crypto).sort(),
    Object.getOwnPropertyNames(scheduler).sort(),
  ].flat();
}

const BEFORE = realWorld();

function expectRealWorld(): void {
  realWorld().forEach((value, index) => {
    expect(value).toBe(BEFORE[index]);
  });
}

/** Runs code on a host of a simulation of its own. */
async function simulate(main: () => Promise<void> | void, drain: DrainMode = 'synchronous'): Promise<void> {
  const simulation = new Simulation({ seed: 1, drain });
  const host = simulation.addHost('host');
  simulation.start(host, async () => {
    await simulation.clock(host).sleep(1);
    await main();
  });
  await simulation.run();
}

async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

afterEach(expectRealWorld);

describe.each(DRAINS)('while simulated code runs (%s drain)', (drain) => {
  test.each(CALLS)('%s is refused by name, with the way out: %s', async (named, wayOut, make) => {
    let error: unknown;
    await simulate(async () => {
      error = await thrownBy(make);
    }, drain);
    expect(error).toBeInstanceOf(RealWorldError);
    expect(error).toMatchObject({ code: 'REAL_WORLD', message: expect.stringMatching(wayOut) });
    expect((error as Error).message).toContain(`simulated code called ${named}:`);
  });

  test('what continuations call is refused too, however deep they are', async () => {
    const errors: unknown[] = [];
    await simulate(async () => {
      await Promise.resolve().then(async () => {
        await undefined;
        errors.push(await thrownBy(() => Math.random()));
      });
      process.nextTick(() => {
        thrownBy(() => Date.now()).then((error) => errors.push(error));
      });
    }, drain);
    expect(errors).toEqual([expect.any(RealWorldError), expect.any(RealWorldError)]);
  });

  test('a refusal that nobody catches ends the run', async () => {
    await expect(simulate(() => void Math.random(), drain)).rejects.toThrow('simulated code called Math.random()');
  });

  test('what needs no clock and no die still works', async () => {
    await simulate(() => {
      expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
      expect(new Date(2020, 1, 1)).toBeInstanceOf(Date);
      expect(Date.UTC(1970, 0, 1)).toBe(0);
      expect(Date.parse('1970-01-01T00:00:00Z')).toBe(0);
      expect(Math.max(1, 2)).toBe(2);
      expect(nodeCrypto.createHash('sha1').update('x').digest('hex')).toMatch(/^[0-9a-f]{40}$/);
      expect(structuredClone({ a: 1 })).toEqual({ a: 1 });
    }, drain);
  });

  test('code outside, between two turns of the run, reaches the real world as ever', async () => {
    const simulation = new Simulation({ seed: 1, drain });
    const host = simulation.addHost('host');
    let over = false;
    simulation.start(host, async () => {
      while (!over) await simulation.clock(host).sleep(1);
    });
    const run = simulation.run();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(Date.now()).toBeGreaterThan(0);
    expect(new Date()).toBeInstanceOf(Date);
    expect(Math.random()).toBeLessThan(1);
    expect(performance.now()).toBeGreaterThan(0);
    expect(process.hrtime.bigint()).toBeGreaterThan(0n);
    expect(randomUUID()).toHaveLength(36);
    expect(await promisify(setTimeout)(1, 'promisified')).toBe('promisified');
    expect(await sleepForReal(1, 'slept')).toBe('slept');
    expect(readFileSync(HERE, 'utf8')).toContain('between two turns');
    over = true;
    await run;
  });

  test('a class of dates made during the run is one made before it', async () => {
    const before = new Date(0);
    await simulate(() => {
      expect(before).toBeInstanceOf(Date);
      expect(new Date(1).constructor).toBe(before.constructor);
    }, drain);
  });

  test('the real world is back after a run that failed', async () => {
    await expect(simulate(() => Promise.reject(new Error('failed')), drain)).rejects.toThrow('failed');
    expectRealWorld();
    expect(Math.random()).toBeLessThan(1);
  });

  test('the real world is back only after the last of several runs side by side', async () => {
    const short = simulate(() => {}, drain);
    const errors: unknown[] = [];
    const simulation = new Simulation({ seed: 2, drain });
    const host = simulation.addHost('host');
    let over = false;
    simulation.start(host, async () => {
      while (!over) await simulation.clock(host).sleep(1);
      errors.push(await thrownBy(() => Math.random()));
    });
    const long = simulation.run();
    await short;
    expect(globalThis.Date).not.toBe(BEFORE[4]);
    over = true;
    await long;
    expect(errors).toEqual([expect.any(RealWorldError)]);
    expectRealWorld();
  });

  test('the real world is back after a run inside another was refused', async () => {
    await expect(simulate(() => new Simulation({ seed: 2, drain }).run(), drain)).rejects.toThrow('inside another');
    expectRealWorld();
  });
});
