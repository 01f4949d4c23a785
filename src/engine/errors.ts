/** An error of the engine: a stable code, a message that says what to do. */
export abstract class EngineError extends Error {
  abstract readonly code: string;
}

/** A task type without a handler was submitted (xqueue-changelog, 0.0.2: refused, or tasks would pile up unseen). */
export class UnknownTaskTypeError extends EngineError {
  readonly code = 'UNKNOWN_TASK_TYPE';
  constructor(type: string, known: readonly string[]) {
    super(`no handler is registered for task type '${type}'; known: ${known.join(', ') || 'none'}. Register it first`);
  }
}

export class UnknownTaskError extends EngineError {
  readonly code = 'UNKNOWN_TASK';
  constructor(id: string) {
    super(`no task has the id '${id}'`);
  }
}

/** A number that cannot be a limit, a size or a priority. */
export class InvalidValueError extends EngineError {
  readonly code = 'INVALID_VALUE';
}

/** The task had waited longer than its `queueTimeoutMs` when a worker came. */
export class QueueTimeoutError extends EngineError {
  readonly code = 'QUEUE_TIMEOUT';
  constructor(id: string, limitMs: number) {
    super(`task ${id} waited longer than ${limitMs} ms for a worker`);
  }
}

/** The handler ran longer than the task's `processTimeoutMs`. */
export class TaskTimeoutError extends EngineError {
  readonly code = 'TASK_TIMEOUT';
  constructor(id: string, limitMs: number) {
    super(`the handler of task ${id} ran longer than ${limitMs} ms`);
  }
}

/** The right to run the task has ended, or may have, before its handler did. */
export class LeaseLostError extends EngineError {
  readonly code = 'LEASE_LOST';
  constructor(id: string) {
    super(`the lease on task ${id} was lost; another worker may run it now. Stop, and leave it alone`);
  }
}
