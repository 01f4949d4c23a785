import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../src/runtime/private-redis.ts';
import { openBackend } from '../../src/scenario/backend.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { ScenarioResult } from '../../src/scenario/result.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import { describeWithRedis } from '../conformance/backends.ts';
import { queueScenario } from '../scenario/written.ts';

const TIMEOUT_MS = 60_000;

/** What does not depend on how fast the world is. */
const JUDGED = ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak'];

function verdicts({ runs }: ScenarioResult): unknown {
  return runs.map(({ design, invariants, metrics }) => ({
    design,
    submitted: metrics.submitted,
    ended: metrics.completed + metrics.lost,
    loses: metrics.lost > 0,
    verdicts: invariants.filter(({ id }) => JUDGED.includes(id)).map(({ id, verdict }) => `${id} ${verdict}`),
  }));
}

async function runOn(backend: 'sim' | 'mock' | 'redis', options: { url?: string; timeScale?: number } = {}) {
  const opened = await openBackend({ name: backend, ...options });
  try {
    return await runScenario(await loadScenario('zpopmin-loss'), { seed: 1, backend: opened });
  } finally {
    await opened.close();
  }
}

describeWithRedis('a real Redis', () => {
  let server: PrivateRedis;
  let control: Redis;
  beforeAll(async () => {
    server = (await startPrivateRedis()) as PrivateRedis;
    control = new Redis(server.url);
  });
  afterAll(async () => {
    control.disconnect();
    await server.stop();
  });

  it('confirms what the simulation says of zpopmin-loss, from shortened seconds', { timeout: TIMEOUT_MS }, async () => {
    const real = await runOn('redis', { url: server.url, timeScale: 0.02 });
    const simulated = await runOn('sim');
    expect(verdicts(real)).toEqual(verdicts(simulated));
    expect(real).toMatchObject({ backend: 'redis', timeScale: 0.02, skipped: [] });
    expect(real.runs.every(({ historyHash }) => historyHash === null)).toBe(true);
    expect(real.runs.every(({ metrics }) => (metrics.commandsPerTask ?? 0) > 1)).toBe(true);
  });

  it('is left without a key and without a connection of the run', { timeout: TIMEOUT_MS }, async () => {
    await control.set('somebody:else', 'stays');
    await runOn('redis', { url: server.url, timeScale: 0.01 });
    expect(await control.keys('*')).toEqual(['somebody:else']);
    await expect
      .poll(async () => ((await control.client('LIST')) as string).trim().split('\n'), { timeout: 5000 })
      .toHaveLength(1);
    await control.del('somebody:else');
  });

  it('is left without a key though a run broke off', { timeout: TIMEOUT_MS }, async () => {
    const backend = await openBackend({ name: 'redis', url: server.url, timeScale: 0.01 });
    const run = backend.run(1, {}, (world) => {
      world.machine('app', async ({ redis }) => {
        await redis.set(`${world.keyPrefix}left`, 'behind');
        throw new Error('in mid-run');
      });
    });
    await expect(run).rejects.toThrow('in mid-run');
    await backend.close();
    await backend.close();
    expect(await control.keys('*')).toEqual([]);
  });

  it('runs one after the other on keys of their own', { timeout: TIMEOUT_MS }, async () => {
    const backend = await openBackend({ name: 'redis', url: server.url, timeScale: 0.01 });
    const prefixes: string[] = [];
    for (let count = 0; count < 2; count++) await backend.run(1, {}, ({ keyPrefix }) => void prefixes.push(keyPrefix));
    await backend.close();
    expect(new Set(prefixes).size).toBe(2);
  });
});

describe('ioredis-mock', () => {
  it('runs the designs that it has the commands for, and names the command that another lacks', async () => {
    const { runs, skipped } = await runOn('mock', { timeScale: 0.02 });
    expect(runs.map(({ design }) => design)).toEqual(['zpopmin-then-token', 'single-queue-lock', 'random-offset-lock']);
    // How many zpopmin-then-token loses depends on how fast the mock runs Lua; that it loses, and no other does, does not.
    const [zpopmin, ...others] = runs.map(({ metrics }) => metrics);
    expect(zpopmin?.completed).toBeGreaterThanOrEqual(3);
    expect(zpopmin?.lost).toBe(12 - (zpopmin?.completed ?? 0));
    expect(zpopmin?.lost).toBeGreaterThan(0);
    for (const metrics of others) expect(metrics).toMatchObject({ completed: 12, lost: 0, duplicated: 0 });
    expect(skipped).toEqual([
      { design: 'stream-group', reason: 'ioredis-mock has no XGROUP: use --backend sim or --backend redis' },
    ]);
  }, 60_000);

  it('two runs do not see each other’s tasks', async () => {
    const backend = await openBackend({ name: 'mock', timeScale: 0.01 });
    const scenario = queueScenario();
    for (let count = 0; count < 2; count++) {
      const { runs } = await runScenario(scenario, { seed: 1, backend, design: 'single-queue-lock' });
      expect(runs[0]?.metrics).toMatchObject({ submitted: 5, completed: 5, duplicated: 0 });
    }
    await backend.close();
  }, 60_000);
});
