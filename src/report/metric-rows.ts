import type { Metrics, Signals } from '../metrics/metrics.ts';
import type { RunResult } from '../scenario/result.ts';
import { figure, percentage, spreadFigure, spreadPercentage } from './figure.ts';
import type { Spread, SpreadRun } from './seeds.ts';

/** A metric of every run of a scenario, in words: one text for each run, in their order. */
export interface MetricRow {
  readonly label: string;
  readonly values: readonly string[];
}

type Value = number | Spread | null | undefined;
interface Format {
  readonly one: (value: number) => string;
  readonly spread: (spread: Spread) => string;
}

const PLAIN: Format = { one: figure, spread: spreadFigure };
const SHARE: Format = { one: percentage, spread: spreadPercentage };

type Occasional = 'queries' | 'pickUpMs' | 'signals' | 'sqlStatements';

interface AnyMetrics {
  readonly metrics: Readonly<Record<keyof Omit<Metrics, Occasional>, unknown>> & {
    readonly [K in Occasional]?: unknown;
  };
}

const NONE = '–';
/** On several seeds `12.5 (11–14)`: the median, the least and the most. */
function show(value: Value, format: Format): string {
  if (value === null || value === undefined) return NONE;
  return typeof value === 'number' ? format.one(value) : format.spread(value);
}

/** Left out where they are nought on every run: most workloads neither cancel tasks nor let them time out. */
const RARE = ['canceled', 'timed out', 'signals', 'signals dropped', 'signals drained', 'signals ignored'];

/** Rows that the runs have no value for (queries, where nothing queries; latencies, without tasks) are left out. */
export function metricRows(runs: readonly RunResult[] | readonly SpreadRun[]): MetricRow[] {
  const all: readonly AnyMetrics[] = runs;
  const row = (
    label: string,
    pick: (metrics: AnyMetrics['metrics']) => unknown,
    format: Format = PLAIN,
  ): MetricRow => ({
    label,
    values: all.map(({ metrics }) => show(pick(metrics) as Value, format)),
  });
  const quantile = (latency: unknown, name: 'p50' | 'p90' | 'p99' | 'max') =>
    (latency as Record<string, unknown> | undefined)?.[name];
  const signals = (name: keyof Signals) => (metrics: AnyMetrics['metrics']) =>
    (metrics.signals as Record<string, unknown> | undefined)?.[name];
  const types = [...new Set(all.flatMap(({ metrics }) => Object.keys(metrics.concurrency as object)))].sort();
  const concurrency = (type: string) => (metrics: AnyMetrics['metrics']) =>
    (metrics.concurrency as Record<string, Record<string, unknown>>)[type];
  const resizes = row('resizes', (metrics) => metrics.resizes);
  // Where no pool sizes itself, their number is a parameter.
  const workers = resizes.values.every((value) => value === '0')
    ? []
    : [
        row('workers, mean', (metrics) => (metrics.workers as Record<string, unknown>).mean),
        row('workers, most', (metrics) => (metrics.workers as Record<string, unknown>).max),
        resizes,
      ];
  const rows = [
    row('submitted', ({ submitted }) => submitted),
    row('completed', ({ completed }) => completed),
    row('failed', ({ failed }) => failed),
    row('canceled', ({ canceled }) => canceled),
    row('timed out', ({ timedOut }) => timedOut),
    row('lost', ({ lost }) => lost),
    row('duplicated', ({ duplicated }) => duplicated),
    row('throughput, tasks/s', ({ throughputPerSecond }) => throughputPerSecond),
    row('queue wait p50, ms', ({ queueWaitMs }) => quantile(queueWaitMs, 'p50')),
    row('queue wait p99, ms', ({ queueWaitMs }) => quantile(queueWaitMs, 'p99')),
    row('end to end p50, ms', ({ endToEndMs }) => quantile(endToEndMs, 'p50')),
    row('end to end p99, ms', ({ endToEndMs }) => quantile(endToEndMs, 'p99')),
    row('pick-up p50, ms', ({ pickUpMs }) => quantile(pickUpMs, 'p50')),
    row('pick-up max, ms', ({ pickUpMs }) => quantile(pickUpMs, 'max')),
    ...types.flatMap((type) => [
      row(`${type} at once, mean`, (metrics) => concurrency(type)(metrics)?.mean),
      row(`${type} at once, most`, (metrics) => concurrency(type)(metrics)?.max),
      row(`${type} at once, limit`, (metrics) => concurrency(type)(metrics)?.limit),
    ]),
    ...workers,
    row('worker utilisation', ({ utilisation }) => utilisation, SHARE),
    row('commands per task', ({ commandsPerTask }) => commandsPerTask),
    row('conflicts per task', ({ conflictsPerTask }) => conflictsPerTask),
    row('empty polls', ({ emptyPolls }) => emptyPolls),
    row('signals', signals('sent')),
    row('signals dropped', signals('dropped')),
    row('signals drained', signals('drained')),
    row('signals ignored', signals('ignored')),
    row('queries', ({ queries }) => queries),
    row('SQL statements', ({ sqlStatements }) => sqlStatements),
    row('Redis utilisation', ({ redisUtilisation }) => redisUtilisation, SHARE),
  ];
  const noTasks = rows[0]?.values.every((submitted) => submitted === '0') ?? true;
  return rows.filter(({ label, values }) =>
    values.some((value) => value !== NONE && !((noTasks || RARE.includes(label)) && /^0( %)?$/.test(value))),
  );
}

/** How an invariant came out on each run, in the order of the runs. */
export interface InvariantRow {
  readonly label: string;
  readonly values: readonly { readonly text: string; readonly violated: boolean }[];
}

export function invariantRows(runs: readonly RunResult[] | readonly SpreadRun[]): InvariantRow[] {
  const all: readonly (RunResult | SpreadRun)[] = runs;
  const ids = [...new Set(all.flatMap(({ invariants }) => invariants.map(({ id }) => id)))];
  return ids.map((id) => ({
    label: id,
    values: all.map(({ invariants }) => {
      const judgement = invariants.find((invariant) => invariant.id === id);
      if (judgement === undefined) return { text: NONE, violated: false };
      if ('violatedIn' in judgement) {
        const { violatedIn, ofSeeds } = judgement;
        if (violatedIn === 0) return { text: '✓ holds', violated: false };
        return { text: `✗ violated on ${violatedIn} of ${ofSeeds}`, violated: true };
      }
      if (judgement.verdict === 'holds') return { text: '✓ holds', violated: false };
      return { text: `✗ violated ${judgement.violations.length} ×`, violated: true };
    }),
  }));
}
