/**
 * Windtunnel: the engine to adopt, and the tunnel to try it in. Everything here is stable; what is not exported is not.
 */

export { BrokenPromiseError, type CheckOptions, checkDesign } from './check-design.ts';
export { atomicScript } from './engine/claims/atomic-script.ts';
export { batchRandomLock } from './engine/claims/batch-random-lock.ts';
export { leasedScript } from './engine/claims/leased-script.ts';
export { partitionedLog } from './engine/claims/partitioned-log.ts';
export { randomOffsetLock } from './engine/claims/random-offset-lock.ts';
export { reliableList } from './engine/claims/reliable-list.ts';
export { shardedQueue } from './engine/claims/sharded-queue.ts';
export { shardedTypeQueue } from './engine/claims/sharded-type-queue.ts';
export { singleQueueLock } from './engine/claims/single-queue-lock.ts';
export { streamGroup } from './engine/claims/stream-group.ts';
export { streamPerType } from './engine/claims/stream-per-type.ts';
export { tokenFirst } from './engine/claims/token-first.ts';
export { typeQueue } from './engine/claims/type-queue.ts';
export { workerQueue } from './engine/claims/worker-queue.ts';
export { zpopminThenToken } from './engine/claims/zpopmin-then-token.ts';
export * from './engine/index.ts';
export { adaptive } from './engine/pools/adaptive.ts';
export { blocking } from './engine/pools/blocking.ts';
export { coroutine } from './engine/pools/coroutine.ts';
export { eventDriven } from './engine/pools/event-driven.ts';
export { hybrid } from './engine/pools/hybrid.ts';
export { polling } from './engine/pools/polling.ts';
export { typed } from './engine/pools/typed.ts';
export { capacityOne } from './engine/wakeups/capacity-one.ts';
export { counting } from './engine/wakeups/counting.ts';
export { dedupe } from './engine/wakeups/dedupe.ts';
export { drain } from './engine/wakeups/drain.ts';
export { recommended } from './engine/wakeups/recommended.ts';
export { throttle } from './engine/wakeups/throttle.ts';
export { type Exhaustion, type ExhaustOptions, exhaust } from './explore/exhaustive.ts';
export { type Exploration, type ExploreOptions, explore } from './explore/explore.ts';
export {
  type ExhaustiveExploration,
  exploreExhaustively,
  type SmallScopeOptions,
} from './explore/explore-exhaustively.ts';
export { type FaultMenu, faultMenu } from './explore/fault-plan.ts';
export type { Finding } from './explore/finding.ts';
export { type Replay, replay } from './explore/replay.ts';
export type { RunSpec } from './explore/run-spec.ts';
export { shrink } from './explore/shrink.ts';
export { seedsOf, sweep } from './explore/sweep.ts';
export type { SweepJob } from './explore/sweep-job.ts';
export type { History } from './history/history.ts';
export type { Invariant, Violation } from './history/invariant.ts';
export { INVARIANTS } from './history/invariants/index.ts';
export { promised } from './history/promises.ts';
export { measure } from './metrics/measure.ts';
export type { Metrics } from './metrics/metrics.ts';
export { KafkaLog } from './runtime/kafka-log.ts';
export { systemClock } from './runtime/system-clock.ts';
export { systemRandom } from './runtime/system-random.ts';
export { type Backend, openBackend } from './scenario/backend.ts';
export { defineScenario } from './scenario/define-scenario.ts';
export { FIGURES, type Figure } from './scenario/figures.ts';
export { loadScenario } from './scenario/load.ts';
export type { RunResult, ScenarioResult } from './scenario/result.ts';
export { runScenario } from './scenario/run-scenario.ts';
export type {
  Expectation,
  QueueScenario,
  RunnerScenario,
  Scenario,
  Verdict,
  WakeupScenario,
} from './scenario/scenario.ts';
export { UsageError } from './scenario/usage-error.ts';
export { simRedisClient } from './simredis/client.ts';
export { RedisNode } from './simredis/node.ts';
export { Simulation } from './simulation/simulation.ts';
