/**
 * Windtunnel: the engine to adopt, and the tunnel to try it in. Everything here is stable; what is not exported is not.
 */

export { randomOffsetLock } from './engine/claims/random-offset-lock.ts';
export { singleQueueLock } from './engine/claims/single-queue-lock.ts';
export { streamGroup } from './engine/claims/stream-group.ts';
export { zpopminThenToken } from './engine/claims/zpopmin-then-token.ts';
export * from './engine/index.ts';
export { blocking } from './engine/pools/blocking.ts';
export { polling } from './engine/pools/polling.ts';
export { counting } from './engine/wakeups/counting.ts';
export { drain } from './engine/wakeups/drain.ts';
export type { History } from './history/history.ts';
export type { Invariant, Violation } from './history/invariant.ts';
export { INVARIANTS } from './history/invariants/index.ts';
export { measure } from './metrics/measure.ts';
export type { Metrics } from './metrics/metrics.ts';
export { systemClock } from './runtime/system-clock.ts';
export { systemRandom } from './runtime/system-random.ts';
export { type Backend, openBackend } from './scenario/backend.ts';
export { defineScenario } from './scenario/define-scenario.ts';
export { loadScenario } from './scenario/load.ts';
export type { RunResult, ScenarioResult } from './scenario/result.ts';
export { runScenario } from './scenario/run-scenario.ts';
export type { Expectation, QueueScenario, Scenario, Verdict, WakeupScenario } from './scenario/scenario.ts';
export { UsageError } from './scenario/usage-error.ts';
export { simRedisClient } from './simredis/client.ts';
export { RedisNode } from './simredis/node.ts';
export { Simulation } from './simulation/simulation.ts';
