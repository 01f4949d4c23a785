import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const PROCESSES = [1, 2, 4, 8];
const nameOf = (processes: number): string => (processes === 1 ? '1 process' : `${processes} processes`);
const commands = ({ metrics }: RunResult): string => metrics.commandsPerTask?.toFixed(0) ?? '–';
const emptyPollsPerTask = ({ metrics }: RunResult): number => metrics.emptyPolls / metrics.submitted;

export default defineScenario({
  id: 'events-herd',
  title: 'Eight processes run for every task, and one of them gets it',
  source: 'found by simulation: xqueue-0.0.4, solution one',
  story:
    'An email of 100 ms every half second. Workers are on one, two, four or eight processes, one on each. An event tells of every task, ' +
    'and it goes to every process: the channel of the document lives in one.',
  mechanism:
    'Each event makes every process claim, and all but one for nothing; each keeps what it did not get,\n' +
    'and tries it again when a task of its own has ended. Useless claims grow with processes, and not with work.',
  workload: {
    types: { email: { limit: 5, handlerMs: 100 } },
    arrivals: [{ type: 'email', count: 60, atMs: 300, everyMs: 500 }],
  },
  environment: { processes: 8 },
  designs: [
    ...PROCESSES.map((workers) => ({ id: nameOf(workers), claims: 'atomic-script', pool: 'event-driven', workers })),
    { id: '8, Streams', claims: 'stream-group', pool: 'blocking', workers: 8 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'best-use-of-resources',
      documented: 'best use of resources (implied: one claim for each event, however many processes there are)',
      on: '8 processes',
      verdict: 'refuted',
      why: 'Published to all, an event is answered by all. Only one process is free of it.',
      measure(run, other) {
        const perTask = PROCESSES.map((count) => emptyPollsPerTask(other(nameOf(count))));
        return {
          measured: `useless claims per task with ${PROCESSES.join(', ')} processes: ${perTask.map((claims) => claims.toFixed(1)).join(', ')}`,
          confirmed: emptyPollsPerTask(run) < 1,
        };
      },
    },
    {
      id: 'no-delay',
      documented: 'dispatch without delay (< 10 ms)',
      on: '8 processes',
      needsTrueTime: true,
      measure: ({ metrics: { queueWaitMs } }) => ({
        measured: `at most ${queueWaitMs.max.toFixed(1)} ms`,
        confirmed: queueWaitMs.max < 10,
      }),
    },
    {
      id: 'one-consumer-gets-an-entry',
      source: 'xqueue-0.0.5, solution three',
      documented: 'Streams deal out entries by themselves, to one consumer each',
      on: '8, Streams',
      measure(run, other) {
        return {
          measured: `${emptyPollsPerTask(run).toFixed(1)} empty polls and ${commands(run)} commands per task, events ${commands(other('8 processes'))}`,
          confirmed: emptyPollsPerTask(run) < 1,
        };
      },
    },
  ],
});
