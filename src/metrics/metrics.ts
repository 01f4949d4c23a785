/** A distribution, in ms. All zero where `samples` is. */
export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** How many values it stands on: a p99 of ten is their maximum. */
  readonly samples: number;
}

/** How many tasks of a type ran at once, by the truth of running handlers rather than by Redis's counters. */
export interface Concurrency {
  /** Time-weighted, from the type's first start to its last end. */
  readonly mean: number;
  readonly max: number;
  /** null: none was set. */
  readonly limit: number | null;
}

/** How many workers there were, over all processes. */
export interface Workers {
  /** Time-weighted, from the first submission to the last end. Those of a crashed host are gone until they start again. */
  readonly mean: number;
  readonly max: number;
}

/** What is measured of every run. */
export interface Metrics {
  readonly submitted: number;
  readonly completed: number;
  /** Ended with status failed, whether the handler threw or never ran. */
  readonly failed: number;
  readonly canceled: number;
  readonly timedOut: number;
  /** Accepted, never run to an end, and no longer claimable by anyone. A task that failed without having run is lost. */
  readonly lost: number;
  /** Tasks whose handler ran more than once. */
  readonly duplicated: number;
  /** Completed tasks a second, from the first submission to the last end. */
  readonly throughputPerSecond: number;
  /** From submission to the handler's (first) start. */
  readonly queueWaitMs: Quantiles;
  /** From submission to the handler's (last) end. */
  readonly endToEndMs: Quantiles;
  readonly concurrency: Readonly<Record<string, Concurrency>>;
  readonly workers: Workers;
  /** How often a process changed how many workers it has, up to the last end; those with which it begins do not count. */
  readonly resizes: number;
  /** Share of the workers' time spent in handlers, from the first submission to the last end. */
  readonly utilisation: number;
  /** Redis commands for each submitted task; null where the backend cannot count them. */
  readonly commandsPerTask: number | null;
  /** Lost races (for a lock, a token, a status) for each submitted task. */
  readonly conflictsPerTask: number;
  readonly emptyPolls: number;
  /** Share of Redis's CPU over the whole run; null where the backend cannot tell. */
  readonly redisUtilisation: number | null;
  /** Of delayed tasks that ran: from when they were both added and due to the (first) start. Only where there are any. */
  readonly pickUpMs?: Quantiles;
  /** Queries to a delayed-task store, where there is one: by its workers; what adds and removes tasks does not count. */
  readonly queries?: number;
  /** To the workers of delayed tasks, where there are any. */
  readonly signals?: Signals;
  /** Of all kinds, that a database carried out; only where there is one. */
  readonly sqlStatements?: number;
}

/** What became of the signals to the workers of delayed tasks. Those not dropped, drained or ignored woke a worker each, or wait. */
export interface Signals {
  readonly sent: number;
  /** They found a full channel, or nobody that they are for. */
  readonly dropped: number;
  /** A worker that another signal woke took them along. */
  readonly drained: number;
  /** A worker took them, and did not wake. */
  readonly ignored: number;
}

/** What the history does not say and the metrics need. */
export interface Surroundings {
  /** Where none announces itself. */
  readonly workers: number;
  readonly redisCommands: number | null;
  /** Share of Redis's CPU over the whole run. */
  readonly redisUtilisation: number | null;
  readonly sqlStatements?: number;
}
