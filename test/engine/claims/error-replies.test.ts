import { describe, expect, it } from 'vitest';
import type { EventKind } from '../../../src/engine/events.ts';
import { altered, openQueue, World, workerOf } from '../world.ts';

const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

/** Claims one task through a Redis that refuses to write its status. What went on. */
async function refusedClaim(claims: string): Promise<{ error: unknown; count: (kind: EventKind) => number }> {
  const world = new World();
  let error: unknown;
  world.start('app', async (machine) => {
    const sound = await openQueue(machine, claims);
    sound.manager.register('email', async () => {}, { limit: 1 });
    await sound.manager.submit('email', null);
    const refuse = () => {
      throw new Error(OUT_OF_MEMORY);
    };
    const refused = await openQueue(
      { ...machine, redis: altered(machine.redis, { multi: refuse, hset: refuse }) },
      claims,
    );
    refused.manager.register('email', async () => {}, { limit: 1 });
    error = await refused.strategy
      .claim(workerOf(machine, 'worker-1', { types: ['email'] }))
      .catch((thrown: unknown) => thrown);
  });
  await world.run();
  return { error, count: (kind) => world.history.events.filter((event) => event.kind === kind).length };
}

describe('an error reply to the write of status processing', () => {
  it.each([
    'single-queue-lock',
    'random-offset-lock',
    'batch-random-lock',
    'token-first',
    'atomic-script',
    'stream-group',
  ])('%s: token and lock are given back', async (claims) => {
    const { error, count } = await refusedClaim(claims);
    expect(error).toEqual(new Error(OUT_OF_MEMORY));
    expect(count('token-acquired')).toBe(1);
    expect(count('token-released')).toBe(1);
    expect(count('lock-released')).toBe(count('lock-acquired'));
    expect(count('claimed')).toBe(0);
  });
});
