import { Keys } from '../engine/keys.ts';
import type { Observer } from '../engine/ports.ts';
import { type JobStore, MemoryJobStore } from '../engine/runners/job-store.ts';
import { localMemory } from '../engine/runners/local-memory.ts';
import { RedisJobStore } from '../engine/runners/redis-job-store.ts';
import type { RunnerTask, TaskRunner } from '../engine/runners/runner.ts';
import type { SharedMemory } from '../engine/runners/shared-memory.ts';
import { exploreDelays, Interleaver, type Interleaving } from '../simulation/interleaver.ts';
import { type Standing, simulatedMemory } from '../simulation/shared-memory.ts';
import type { Machine, World } from './backend.ts';
import { runner } from './design.ts';
import { scaleDurations, withDefaults } from './parameters.ts';
import type { RunnerDesign, RunnerPosts, RunnerScenario, RunnerWorkload } from './scenario.ts';

/** One task of the workload. */
interface PlannedPost {
  readonly id: string;
  readonly group: RunnerPosts;
  readonly delayMs: number | undefined;
}

/**
 * Puts an in-process runner into a world: one process, whose goroutines post the workload. A store outlives the process.
 * @param interleaving the one schedule to run, instead of those that the workload asks for
 */
export function setRunnerRun(
  world: World,
  scenario: RunnerScenario,
  design: RunnerDesign,
  observe: Observer,
  interleaving?: Interleaving,
): void {
  const { workload } = scenario;
  const definition = runner(design.runner);
  const parameters = scaleDurations(withDefaults(definition, design.parameters), world.timeScale);
  const plan = planPosts(workload);
  const saved = new MemoryJobStore();
  const kept = ({ redis }: Machine): JobStore =>
    workload.store?.in === 'redis' ? new RedisJobStore(redis, new Keys(world.keyPrefix)) : saved;
  const nowMs = () => world.nowUs() / 1000 / world.timeScale;

  let lives = 0;
  world.machine('app-1', async (machine) => {
    const bornMs = lives++ === 0 ? 0 : nowMs();
    const run = (memory: SharedMemory, prefix: string) => {
      const process = new Process(world, machine, workload, prefix, nowMs, observe);
      const runner = definition.create(
        {
          name: 'runner',
          process: 'app-1',
          clock: machine.clock,
          random: machine.random,
          observe,
          memory,
          store: memory.guarded(remoteStore(kept(machine), workload, machine, nowMs, world.timeScale), 'store'),
          restore: (id) => process.taskOf(plan.find((post) => post.id === id) as PlannedPost),
        },
        parameters,
      );
      return process.live(runner, memory, plan, bornMs);
    };
    const { clock } = machine;
    const { schedules } = workload;
    const step = () => clock.sleep(0);
    if (interleaving !== undefined) {
      const { delays, choices, trace } = interleaving;
      const interleaver = new Interleaver<Standing>(step, ({ who, before }) => trace?.switched(who, before));
      interleaver.begin(delays, choices);
      await run(simulatedMemory(interleaver.point, trace), '');
    } else if (schedules === undefined) {
      await run(world.hash === undefined ? localMemory : simulatedMemory(step), '');
    } else if ('random' in schedules) {
      for (let nth = 1; nth <= schedules.random; nth++) await run(simulatedMemory(step), `s${nth}.`);
    } else {
      const interleaver = new Interleaver(step);
      let nth = 0;
      await exploreDelays(schedules.delays, async (delays) => {
        interleaver.begin(delays);
        await run(simulatedMemory(interleaver.point), `s${++nth}.`);
        return interleaver.choices;
      });
    }
  });
}

/** What utilisation is a share of. */
export function runnerThreads(design: RunnerDesign): number {
  const { threads } = withDefaults(runner(design.runner), design.parameters);
  return typeof threads === 'number' ? threads : 1;
}

/** One life of the process, or one schedule of it. */
class Process {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #workload: RunnerWorkload;
  readonly #prefix: string;
  readonly #nowMs: () => number;
  readonly #observe: Observer;
  readonly #startMs: number;
  #runner: TaskRunner | undefined;

  constructor(
    world: World,
    machine: Machine,
    workload: RunnerWorkload,
    prefix: string,
    nowMs: () => number,
    observe: Observer,
  ) {
    this.#world = world;
    this.#machine = machine;
    this.#workload = workload;
    this.#prefix = prefix;
    this.#nowMs = nowMs;
    this.#observe = observe;
    // Schedules begin one after the other, lives of a process go on with the same time.
    this.#startMs = prefix === '' ? 0 : nowMs();
  }

