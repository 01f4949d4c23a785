import type { Command } from 'commander';
import { exploreExhaustively, type SmallScopeProgress } from '../explore/explore-exhaustively.ts';
import { SCHEDULES } from '../explore/schedules/index.ts';
import { counted } from '../report/counted.ts';
import { exhaustionText } from '../report/exhaustion.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { writeFindings } from './findings.ts';
import { canvas, print, progress } from './output.ts';

/** What of `windtunnel explore` an exhaustive search goes by. */
export interface ExhaustiveOptions {
  readonly seed: number;
  readonly design?: readonly string[];
  readonly workers?: number;
  readonly tasks?: number;
  readonly limit?: number;
  readonly faults?: readonly string[];
  readonly maxFaults?: number;
  readonly down?: number;
  readonly time?: number;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly out: string;
}

export const EXHAUSTIVE = 'exhaustive';
export const SCHEDULE_NAMES: readonly string[] = [...SCHEDULES.map(({ name }) => name), EXHAUSTIVE];
/** Without `--time`: nobody knows beforehand how many schedules there are. */
const TIME_MS = 60_000;

const FOR_DRAWN = ['seeds', 'jobs', 'shard', 'twice'] as const;
const FOR_EXHAUSTIVE = ['workers', 'tasks', 'limit', 'down'] as const;

/** Refuses a schedule that there is not, and what makes no sense with one. @throws UsageError */
export function assertFits(command: Command, schedule: string): void {
  const given = (option: string) => command.getOptionValueSource(option) === 'cli';
  const isExhaustive = schedule === EXHAUSTIVE;
  if (!SCHEDULE_NAMES.includes(schedule)) {
    throw new UsageError(`there is no schedule '${schedule}'; there are: ${SCHEDULE_NAMES.join(', ')}`);
  }
  const drawn = isExhaustive ? FOR_DRAWN.find(given) : undefined;
  if (drawn !== undefined) {
    throw new UsageError(
      `--${drawn} means nothing to --schedule exhaustive, which visits every schedule: leave it out`,
    );
  }
  const chosen = isExhaustive ? undefined : FOR_EXHAUSTIVE.find(given);
  if (chosen !== undefined) {
    throw new UsageError(`--${chosen} is for small scopes: add --schedule exhaustive, or leave it out`);
  }
  if (given('maxFaults') && !given('faults')) {
    throw new UsageError('--max-faults says how many, and not which: add --faults, as in --faults crash');
  }
}

/** `windtunnel explore --schedule exhaustive` */
export async function exploreAll(scenario: string, options: ExhaustiveOptions): Promise<ExitCode> {
  const startMs = performance.now();
  const { design, workers, tasks, limit, faults, maxFaults, down, all = false, seed } = options;
  const exploration = await exploreExhaustively(scenario, {
    seed,
    all,
    timeMs: options.time ?? TIME_MS,
    onProgress: (state) => progress(progressLine(state, performance.now() - startMs)),
    ...(design !== undefined && { designs: design }),
    ...(workers !== undefined && { workers }),
    ...(tasks !== undefined && { tasks }),
    ...(limit !== undefined && { limit }),
    ...(faults !== undefined && { faults }),
    ...(maxFaults !== undefined && { maxFaults }),
    ...(down !== undefined && { downMs: down }),
  });
  progress('');
  const files = writeFindings(exploration, options.out);
  print(
    options.json
      ? `${JSON.stringify(exploration, undefined, 2)}\n`
      : `${exhaustionText(exploration, canvas(), files)}\n`,
  );
  return exploration.designs.some(({ verdict }) => verdict === 'violated') ? EXIT.unexpected : EXIT.success;
}

function progressLine(
  { design, schedules, pruned, violations, shrinking }: SmallScopeProgress,
  elapsedMs: number,
): string {
  const rate = elapsedMs > 0 ? Math.round((schedules + pruned) / (elapsedMs / 1000)) : 0;
  return [
    `${design}: ${counted(schedules, 'schedule')}`,
    `${rate} runs/s`,
    counted(violations, 'finding'),
    ...(shrinking === undefined ? [] : [`shrinking, run ${shrinking}`]),
  ].join(', ');
}
