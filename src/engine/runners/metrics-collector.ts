import type { Observer } from '../ports.ts';

/** The document's MetricsCollector (task-runner, 7): what a runner tells the monitoring. */
export interface MetricsCollector {
  execution(runner: string, type: string, durationMs: number, succeeded: boolean): void;
  queueSize(runner: string, size: number): void;
  rejection(reason: string): void;
}

/**
 * `none`: as documented, nobody is told.
 * `sketched`: what the document's sketch calls: each execution, under the fixed type `task`. The two other methods of its interface
 * are called from nowhere.
 * `complete`: executions by type, queue sizes, rejections.
 */
export type Monitoring = 'none' | 'sketched' | 'complete';

/** A collector that passes everything on to an observer; undefined where there is none. */
export function collector(monitoring: Monitoring, observe: Observer): MetricsCollector | undefined {
  if (monitoring === 'none') return undefined;
  const isComplete = monitoring === 'complete';
  return {
    execution(_runner, type, durationMs, succeeded) {
      const kind = isComplete ? type : 'task';
      observe({ kind: 'recorded', figure: 'execution', type: succeeded ? kind : `${kind} failed`, value: durationMs });
    },
    queueSize(runner, size) {
      if (isComplete) observe({ kind: 'recorded', figure: 'queue-size', type: runner, value: size });
    },
    rejection(reason) {
      if (isComplete) observe({ kind: 'recorded', figure: 'rejection', type: reason, value: 1 });
    },
  };
}
