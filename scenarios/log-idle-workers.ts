import type { History } from '../src/history/history.ts';
import { defineScenario } from '../src/scenario/define-scenario.ts';

/** How many workers ever ran a task. */
const workersOf = ({ events }: History): number =>
  new Set(events.flatMap((event) => (event.kind === 'started' ? [event.worker] : []))).size;

const log = { claims: 'partitioned-log', pool: 'blocking', workers: 10 };

export default defineScenario({
  id: 'log-idle-workers',
  title: 'Ten workers, three partitions, seven spectators',
  source: 'found by simulation: xqueue-0.0.5, reasons for the choice',
  story:
    'Sixty emails of 1 s without a limit, ten workers. The document plans to exchange Redis Streams for Kafka and to leave the rest as it ' +
    'is. A worker that was a consumer of the stream becomes a consumer of a topic with three partitions.',
  mechanism:
    'Streams deal out entries, one by one, to whoever asks; Kafka deals out partitions, each to one consumer.\n' +
    'Consumers beyond the partitions are idle, and the fullest partition ends last.',
  workload: {
    types: { email: { handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 60, atMs: 300 }],
  },
  designs: [
    log,
    { ...log, id: 'log/10-partitions', claimParameters: { partitions: 10 } },
    { ...log, id: 'log/by-type', claimParameters: { keyBy: 'type' } },
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'work-conserving'],
  expectations: [
    {
      id: 'nothing-else-changes',
      documented: 'the concepts are entirely those of Kafka: migration is smooth, only the bottom layer is exchanged',
      on: {
        'three partitions': 'partitioned-log',
        'ten partitions': 'log/10-partitions',
        'three partitions, keyed by type': 'log/by-type',
      },
      verdict: 'refuted',
      why: 'Keyed by type, which keeps the order, one task runs at a time: the defect of 0.0.3 that Streams were to repair. As many partitions as workers help, and the fullest of them decides when it ends.',
      measure({ metrics, history }, other) {
        const before = other('stream-group').metrics;
        const working = workersOf(history);
        const [rate, rateBefore] = [metrics.throughputPerSecond, before.throughputPerSecond];
        return {
          measured: `${working} of 10 workers ever work, ${rate.toFixed(1)} tasks/s instead of ${rateBefore.toFixed(1)}`,
          confirmed: rate >= 0.9 * rateBefore,
        };
      },
    },
    {
      id: 'streams-use-all',
      documented: 'Streams: every worker gets tasks of its own',
      on: 'stream-group',
      measure({ history }) {
        const working = workersOf(history);
        return { measured: `${working} of 10 workers work`, confirmed: working === 10 };
      },
    },
  ],
});
