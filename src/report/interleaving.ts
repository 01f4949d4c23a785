import type { InterleavingFinding } from '../explore/interleaving-finding.ts';
import type { Sizes } from '../explore/interleaving-run.ts';
import type { DesignInterleavings, InterleavingExploration } from '../explore/interleaving-search.ts';
import { type Step, UNNAMED } from '../simulation/trace.ts';
import { code, escaped } from './markdown-text.ts';
import { type Canvas, palette } from './palette.ts';
import { storyOf } from './story.ts';
import { wrap } from './wrap.ts';

/** Lines that a person reads; a longer story leaves out what nobody else could see, and then its middle. */
const LINES_MAX = 48;
/** What still happens after the last event that proves it: of a longer story no more than this. */
const AFTERMATH = 8;
const MARK = '⇄';

interface Line {
  readonly who: string;
  readonly what: string;
  readonly step: Step;
  readonly isProof: boolean;
}

/** A finding as it is printed: what is broken, in which smallest workload, who does what in turn, and how to see it again. */
export function interleavingText(finding: InterleavingFinding, canvas: Canvas, file?: string): string {
  const { bad, strong, faint } = palette(canvas.colour);
  const head = [
    bad(`✗ ${finding.invariant}`),
    strong(`${finding.scenario} × ${finding.design}`),
    faint(preemptions(finding)),
    faint(`(${shrunkTo(finding)})`),
  ];
  const notes = [
    ...(finding.isPromised ? [] : ['the scenario asks for it, the design does not promise it']),
    ...(finding.isMinimal ? [] : ['shrinking was given up: something may yet be removed']),
  ];
  const message = `${finding.message}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
  return [
    head.join('   '),
    ...wrap(message, canvas.width - 2).map((line) => `  ${line}`),
    '',
    ...story(finding, canvas),
    ...(file === undefined ? [] : ['', `   ${faint(`replay     npx windtunnel replay ${file}`)}`]),
  ].join('\n');
}

/** The same for a page: a paragraph, and the story as it is. Markdown. */
export function interleavingMarkdown(finding: InterleavingFinding): string {
  const { invariant, design, message } = finding;
  const told = story(finding, { width: 120, colour: false }).map((line) => line.replace(/^ {3}/, ''));
  return [
    `${code(design)} breaks ${code(invariant)} with ${preemptions(finding)} (${shrunkTo(finding)}): ${escaped(message)}.`,
    `\`\`\`\n${told.join('\n')}\n\`\`\``,
  ].join('\n\n');
}

/** What a search says: its findings, then a line for each design. No final line break. */
export function interleavingsText(
  exploration: InterleavingExploration,
  canvas: Canvas,
  files: ReadonlyMap<string, string> = new Map(),
): string {
  const { good, bad, mixed, strong, faint } = palette(canvas.colour);
  const { designs, scenario, seed } = exploration;
  const width = Math.max(...designs.map(({ design }) => design.length));
  const paint = { holds: good, violated: bad, inconclusive: mixed };
  const mark = { holds: '✓', violated: '✗', inconclusive: '?' };
  return [
    ...designs.flatMap(({ findings }) =>
      findings.map((finding) => `${interleavingText(finding, canvas, files.get(finding.id))}\n`),
    ),
    ...designs.flatMap((found) => {
      const { design, verdict } = found;
      const [first = '', ...rest] = wrap(visited(found), canvas.width - width - 20);
      return [
        `${strong(design.padEnd(width))}   ${paint[verdict](`${mark[verdict]} ${verdict.padEnd('inconclusive'.length)}`)}   ${faint(first)}`,
        ...rest.map((line) => `${' '.repeat(width + 20)}${faint(line)}`),
      ];
    }),
    ...wrap(
      `${scenario}: seed ${seed}; every order of shared accesses that few delays can make, fewest first`,
      canvas.width,
    ).map(faint),
  ].join('\n');
}

/** `all 3689 schedules with at most 3 delays visited, 0 violations` */
export function visited({ schedules, complete, violating }: DesignInterleavings): string {
  const violations =
    violating === 1 ? 'a violation in 1' : violating > 1 ? `a violation in ${number(violating)}` : '0 violations';
  const whole = schedules.slice(0, complete + 1).reduce((sum, count) => sum + count, 0);
  const beyond = schedules.slice(complete + 1).reduce((sum, count) => sum + count, 0);
  const all =
    complete === 0 ? 'the schedule without delays' : `all ${number(whole)} schedules with at most ${delays(complete)}`;
  if (beyond === 0) return `${all} visited, ${violations}`;
  const more = `${number(beyond)} of those with ${complete + 1}`;
  return complete < 0 ? `${more} visited, ${violations}` : `${all} and ${more} visited, ${violations}`;
}

