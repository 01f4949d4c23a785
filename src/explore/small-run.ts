import type { Variation } from '../scenario/fate.ts';
import { type Play, play } from '../scenario/run-scenario.ts';
import type { QueueDesign, QueueScenario } from '../scenario/scenario.ts';
import { SIM_BACKEND } from '../scenario/sim-backend.ts';
import type { Pick } from './choice-run.ts';
import type { Choices, ChosenFaults } from './choices.ts';
import { ConductedRun, type FaultScope, standIns } from './conducted-run.ts';
import { EndlessRun, STEPS_MAX } from './endless.ts';
import { hostsOf, type RunSpec, varied } from './run-spec.ts';

/** Nothing takes time but what waits. */
const AT_ONCE = { network: { baseUs: 0, jitterUs: 0 }, redis: { commandUs: 0, scriptCallUs: 0 } };

/** A run that somebody picks every step of: all messages travel no time, and no command takes any. */
export class SmallRun {
  readonly design: QueueDesign;
  readonly faults: FaultScope;
  readonly #scenario: QueueScenario;
  readonly #spec: RunSpec;
  #warm: ReadonlyMap<string, string> = new Map();

  /** @param spec without faults and holds: they are picked */
  constructor(given: QueueScenario, spec: RunSpec, { maxFaults = 0, faults = ['crash'], downMs }: ChosenFaults) {
    const { scenario, design } = varied(given, { ...spec, faults: [] });
    this.design = design;
    this.#scenario = { ...scenario, environment: { ...scenario.environment, ...AT_ONCE } };
    this.#spec = spec;
    this.faults = {
      kinds: maxFaults === 0 ? [] : faults,
      most: maxFaults,
      hosts: hostsOf(given, spec),
      ...(downMs !== undefined && { downMs }),
    };
  }

  /** From now on Redis knows all scripts that an undisturbed run needs. */
  async warmUp(): Promise<void> {
    const run = this.conducted(({ candidates }) => candidates[0] as never, []);
    await this.play(run);
    this.#warm = run.scripts;
  }

  /** @param invariants that it will be judged by */
  conducted(pick: Pick, invariants: readonly string[], onEnd?: ConstructorParameters<typeof ConductedRun>[1]['onEnd']) {
    const bounded: Pick = (offer, at) => {
      if (at.steps.length >= STEPS_MAX) throw new EndlessRun(at.steps);
      return pick(offer, at);
    };
    return new ConductedRun(bounded, {
      faults: this.faults,
      warm: this.#warm,
      types: Object.keys(this.#scenario.workload.types),
      invariants,
      ...(onEnd !== undefined && { onEnd }),
    });
  }

  /** @throws whatever its pick, or what it runs, has thrown */
  play(conductor: ConductedRun, until?: Variation['until']): Promise<Play> {
    const { seed, tasks } = this.#spec;
    const variation = { faults: standIns(this.faults), conductor, ...(until !== undefined && { until }) };
    return play(this.#scenario, this.design, seed, SIM_BACKEND, tasks, variation);
  }
}

/** A request as it reaches Redis. */
export interface Message {
  readonly timeUs: number;
  /** The place of the event that is reported next. */
  readonly before: number;
  readonly host: string;
  readonly text: string;
}

/**
 * Runs a spec whose steps have been picked.
 * @throws EndlessRun
 */
export async function playChoices(
  given: QueueScenario,
  spec: RunSpec & { readonly choices: Choices },
): Promise<Play & { readonly messages: readonly Message[] }> {
  const small = new SmallRun(given, spec, spec.choices);
  await small.warmUp();
  const follow = following(spec.choices.steps);
  const befores: number[] = [];
  let events = 0;
  const pick: Pick = (offer, at) => {
    befores.push(events);
    return follow(offer, at);
  };
  const run = small.conducted(pick, []);
  const played = await small.play(run, () => {
    events++;
    return false;
  });
  const messages = run.chooser.steps.flatMap(({ isRequest, timeUs, owner, text }, step) => {
    return isRequest
      ? [{ timeUs, before: befores[step] as number, host: owner, text: text().slice(owner.length + 2) }]
      : [];
  });
  return { ...played, messages };
}

/**
 * Takes these steps. Where one of them is not on offer, the first that is and comes later is taken before it, or else whatever came
 * first: a smaller run follows the same schedule as far as it can, and so does one of changed code.
 */
export function following(steps: readonly string[]): Pick {
  const left = [...steps];
  return ({ candidates, faults }) => {
    const offered = new Map([...candidates, ...faults].map((candidate) => [candidate.name, candidate]));
    const place = left.findIndex((name) => offered.has(name));
    const [name] = place === -1 ? [] : left.splice(place, 1);
    return (name === undefined ? candidates[0] : offered.get(name)) as (typeof candidates)[number];
  };
}
