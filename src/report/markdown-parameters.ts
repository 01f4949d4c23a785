import type { Parameters } from '../engine/claim.ts';
import { claimStrategy, designId, runner, wakeupPolicy, workerPool } from '../scenario/design.ts';
import { withDefaults } from '../scenario/parameters.ts';
import type {
  DelayedArrival,
  DelayedArrivals,
  Environment,
  QueueScenario,
  QueueWorkload,
  RunnerPosts,
  RunnerScenario,
  Scenario,
  TaskType,
  WakeupScenario,
} from '../scenario/scenario.ts';
import { figure } from './figure.ts';
import { code, escaped, markdownTable } from './markdown-text.ts';

/** What a scenario sets: workload, designs with all their parameters, environment. Markdown, without a heading. */
export function parameters(scenario: Scenario): string {
  return [...workloadAndDesigns(scenario), ...environment(scenario.environment)].join('\n\n');
}

function workloadAndDesigns(scenario: Scenario): string[] {
  if ('posts' in scenario.workload) return runners(scenario as RunnerScenario);
  return 'dueAtMs' in scenario.workload ? wakeup(scenario as WakeupScenario) : queue(scenario as QueueScenario);
}

function queue({ workload, designs }: QueueScenario): string[] {
  const types = Object.entries(workload.types).map(([type, { limit, ...handler }]) => [
    code(type),
    limit === undefined ? 'none' : figure(limit),
    handlerTime(handler),
    handler.failureRate === undefined ? 'never' : `with probability ${figure(handler.failureRate)}`,
  ]);
  const rows = designs.map((design) => {
    const claims = claimStrategy(design.claims);
    const pool = workerPool(design.pool);
    return [
      code(designId(design)),
      code(claims.id),
      code(pool.id),
      design.workers === undefined ? 'its own' : figure(design.workers),
      list({
        ...withDefaults(claims, design.claimParameters),
        ...withDefaults(pool, design.poolParameters),
        ...(design.tokenTtlMs !== undefined && { tokenTtlMs: design.tokenTtlMs }),
      }),
    ];
  });
  return [
    markdownTable(['task type', 'limit', 'handler runs', 'handler fails'], types, (column) => column === 1),
    arrivals(workload),
    markdownTable(['design', 'claim strategy', 'worker pool', 'workers', 'parameters'], rows, (column) => column === 3),
  ];
}

function handlerTime({ handlerMs }: Omit<TaskType, 'limit'>): string {
  if (typeof handlerMs === 'number') return `${figure(handlerMs)} ms`;
  const [least, most] = handlerMs;
  return `${figure(least)} to ${figure(most)} ms`;
}

function arrivals({ arrivals }: QueueWorkload): string {
  return arrivals
    .map(({ type, count, atMs = 0, everyMs = 0, priority, queueTimeoutMs, processTimeoutMs }) => {
      const parts = [
        `${figure(count)} ${code(type)} ${count === 1 ? 'task' : 'tasks'} from ${figure(atMs)} ms on`,
        everyMs === 0 ? 'one after the other' : `one every ${figure(everyMs)} ms`,
        ...(priority === undefined ? [] : [`priority ${figure(priority)}`]),
        ...(queueTimeoutMs === undefined ? [] : [`queue timeout ${figure(queueTimeoutMs)} ms`]),
        ...(processTimeoutMs === undefined ? [] : [`process timeout ${figure(processTimeoutMs)} ms`]),
      ];
      return `- ${parts.join(', ')}`;
    })
    .join('\n');
}

function wakeup({ workload, designs }: WakeupScenario): string[] {
  const { type, dueAtMs, handlerMs, signals, arrivals = [], durationMs } = workload;
  const due = dueAtMs.length === 0 ? 'none' : dueAtMs.map((at) => `${figure(at)} ms`).join(', ');
  return [
    [
      `- delayed ${code(type)} tasks are due at: ${due}`,
      `- a handler runs ${figure(handlerMs)} ms`,
      ...signals.map(
        ({ atMs, count }) => `- ${figure(count)} ${count === 1 ? 'signal' : 'signals'} at ${figure(atMs)} ms`,
      ),
      ...arrivals.map((group) => `- ${delayedArrivals(group, type)}`),
      `- watched for ${figure(durationMs)} ms`,
    ].join('\n'),
    markdownTable(
      ['design', 'wake-up policy', 'workers per type', 'store', 'a fetch', 'parameters'],
      designs.map((design) => [
        code(designId(design)),
        code(design.wakeup),
        figure(design.workersPerType ?? 1),
        design.store ?? 'redis',
        design.fetch ?? 'reads',
        list(withDefaults(wakeupPolicy(design.wakeup), design.wakeupParameters)),
      ]),
      (column) => column === 2,
    ),
  ];
}

