import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SignalChannel } from '../../../src/engine/wakeups/signal-channel.ts';
import { inWorld } from '../world.ts';

const NEVER = new AbortController().signal;

/** What the receiver does next: waits so long for a signal, or takes all that wait. */
type Step = { readonly kind: 'receive'; readonly timeoutMs: number } | { readonly kind: 'drain' };
interface Burst {
  readonly atMs: number;
  readonly count: number;
}
type Outcome = readonly [what: string | number, atUs: number];

/** Go's channel, naively: walks through time, one thing after the other. */
function naive(capacity: number, bursts: readonly Burst[], steps: readonly Step[]): Outcome[] {
  const outcomes: Outcome[] = [];
  const left = [...bursts];
  let nowUs = 0;
  let waiting = 0;
  const accept = (count: number) => {
    waiting = Math.min(capacity, waiting + count);
  };
  for (const step of steps) {
    if (step.kind === 'drain') {
      outcomes.push([waiting, nowUs]);
      waiting = 0;
      continue;
    }
    const deadlineUs = nowUs + Math.round(step.timeoutMs * 1000);
    const next = left[0];
    if (waiting > 0) {
      waiting--;
      outcomes.push(['signal', nowUs]);
    } else if (next !== undefined && next.atMs * 1000 < deadlineUs) {
      left.shift();
      nowUs = next.atMs * 1000;
      accept(next.count - 1);
      outcomes.push(['signal', nowUs]);
    } else {
      nowUs = deadlineUs;
      outcomes.push(['timer', nowUs]);
    }
  }
  return outcomes;
}

describe('SignalChannel', () => {
  it('is Go’s buffered channel with a timer beside it', async () => {
    // Time-outs end on fractions of a millisecond and bursts come on whole ones: no two things happen at once.
    const step = fc.oneof(
      fc.integer({ min: 0, max: 30 }).map((ms): Step => ({ kind: 'receive', timeoutMs: ms + 0.001 })),
      fc.constant<Step>({ kind: 'drain' }),
    );
    const bursts = fc
      .uniqueArray(fc.record({ atMs: fc.integer({ min: 1, max: 200 }), count: fc.integer({ min: 1, max: 6 }) }), {
        selector: ({ atMs }) => atMs,
        maxLength: 12,
      })
      .map((all) => all.sort((a, b) => a.atMs - b.atMs));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        bursts,
        fc.array(step, { maxLength: 30 }),
        async (capacity, all, steps) => {
          const seen: Outcome[] = [];
          await inWorld(async ({ clock }, world) => {
            const channel = new SignalChannel(capacity, clock);
            const send = async ({ atMs, count }: Burst) => {
              await clock.sleep(atMs);
              for (let sent = 0; sent < count; sent++) channel.send();
            };
            const sending = Promise.all(all.map(send));
            for (const each of steps) {
              const what = each.kind === 'drain' ? channel.drain() : await channel.receive(each.timeoutMs, NEVER);
              seen.push([what, world.simulation.nowUs]);
            }
            await sending;
          });
          expect(seen).toEqual(naive(capacity, all, steps));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('drops what does not fit, and says so', async () => {
    await inWorld(async ({ clock }) => {
      const channel = new SignalChannel(2, clock);
      expect([channel.send(), channel.send(), channel.send()]).toEqual([true, true, false]);
      expect(channel.length).toBe(2);
      expect(channel.drain()).toBe(2);
      expect(channel.length).toBe(0);
      expect(channel.send()).toBe(true);
    });
  });

  it('hands a signal straight to a receiver that waits, with an empty buffer', async () => {
    await inWorld(async ({ clock }) => {
      const channel = new SignalChannel(1, clock);
      const receiving = channel.receive(Number.POSITIVE_INFINITY, NEVER);
      expect([channel.send(), channel.send(), channel.send()]).toEqual([true, true, false]);
      expect(await receiving).toBe('signal');
      expect(channel.length).toBe(1);
    });
  });

  it('hands signals to several receivers, whoever has waited longest first, and past those who have given up', async () => {
    await inWorld(async ({ clock }) => {
      const channel = new SignalChannel(10, clock);
      const receiving = [5, 1, 5].map((timeoutMs) => channel.receive(timeoutMs, NEVER));
      const order: number[] = [];
      for (const [place, each] of receiving.entries()) void each.then((by) => by === 'signal' && order.push(place));
      await clock.sleep(2);
      expect([channel.send(), channel.send(), channel.send()]).toEqual([true, true, true]);
      expect(await Promise.all(receiving)).toEqual(['signal', 'timer', 'signal']);
      expect(order).toEqual([0, 2]);
      expect(channel.length).toBe(1);
    });
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'a signal sent %d microtasks after the timer fired is taken or waits, never lost',
    async (ticks) => {
      let fire = () => {};
      const clock = {
        now: () => 0,
        sleep: () =>
          new Promise<void>((resolve) => {
            fire = resolve;
          }),
      };
      const channel = new SignalChannel(10, clock);
      const receiving = channel.receive(5, NEVER);
      fire();
      for (let tick = 0; tick < ticks; tick++) await undefined;
      expect(channel.send()).toBe(true);
      expect([await receiving, channel.length]).toBeOneOf([
        ['signal', 0],
        ['timer', 1],
      ]);
    },
  );

  it.each([10, Number.POSITIVE_INFINITY])('stops waiting when told to, with a timer of %d ms', async (timeoutMs) => {
    await inWorld(async ({ clock }, world) => {
      const channel = new SignalChannel(10, clock);
      const stopping = new AbortController();
      const receiving = channel.receive(timeoutMs, stopping.signal);
      await clock.sleep(3);
      stopping.abort();
      expect(await receiving).toBe('stopped');
      expect(world.nowMs).toBe(3);
      channel.send();
      expect(await channel.receive(timeoutMs, stopping.signal)).toBe('stopped');
      expect(channel.length).toBe(1);
    });
  });
});