  /** @param bornMs what was to happen before is not made up for */
  async live(runner: TaskRunner, memory: SharedMemory, plan: readonly PlannedPost[], bornMs: number): Promise<void> {
    this.#runner = runner;
    const { shutdownAtMs, durationMs, posts } = this.#workload;
    await runner.start();
    for (const group of posts) {
      const tasks = plan.filter((post) => post.group === group);
      const rounds = [group.atMs ?? 0, ...(group.againAtMs ?? [])];
      for (const atMs of rounds.filter((round) => round >= bornMs)) {
        const callers = group.callers ?? 1;
        for (let caller = 0; caller < callers; caller++) {
          const share = tasks.filter((_, index) => index % callers === caller);
          memory.spawn(() => this.#postAll(share, atMs), 'caller');
        }
      }
    }
    if (shutdownAtMs !== undefined && shutdownAtMs >= bornMs) {
      memory.spawn(async () => {
        await this.#until(shutdownAtMs);
        await runner.shutdown().catch(() => {});
      }, 'closer');
    }
    await this.#until(durationMs, this.#world.ended);
    runner.stop();
  }

  async #postAll(share: readonly PlannedPost[], atMs: number): Promise<void> {
    for (const [index, post] of share.entries()) {
      await this.#until(atMs + index * (post.group.everyMs ?? 0));
      await this.#post(this.taskOf(post), post.group);
    }
  }

  /** A refusal is in the history; whoever is refused goes on. */
  async #post(task: RunnerTask, { cancelAfterMs, requestEndsAfterMs }: RunnerPosts): Promise<void> {
    // Where nothing ends the caller's context there is none: a hundred thousand signals cost more than the tasks.
    const context = cancelAfterMs === undefined && requestEndsAfterMs === undefined ? undefined : new AbortController();
    await this.#runner?.post(context === undefined ? task : { ...task, context: context.signal }).catch(() => {});
    this.#later(cancelAfterMs, () => {
      this.#observe({ kind: 'cancel-requested', task: task.id });
      context?.abort(new Error('canceled by its caller'));
      this.#runner?.cancel?.(task.id);
    });
    this.#later(requestEndsAfterMs, () => context?.abort(new Error('the request has been answered')));
  }

  #later(ms: number | undefined, act: () => void): void {
    if (ms !== undefined) void this.#machine.clock.sleep(ms * this.#world.timeScale).then(act);
  }

  taskOf({ id, group, delayMs }: PlannedPost): RunnerTask {
    const { type, priority = 'user-visible', mayBlock = false, category } = group;
    return {
      id: this.#prefix + id,
      type,
      traits: { priority, mayBlock, ...(category !== undefined && { category }) },
      ...(delayMs !== undefined && { delayMs: delayMs * this.#world.timeScale }),
      run: (signal) => this.#handle(id, group, signal),
    };
  }

  async #handle(id: string, group: RunnerPosts, signal: AbortSignal | undefined): Promise<void> {
    const { handlerMs, followUps = 0, fails } = group;
    if (handlerMs > 0) await this.#machine.clock.sleep(handlerMs * this.#world.timeScale, signal);
    for (let nth = 1; nth <= followUps; nth++) {
      const next = { id: `${id}.${nth}`, group: { ...group, followUps: 0 }, delayMs: undefined };
      await this.#runner?.post({ ...this.taskOf(next), isFollowUp: true }).catch(() => {});
    }
    if (fails) throw new Error(`${id} fails, as planned`);
  }

  #elapsedMs(): number {
    return this.#nowMs() - this.#startMs;
  }

  async #until(ms: number, ended?: AbortSignal): Promise<void> {
    const waitMs = (ms - this.#elapsedMs()) * this.#world.timeScale;
    if (waitMs > 0) await this.#machine.clock.sleep(waitMs, ended);
  }
}

function planPosts({ posts }: RunnerWorkload): PlannedPost[] {
  const planned: PlannedPost[] = [];
  for (const group of posts) {
    for (let index = 0; index < group.count; index++) {
      planned.push({ id: `t${planned.length + 1}`, group, delayMs: delayOf(group, index) });
    }
  }
  return planned;
}

function delayOf({ delayMs, count }: RunnerPosts, index: number): number | undefined {
  if (typeof delayMs !== 'object') return delayMs;
  const [first, last] = delayMs;
  return count === 1 ? first : Math.round(first + (index * (last - first)) / (count - 1));
}

/** The store as a database is: a call away, and not always there. */
function remoteStore(
  saved: JobStore,
  { store = {} }: RunnerWorkload,
  { clock }: Machine,
  nowMs: () => number,
  timeScale: number,
): JobStore {
  const called = async <T>(call: () => Promise<T>): Promise<T> => {
    const callMs = store.callMs ?? (store.in === 'redis' ? 0 : 1);
    if (callMs > 0) await clock.sleep(callMs * timeScale);
    return call();
  };
  return {
    get: (id) => called(() => saved.get(id)),
    save: (job) => called(() => saved.save(job)),
    insert: (job) => called(() => saved.insert(job)),
    takeOver: (id, from, to) => called(() => saved.takeOver(id, from, to)),
    list: (statuses) => called(() => saved.list(statuses)),
    updateStatus: (id, status) =>
      called(async () => {
        const outage = (store.failing ?? []).find(
          ({ fromMs, toMs, job }) => nowMs() >= fromMs && nowMs() < toMs && (job === undefined || job === id),
        );
        if (outage !== undefined) throw new Error('the store does not answer');
        await saved.updateStatus(id, status);
      }),
  };
}
