/** The production half of windtunnel: what a program adopts. It needs a Redis client, a clock and randomness, no more. */
export type { Claim, ClaimContext, ClaimDefinition, ClaimStrategy, Guarantees, WorkerContext } from './claim.ts';
export { CLAIMS } from './claims/index.ts';
export { ConcurrencyLimiter, type Token } from './concurrency-limiter.ts';
export * from './errors.ts';
export type { EngineEvent, EventKind, EventOf, Outcome } from './events.ts';
export { Keys } from './keys.ts';
export type { PoolContext, PoolDefinition, WorkerPool } from './pool.ts';
export { POOLS } from './pools/index.ts';
export type { Clock, Observer, Ports, Random, RedisClient } from './ports.ts';
export { isLegalTransition, isTerminal, TASK_STATUSES, type Task, type TaskStatus } from './task.ts';
export { type HeldLock, TaskLock } from './task-lock.ts';
export { type SubmitOptions, type TaskCounts, TaskManager } from './task-manager.ts';
export { TaskStore } from './task-store.ts';
export { AsyncTaskManager } from './wakeups/async-task-manager.ts';
export { type DelayedTask, type DelayedTaskStore, RedisDelayedTaskStore } from './wakeups/delayed-task-store.ts';
export { WAKEUPS } from './wakeups/index.ts';
export type { WakeupPolicy } from './wakeups/wakeup-policy.ts';
export type { Handler } from './worker.ts';
