import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClaimDefinition, ClaimStrategy } from '../../src/engine/claim.ts';
import type { Task } from '../../src/engine/task.ts';
import { outcomeOf } from '../../src/explore/breach.ts';
import { endlessSteps } from '../../src/explore/endless.ts';
import { explore } from '../../src/explore/explore.ts';
import { replay } from '../../src/explore/replay.ts';
import { registerClaims } from '../../src/scenario/design.ts';
import { queueScenario } from '../scenario/written.ts';

const EVENTS_MAX = 3000;

/** Hands out the same tasks for ever: settling one changes nothing. */
class Again implements ClaimStrategy {
  static tasks: Task[] = [];

  async submit(task: Task): Promise<void> {
    Again.tasks.push(task);
  }

  async claim() {
    const task = Again.tasks[0];
    const settle = async () => {};
    return task && { task, complete: settle, fail: settle, release: settle };
  }

  async withdraw(): Promise<boolean> {
    return false;
  }

  async count(): Promise<number> {
    return 0;
  }
}

const again: ClaimDefinition = {
  id: 'again',
  source: 'a test',
  summary: 'never done',
  guarantees: {
    delivery: 'at-least-once',
    order: 'none',
    limits: false,
    blocks: false,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [],
  },
  defaults: {},
  create: () => {
    Again.tasks = [];
    return new Again();
  },
};

const scenario = queueScenario({
  workload: { types: { job: { handlerMs: 5 } }, arrivals: [{ type: 'job', count: 3 }] },
  designs: [
    { claims: 'again', pool: 'polling', workers: 2 },
    { claims: 'leased-script', pool: 'polling', workers: 2 },
  ],
  invariants: ['no-task-lost'],
});
const spec = { scenario: scenario.id, design: 'again', seed: 1, faults: [], holds: [], eventsMax: EVENTS_MAX };

let unregister = () => {};
beforeAll(() => {
  unregister = registerClaims(again);
});
afterAll(() => unregister());

describe('a run that goes on for ever', { timeout: 60_000 }, () => {
  it('breaks runs-to-its-end, and says what it was doing when it was given up', async () => {
    const { breaches, history } = await outcomeOf(scenario, spec, ['no-task-lost']);
    expect(breaches).toHaveLength(1);
    expect(breaches[0]).toMatchObject({ invariant: 'runs-to-its-end', shape: 'goes on for ever' });
    expect(breaches[0]?.violation.message).toMatch(
      /^it goes on for ever: given up after 3000 events, [\d.]+ s from its start; the last 1000 reports: (worker-\d \w+ \d+ ×(, )?){4}/,
    );
    expect(history.events).toHaveLength(1000);
  });

  it('is a finding like any other: shrunk, and it can be run again', async () => {
    const options = { seeds: 1, designs: ['again'], eventsMax: EVENTS_MAX };
    const { designs } = await explore(scenario, options);
    const finding = designs[0]?.findings[0];
    expect(finding).toMatchObject({
      invariant: 'runs-to-its-end',
      verdict: 'violated',
      size: { tasks: 1, workers: 1 },
      spec: { eventsMax: EVENTS_MAX },
    });
    if (finding === undefined) throw new Error('nothing was found');
    expect((await replay(finding, scenario)).violation?.message).toBe(finding.message);
  });

  it('is not found where runs end, though the bound be near', async () => {
    const { designs } = await explore(scenario, { seeds: 5, designs: ['leased-script'], eventsMax: EVENTS_MAX });
    expect(designs[0]).toMatchObject({ verdict: 'holds', runs: 5 });
  });

  it('is no breach where every step was picked and time never went on: then somebody was never let go on', () => {
    const step = (timeUs: number) => ({ timeUs, isRequest: true, text: () => 'app-1: zpopmin' }) as never;
    expect(endlessSteps([step(0), step(5), step(5), step(5)])).toBeUndefined();
    expect(endlessSteps([step(0), step(5), step(6), step(7)])?.violation.message).toContain('app-1: zpopmin 4 ×');
  });
});
