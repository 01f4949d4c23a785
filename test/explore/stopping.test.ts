import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/explore/breach.ts';
import { plainSpec } from '../../src/explore/run-spec.ts';
import { queueScenario } from '../scenario/written.ts';

/** Handlers outlive their locks and tokens: limits are broken, and tasks run twice at once. */
const scenario = queueScenario({
  workload: {
    types: { email: { limit: 1, handlerMs: [200, 3000] } },
    arrivals: [{ type: 'email', count: 6, everyMs: 100 }],
  },
  designs: [
    { claims: 'batch-random-lock', pool: 'polling', workers: 4, tokenTtlMs: 400, claimParameters: { lockTtlMs: 300 } },
  ],
});
const MOMENTARY = ['exclusion', 'concurrency-limit', 'legal-lifecycle', 'conservation'];
const specOf = (seed: number) => plainSpec(scenario, scenario.id, 'batch-random-lock', seed);

describe('a run that ends at its first violation', { timeout: 60_000 }, () => {
  it('is the beginning of the run that goes on, and what it breaks is broken there in the same way', async () => {
    let stopped = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const whole = await outcomeOf(scenario, specOf(seed), MOMENTARY);
      const cut = await outcomeOf(scenario, specOf(seed), MOMENTARY, () => true);
      const { length } = cut.history.events;
      expect(cut.history.events).toEqual(whole.history.events.slice(0, length));
      expect(cut.breaches.length > 0).toBe(whole.breaches.length > 0);
      const keys = whole.breaches.map(({ invariant, shape }) => `${invariant}: ${shape}`);
      for (const { invariant, shape, violation } of cut.breaches) {
        expect(keys).toContain(`${invariant}: ${shape}`);
        // How far an excess of handlers goes is known only at its end.
        if (invariant === 'concurrency-limit') continue;
        expect(whole.breaches.map((breach) => breach.violation)).toContainEqual(violation);
      }
      if (length < whole.history.events.length) stopped++;
    }
    expect(stopped).toBeGreaterThan(20);
  });

  it('ends in the same way each time', async () => {
    const first = await outcomeOf(scenario, specOf(1), MOMENTARY, () => true);
    const again = await outcomeOf(scenario, specOf(1), MOMENTARY, () => true);
    expect(again.historyHash).toBe(first.historyHash);
  });

  it('goes on where that kind of violation is not meant, and where loss alone is judged', async () => {
    const whole = await outcomeOf(scenario, specOf(1), MOMENTARY);
    const other = await outcomeOf(scenario, specOf(1), MOMENTARY, () => false);
    const loss = await outcomeOf(scenario, specOf(1), ['no-task-lost'], () => true);
    expect(other.historyHash).toBe(whole.historyHash);
    expect(loss.historyHash).toBe(whole.historyHash);
  });
});
