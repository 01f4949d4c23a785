/** The production half of windtunnel: what a program adopts. It needs a Redis client, a clock and randomness, no more. */
export type {
  Claim,
  ClaimContext,
  ClaimDefinition,
  ClaimStrategy,
  FaultClass,
  FaultKind,
  Guarantees,
  WorkerContext,
  WorkerIdentity,
} from './claim.ts';
export { CLAIMS } from './claims/index.ts';
export { ConcurrencyLimiter, type Token } from './concurrency-limiter.ts';
export * from './errors.ts';
export type { EngineEvent, EventKind, EventOf, Outcome } from './events.ts';
export { Keys } from './keys.ts';
export {
  type LogAssignment,
  type LogClient,
  type LogConsumer,
  type LogRecord,
  StaleGenerationError,
} from './log-client.ts';
export type { PoolContext, PoolDefinition, PoolGuarantees, WorkerPool } from './pool.ts';
export { POOLS } from './pools/index.ts';
export type { Clock, Observer, Ports, Random, RedisClient } from './ports.ts';
export { Queue, type QueueOptions } from './queue.ts';
export { RUNNERS } from './runners/index.ts';
export { type JobStore, MemoryJobStore, type StoredJob } from './runners/job-store.ts';
export { localMemory } from './runners/local-memory.ts';
export { RedisJobStore } from './runners/redis-job-store.ts';
export type { RunnerContext, RunnerDefinition, RunnerTask, TaskRunner, TaskTraits } from './runners/runner.ts';
export type { SharedMemory } from './runners/shared-memory.ts';
export { isLegalTransition, isTerminal, TASK_STATUSES, type Task, type TaskStatus } from './task.ts';
export { TaskEvents } from './task-events.ts';
export { type HeldLock, TaskLock } from './task-lock.ts';
export { type SubmitOptions, type TaskCounts, TaskManager } from './task-manager.ts';
export { TaskStore } from './task-store.ts';
export { AsyncTaskManager, type AsyncTaskOptions } from './wakeups/async-task-manager.ts';
export type { DelayedTask, DelayedTaskStore, Fetch } from './wakeups/delayed-task-store.ts';
export { WAKEUPS } from './wakeups/index.ts';
export { MemoryDelayedTaskStore } from './wakeups/memory-delayed-task-store.ts';
export { RedisDelayedTaskStore } from './wakeups/redis-delayed-task-store.ts';
export type { SqlClient } from './wakeups/sql-client.ts';
export { SqlDelayedTaskStore } from './wakeups/sql-delayed-task-store.ts';
export type { Senders, WakeupPolicy } from './wakeups/wakeup-policy.ts';
export type { WakeupSender } from './wakeups/wakeup-sender.ts';
export type { Handler } from './worker.ts';
