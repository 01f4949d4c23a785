import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import type { Finding, RecordedEvent } from '../explore/finding.ts';
import { readInterleaving } from '../explore/interleaving-finding.ts';
import { type Replay, readFinding, replay } from '../explore/replay.ts';
import { findingText } from '../report/finding.ts';
import { type Canvas, palette } from '../report/palette.ts';
import { eventInWords } from '../report/story.ts';
import { timelineSvg } from '../report/timeline.ts';
import { wrap } from '../report/wrap.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { canvas, print } from './output.ts';
import { replayInterleavingCommand } from './replay-interleaving.ts';
import { writeReports } from './report-folder.ts';

interface ReplayOptions {
  readonly timeline?: boolean | string;
  readonly json?: boolean;
}

/** Adds `windtunnel replay` to the program. */
export function addReplayCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('replay')
    .description('run a finding again: exits 1 while its invariant still breaks, 0 when it holds')
    .argument('<file>', 'a finding, as explore has written it')
    .option('--timeline [file]', 'draw it as SVG (default: beside the finding)')
    .option('--json', 'print one JSON object and nothing else')
    .action(async (file: string, options: ReplayOptions) => finish(await replayCommand(file, options)));
}

async function replayCommand(file: string, options: ReplayOptions): Promise<ExitCode> {
  const interleaving = readInterleaving(file);
  if (interleaving !== undefined) return replayInterleavingCommand(interleaving, file, options);
  const before = readFinding(file);
  const again = await replay(before);
  const now = asOf(before, again);
  const timeline = typeof options.timeline === 'string' ? options.timeline : `${file.replace(/\.json$/, '')}.svg`;
  if (options.timeline) writeReports(dirname(timeline), new Map([[basename(timeline), timelineSvg(now)]]));
  const { violation, others, historyHash, isSame, divergence } = again;
  const isBroken = violation !== undefined || others.length > 0;
  if (options.json) {
    const verdict = isBroken ? 'violated' : 'holds';
    const seen = { verdict, isSame, historyHash, violation, others, divergence };
    print(`${JSON.stringify({ file, invariant: before.invariant, ...seen }, undefined, 2)}\n`);
  } else {
    const text = [
      violation === undefined ? past(before, canvas()) : findingText(now, canvas()),
      '',
      ...comparison(before, again),
      ...(options.timeline ? [`timeline in ${timeline}`] : []),
    ];
    print(`${text.join('\n')}\n`);
  }
  return isBroken ? EXIT.unexpected : EXIT.success;
}

/** What was found, where it does not happen any more. */
function past({ scenario, design, spec, message }: Finding, { width, colour }: Canvas): string {
  const { strong, faint } = palette(colour);
  const head = `${strong(`${scenario} × ${design}`)}   ${faint(`seed ${spec.seed}`)}`;
  return [head, ...wrap(`it was: ${message}`, width - 2).map((line) => `  ${line}`)].join('\n');
}

/** The finding with what happens now. */
function asOf(finding: Finding, { violation, history, answers, messages, historyHash }: Replay): Finding {
  const events = history.events.map(
    (event, index): RecordedEvent => ({ ...event, timeUs: history.timesUs[index] as number }),
  );
  return {
    ...finding,
    ...(messages !== undefined && { messages }),
    events,
    answers,
    historyHash,
    message: violation?.message ?? finding.message,
    proof: violation?.events ?? [],
  };
}

function comparison(before: Finding, { violation, others, historyHash, isSame, divergence }: Replay): string[] {
  const on = canvas();
  const { good, bad, mixed } = palette(on.colour);
  const { windtunnel, node } = before.versions;
  const same = isSame
    ? `the very same run: history ${historyHash}`
    : `another history than before: ${historyHash}, it was ${before.historyHash} (windtunnel ${windtunnel}, Node.js ${node})`;
  const first =
    divergence === undefined
      ? 'its events are the same, what happened between them is not'
      : `first different at event ${divergence.index}: it was ${eventInWords(divergence.first)}, it is ${eventInWords(divergence.second)}`;
  const where = isSame ? [] : [first];
  const verdict =
    violation !== undefined
      ? bad(`${before.invariant} still breaks in the same way`)
      : others.length > 0
        ? mixed(`${before.invariant} breaks, but in another way: ${others[0]?.message}`)
        : good(`${before.invariant} holds in this run now`);
  return [...[same, ...where].flatMap((line) => wrap(line, on.width)), verdict];
}