function delayedArrivals({ atMs, count = 1, everyMs = 0, ...arrival }: DelayedArrivals, type: string): string {
  const parts = [
    `${figure(count)} ${count === 1 ? 'call' : 'calls'} from ${figure(atMs)} ms on`,
    ...(count === 1 ? [] : [everyMs === 0 ? 'one after the other' : `one every ${figure(everyMs)} ms`]),
    count === 1 ? delayedArrival(arrival, type) : `each ${delayedArrival(arrival, type)}`,
  ];
  return parts.join(', ');
}

function delayedArrival({ type, afterMs, signals = 1, followedBy }: DelayedArrival, standard: string): string {
  const due = afterMs === 0 ? 'due at once' : `due after ${figure(afterMs)} ms`;
  const added = `adds one ${code(type ?? standard)} task ${due} and sends ${figure(signals)} ${signals === 1 ? 'signal' : 'signals'}`;
  return followedBy === undefined ? added : `${added}; its handler ${delayedArrival(followedBy, standard)}`;
}

function runners({ workload, designs }: RunnerScenario): string[] {
  const { posts, shutdownAtMs, store, schedules, durationMs } = workload;
  const lines = [
    ...posts.map((group) => `- ${post(group)}`),
    ...(shutdownAtMs === undefined ? [] : [`- shut down at ${figure(shutdownAtMs)} ms`]),
    ...(store?.in === 'redis' ? ['- jobs are kept in Redis'] : []),
    ...(store?.callMs === undefined ? [] : [`- a call of the job store takes ${figure(store.callMs)} ms`]),
    ...(store?.failing ?? []).map(
      ({ fromMs, toMs, job }) =>
        `- it refuses status updates${job === undefined ? '' : ` of ${code(job)}`} from ${figure(fromMs)} to ${figure(toMs)} ms`,
    ),
    ...(schedules === undefined
      ? []
      : [
          'random' in schedules
            ? `- ${figure(schedules.random)} random schedules`
            : `- all schedules of up to ${figure(schedules.delays)} delays`,
        ]),
    `- watched for ${figure(durationMs)} ms`,
  ];
  const rows = designs.map((design) => [
    code(designId(design)),
    code(design.runner),
    list(withDefaults(runner(design.runner), design.parameters)),
  ]);
  return [lines.join('\n'), markdownTable(['design', 'runner', 'parameters'], rows)];
}

function post(group: RunnerPosts): string {
  const { type, count, handlerMs, atMs = 0, everyMs = 0, callers = 1, delayMs, ...rest } = group;
  const delay =
    typeof delayMs === 'object' ? delayMs.map(figure).join(' to ') : delayMs !== undefined && figure(delayMs);
  return [
    `${figure(count)} ${code(type)} ${count === 1 ? 'task' : 'tasks'} of ${figure(handlerMs)} ms from ${figure(atMs)} ms on`,
    everyMs === 0 ? 'one after the other' : `one every ${figure(everyMs)} ms`,
    ...(callers === 1 ? [] : [`by ${figure(callers)} callers`]),
    ...(delay === false ? [] : [`delayed by ${delay} ms`]),
    ...(rest.priority === undefined ? [] : [rest.priority]),
    ...(rest.mayBlock ? ['may block'] : []),
    ...(rest.category === undefined ? [] : [`category ${rest.category}`]),
    ...(rest.fails ? ['fail'] : []),
    ...(rest.followUps === undefined ? [] : [`each posts ${figure(rest.followUps)} more`]),
    ...(rest.cancelAfterMs === undefined ? [] : [`canceled after ${figure(rest.cancelAfterMs)} ms`]),
    ...(rest.requestEndsAfterMs === undefined
      ? []
      : [`their request ends after ${figure(rest.requestEndsAfterMs)} ms`]),
    ...(rest.againAtMs === undefined ? [] : [`again at ${rest.againAtMs.map(figure).join(', ')} ms`]),
  ].join(', ');
}

function environment(given: Environment | undefined): string[] {
  if (given === undefined) return [];
  const { processes, network, redis, clocks } = given;
  const lines = [
    ...(processes === undefined ? [] : [`${figure(processes)} ${processes === 1 ? 'process' : 'processes'}`]),
    ...(network === undefined
      ? []
      : [`network, one way: ${figure(network.baseUs)} to ${figure(network.baseUs + network.jitterUs)} µs`]),
    ...(redis === undefined
      ? []
      : [`Redis: ${figure(redis.commandUs)} µs a command, ${figure(redis.scriptCallUs)} µs a call of a script`]),
    ...Object.entries(redis?.byCommand ?? {}).map(([name, us]) => `${escaped(name)}: ${figure(us)} µs`),
    ...(clocks ?? []).map(
      ({ offsetMs = 0, driftPpm = 0 }, index) =>
        `clock of process ${index + 1}: off by ${figure(offsetMs)} ms, drifts ${figure(driftPpm)} ppm`,
    ),
  ];
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')];
}

function list(values: Parameters): string {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return '–';
  return entries
    .map(([name, value]) => code(`${name} ${typeof value === 'number' ? figure(value) : value}`))
    .join(', ');
}
