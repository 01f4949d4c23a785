import type { ScenarioResult } from '../scenario/result.ts';
import { type Canvas, palette } from './palette.ts';
import type { SeedsResult } from './seeds.ts';
import { isAsExpected } from './verdict.ts';
import { wrap } from './wrap.ts';

/** What broke in one run, or on several seeds of it. */
interface Breach {
  readonly invariant: string;
  readonly design: string;
  /** The first seed that shows it. */
  readonly seed: number;
  readonly story: string;
  /** `and 8 more`; empty where there is nothing more to say. */
  readonly rest: string;
}

/**
 * For each scenario that did not come out as it stands by: its violated invariants, the first violation of each in words, and the
 * command that shows them again. Empty where all came out as expected. No final line break.
 *
 * @param argumentOf what the command line calls a scenario: its id, or the path of its file
 */
export function unexpectedViolations(
  results: readonly (ScenarioResult | SeedsResult)[],
  canvas: Canvas,
  argumentOf: (scenario: string) => string = (id) => id,
): string {
  const { bad, strong, faint } = palette(canvas.colour);
  const blocks = results.flatMap((result) => {
    if (result.expectations.every(isAsExpected)) return [];
    return breaches(result).map(({ invariant, design, seed, story, rest }) =>
      [
        `${bad(`✗ ${invariant}`)}   ${strong(`${result.scenario} × ${design}`)}   ${faint(`seed ${seed}`)}`,
        ...wrap(`${story}${rest}`, canvas.width - 2).map((line) => `  ${line}`),
        `  ${faint(`replay   ${replay(argumentOf(result.scenario), result, design, seed)}`)}`,
      ].join('\n'),
    );
  });
  return blocks.join('\n\n');
}

/** Not wrapped: it is there to be copied. */
function replay(
  scenario: string,
  { backend, timeScale }: Pick<ScenarioResult, 'backend' | 'timeScale'>,
  design: string,
  seed: number,
): string {
  const on = backend === 'sim' ? '' : ` --backend ${backend} --time-scale ${timeScale}`;
  return `npx windtunnel scenario ${quoted(scenario)} --design ${quoted(design)} --seed ${seed}${on}`;
}

function quoted(argument: string): string {
  return /^[\w./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

function breaches(result: ScenarioResult | SeedsResult): Breach[] {
  if ('seeds' in result) {
    return result.runs.flatMap(({ design, invariants }) =>
      invariants.flatMap(({ id, violatedIn, ofSeeds, firstViolatedSeed, firstViolation }) =>
        firstViolatedSeed === null
          ? []
          : [
              {
                invariant: id,
                design,
                seed: firstViolatedSeed,
                story: firstViolation ?? '',
                rest: ` (violated on ${violatedIn} of ${ofSeeds} seeds)`,
              },
            ],
      ),
    );
  }
  return result.runs.flatMap(({ design, invariants }) =>
    invariants
      .filter(({ verdict }) => verdict === 'violated')
      .map(({ id, violations: [first, ...others] }) => ({
        invariant: id,
        design,
        seed: result.seed,
        story: first?.message ?? '',
        rest: others.length === 0 ? '' : ` (and ${others.length} more)`,
      })),
  );
}