/** `3,689` */
function number(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function delays(count: number): string {
  return count === 1 ? '1 delay' : `${count} delays`;
}

function preemptions({ spec }: InterleavingFinding): string {
  const { length } = spec.delays;
  return length === 0 ? 'no preemption' : length === 1 ? '1 preemption' : `${length} preemptions`;
}

/** `shrunk: 6 tasks → 2, 2 callers`, and the design's own numbers where they are smaller. */
function shrunkTo({ found, spec }: InterleavingFinding): string {
  const parts = (['tasks', 'callers'] as const).map((axis) => {
    const [before, after] = [total(axis, found.sizes), total(axis, spec.sizes)];
    const noun = before === 1 ? axis.slice(0, -1) : axis;
    return before === after ? `${before} ${noun}` : `${before} ${noun} → ${after}`;
  });
  const own = Object.entries(found.sizes).flatMap(([name, before]) => {
    const after = spec.sizes[name];
    return name.includes(' ') || before === after ? [] : [`${name} ${before} → ${after}`];
  });
  return `shrunk: ${[...parts, ...own].join(', ')}`;
}

/** Of all groups of posts; callers of those that are left. */
function total(axis: 'tasks' | 'callers', sizes: Sizes): number {
  return Object.entries(sizes).reduce((sum, [name, size]) => {
    const [of, group] = name.split(' ');
    const tasks = sizes[`tasks ${group}`] ?? 0;
    return of === axis ? sum + Math.min(size, tasks) : sum;
  }, 0);
}

function story(finding: InterleavingFinding, { colour }: Canvas): string[] {
  const { faint, strong, mixed } = palette(colour);
  const tasks = new Set(finding.proof.flatMap((index) => taskOf(finding.events[index])));
  const { shown, left } = shortened(linesOf(finding), tasks);
  const whoWidth = Math.max('who'.length, ...shown.map(({ who }) => who.length));
  const last = shown.findLast(({ isProof }) => isProof);
  const rows = shown.map((line, index) => {
    const isSwitch = line.step.kind === 'switch';
    const text = isSwitch ? mixed(line.what) : line === last ? `${strong(line.what)}   ←` : line.what;
    const gap = index === left.after && left.count > 0 ? [`   ${faint(`… ${left.count} steps …`)}`] : [];
    return [...gap, `   ${isSwitch ? MARK : ' '} ${line.who.padEnd(whoWidth)}   ${text}`];
  });
  return [`     ${faint(`${'who'.padEnd(whoWidth)}   what`)}`, ...rows.flat(), `   ${strong(`= ${finding.message}`)}`];
}

function shortened(
  lines: readonly Line[],
  tasks: ReadonlySet<string>,
): {
  readonly shown: readonly Line[];
  readonly left: { readonly after: number; readonly count: number };
} {
  let shown = withoutIdle(withoutPlainLocks(lines));
  if (shown.length > LINES_MAX) shown = shown.slice(0, shown.findLastIndex(({ isProof }) => isProof) + AFTERMATH);
  for (const fewer of [withoutPlumbing, (all: readonly Line[]) => onlyOf(tasks, all)]) {
    if (shown.length > LINES_MAX) shown = fewer(shown);
  }
  if (shown.length <= LINES_MAX) return { shown, left: { after: 0, count: 0 } };
  const half = LINES_MAX / 2;
  const ends = [...shown.slice(0, half), ...shown.slice(-half)];
  return { shown: ends, left: { after: half, count: shown.length - LINES_MAX } };
}

/** Of a very long story: what is about the tasks in question, and what befell everybody. */
function onlyOf(tasks: ReadonlySet<string>, lines: readonly Line[]): Line[] {
  return lines.filter(({ what, step }) => {
    const named = what.match(/\bt\d+(\.\d+)*\b/g) ?? [];
    return step.kind === 'switch' || named.length === 0 || named.some((task) => tasks.has(task));
  });
}

/** A critical section that nobody else came to wait for is told by what was done in it. */
function withoutPlainLocks(lines: readonly Line[]): Line[] {
  const plain = new Set<Line>();
  for (const [index, line] of lines.entries()) {
    if (!isAccess(line, 'lock')) continue;
    let end = index + 1;
    while (lines[end]?.who === line.who && lines[end]?.step.kind !== 'switch' && !isAccess(lines[end], 'unlock')) end++;
    const unlock = lines[end];
    if (!isAccess(unlock, 'unlock') || unlock?.who !== line.who) continue;
    plain.add(line).add(unlock);
  }
  return lines.filter((line) => !plain.has(line));
}

/** Without threads that only ever wait. */
function withoutIdle(lines: readonly Line[]): Line[] {
  const busy = new Set(
    lines.flatMap((line) =>
      ['lock', 'unlock', 'wait'].some((operation) => isAccess(line, operation)) ? [] : [line.who],
    ),
  );
  return lines.filter(({ who }) => busy.has(who));
}

/** Of a long story: what was reported, what was done to guarded things, and what stands beside a switch. */
function withoutPlumbing(lines: readonly Line[]): Line[] {
  const isSwitch = (line: Line | undefined) => line?.step.kind === 'switch';
  return lines.filter((line, index) => {
    if (line.step.kind !== 'access') return true;
    if (isSwitch(lines[index - 1]) || isSwitch(lines[index + 1])) return true;
    const { given, answer, waits } = line.step;
    return (
      !waits &&
      (given !== '' || answer !== '') &&
      given !== UNNAMED &&
      answer !== UNNAMED &&
      GUARDED.some((operation) => isAccess(line, operation))
    );
  });
}

/** Calls of plain objects, which are what a program is about: its locks and counters are how it goes about it. */
const GUARDED = ['has', 'get', 'set', 'delete', 'save', 'insert', 'takeOver', 'updateStatus', 'list', 'push', 'pop'];

function isAccess(line: Line | undefined, operation: string): boolean {
  return line?.step.kind === 'access' && line.step.operation === operation;
}

function linesOf(finding: InterleavingFinding): Line[] {
  const { steps, events, proof } = finding;
  const told = new Map(storyOf(events).map(({ indices: [index], who, what }) => [index, { who, what }]));
  let timeUs = 0;
  return steps.flatMap((step): Line[] => {
    if (step.kind === 'switch') {
      return [{ who: step.who, what: `is stopped before ${step.before}`, step, isProof: false }];
    }
    if (step.kind === 'access') return [{ who: step.who, what: accessInWords(step), step, isProof: false }];
    const event = events[step.event];
    if (event === undefined) return [];
    const what = ownWords(event) ?? told.get(step.event)?.what;
    if (what === undefined) return [];
    // Time stands still while goroutines run.
    const when = event.timeUs === timeUs ? '' : `, at ${event.timeUs / 1000} ms`;
    timeUs = event.timeUs;
    const who = 'host' in event ? String(event.host) : step.who;
    return [{ who, what: `${what}${when}`, step, isProof: proof.includes(step.event) }];
  });
}

function accessInWords({ variable, operation, given, answer, waits }: Step & { readonly kind: 'access' }): string {
  const call = `${variable}.${operation}(${given})`;
  if (waits) return `${call} … waits`;
  if (answer !== '') return `${call} → ${answer}`;
  return ASKS.includes(operation) ? `${call} → nothing` : call;
}

/** What answers with nothing where there is nothing. */
const ASKS = ['pop', 'peek', 'get', 'receive'];

/** What a goroutine reports of itself, where the story of a queue would say it otherwise, or not at all. */
function ownWords(event: InterleavingFinding['events'][number]): string | undefined {
  switch (event.kind) {
    case 'submitting':
      return `posts ${event.task}${event.dueInMs === undefined ? '' : `, due in ${event.dueInMs} ms`}`;
    case 'submitted':
      return `${event.task} is accepted`;
    case 'refused':
      return `${event.task} is refused: ${event.reason}`;
    case 'cancel-requested':
      return `wants ${event.task} stopped`;
    case 'panicked':
      return `dies: ${event.error}`;
    case 'shutdown':
      return { begun: 'shuts the runner down', drained: 'says that all is done', forced: 'throws away what is left' }[
        event.phase
      ];
    default:
      return undefined;
  }
}

function taskOf(event: object | undefined): string[] {
  return event !== undefined && 'task' in event ? [event.task as string] : [];
}
