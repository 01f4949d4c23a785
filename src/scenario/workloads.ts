import type { QueueWorkload } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/** A workload with a name, to try any design on. */
export interface NamedWorkload {
  readonly id: string;
  readonly source: string;
  readonly summary: string;
  readonly workload: QueueWorkload;
}

const example = { limit: 3, handlerMs: 5000 };
const email = { limit: 5, handlerMs: 1000 };

/** Workloads for `windtunnel run` and the grid: those of the documents first. */
export const WORKLOADS: readonly NamedWorkload[] = [
  {
    id: 'email-burst',
    source: 'xqueue-0.0.4, bug 2',
    summary: '39 emails at once, 1 s each, five at a time',
    workload: { types: { email }, arrivals: [{ type: 'email', count: 39, atMs: 300 }] },
  },
  {
    id: 'example-dozen',
    source: 'xqueue-0.0.4, task loss',
    summary: '12 example tasks at once, 5 s each, three at a time',
    workload: { types: { example }, arrivals: [{ type: 'example', count: 12, atMs: 300 }] },
  },
  {
    id: 'acceptance',
    source: 'xqueue-0.0.4, verification of the repair',
    summary: '10 example and 10 email tasks at once',
    workload: {
      types: { example, email },
      arrivals: [
        { type: 'example', count: 10, atMs: 300 },
        { type: 'email', count: 10, atMs: 300 },
      ],
    },
  },
  {
    id: 'mixed-minute',
    source: 'windtunnel',
    summary: 'three types for a minute, two of them near their limits, one without; handlers of varying length',
    workload: {
      types: {
        example: { limit: 3, handlerMs: [3000, 7000] },
        email: { limit: 5, handlerMs: [500, 1500] },
        report: { handlerMs: [50, 150] },
      },
      arrivals: [
        { type: 'example', count: 33, atMs: 300, everyMs: 1800 },
        { type: 'email', count: 240, atMs: 350, everyMs: 250 },
        { type: 'report', count: 100, atMs: 400, everyMs: 600 },
      ],
    },
  },
  {
    id: 'hot-type',
    source: 'xqueue-0.0.5, solution one (hot spots)',
    summary: '90 emails and 6 example tasks at once: one type is nearly all of it',
    workload: {
      types: { example, email },
      arrivals: [
        { type: 'email', count: 90, atMs: 300 },
        { type: 'example', count: 6, atMs: 300 },
      ],
    },
  },
  {
    id: 'trickle',
    source: 'xqueue-changelog, 0.0.5, performance table',
    summary: 'an email every 1.7 s: workers are idle nearly always',
    workload: { types: { email }, arrivals: [{ type: 'email', count: 60, everyMs: 1700, atMs: 300 }] },
  },
];

/** @throws UsageError */
export function namedWorkload(id: string): NamedWorkload {
  const found = WORKLOADS.find((entry) => entry.id === id);
  if (found) return found;
  throw new UsageError(`there is no workload '${id}'; there are: ${WORKLOADS.map((entry) => entry.id).join(', ')}`);
}
