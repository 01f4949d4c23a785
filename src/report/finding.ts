import type { Finding } from '../explore/finding.ts';
import { faultInWords, holdInWords } from './fault-words.ts';
import { type Canvas, type Paint, palette } from './palette.ts';
import { idleEnd, isNamed, type StoryLine, storyOf } from './story.ts';
import { columnsOf, wrap } from './wrap.ts';

/** Lines of a story that a person reads; of a longer one, those of the tasks in question and of the faults. */
const LINES_MAX = 40;
/** Faults and holds that are named. */
const DISTURBANCES_MAX = 12;
/** In columns. */
const WHAT_MIN = 24;

/** Where a finding was written, as the reader calls it. */
export interface FindingFiles {
  readonly json: string;
  readonly test: string;
  readonly timeline?: string;
}

/** A finding as it is printed: what is broken, in which smallest run, what happens in it, and how to see it again. No final line break. */
export function findingText(finding: Finding, canvas: Canvas, files?: FindingFiles): string {
  const { bad, mixed, strong, faint } = palette(canvas.colour);
  const isBug = finding.verdict === 'violated';
  const seeds = finding.spec.seed === finding.found.seed ? '' : ` → ${finding.spec.seed}`;
  const head = [
    { text: `✗ ${finding.invariant}${isBug ? '' : ', out of contract'}`, paint: isBug ? bad : mixed },
    { text: `${finding.scenario} × ${finding.design}`, paint: strong },
    { text: `seed ${finding.found.seed}${seeds}`, paint: faint },
    { text: `(${shrunkTo(finding)})`, paint: faint },
  ];
  const notes = [
    ...(isBug || finding.spec.faults.length === 0 ? [] : ['the design does not claim to survive this']),
    ...(finding.isPromised ? [] : ['the scenario asks for it, the design does not promise it']),
    ...(finding.isMinimal ? [] : ['shrinking was given up: something may yet be removed']),
  ];
  return [
    ...inLines(head, canvas.width),
    ...wrap(`${finding.message}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`, canvas.width - 2).map(
      (line) => `  ${line}`,
    ),
    '',
    ...disturbances(finding).flatMap((line) =>
      wrap(line, canvas.width - 3, 2).map((part) => `   ${mixed(part)}`.trimEnd()),
    ),
    ...table(finding, canvas),
    '',
    ...(files === undefined
      ? []
      : [
          `   ${faint(`replay     npx windtunnel replay ${files.json}`)}`,
          `   ${faint(`test       ${files.test}`)}`,
          ...(files.timeline === undefined ? [] : [`   ${faint(`timeline   ${files.timeline}`)}`]),
        ]),
  ]
    .join('\n')
    .trimEnd();
}

/** Side by side as long as there is room; what has none goes on below, set in. */
function inLines(parts: readonly { readonly text: string; readonly paint: Paint }[], width: number): string[] {
  const lines: { readonly used: number; readonly text: string }[] = [];
  for (const { text, paint } of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.used + 3 + columnsOf(text) <= width) {
      lines[lines.length - 1] = { used: last.used + 3 + columnsOf(text), text: `${last.text}   ${paint(text)}` };
      continue;
    }
    const indent = last === undefined ? 0 : 2;
    for (const part of wrap(text, width - indent)) {
      lines.push({ used: indent + columnsOf(part), text: `${' '.repeat(indent)}${paint(part)}` });
    }
  }
  return lines.map(({ text }) => text);
}

/** `shrunk: 12 tasks → 2, 10 workers → 2`: what has become smaller, and what is left of the rest. */
function shrunkTo({ found, size }: Finding): string {
  const parts = (['tasks', 'workers', 'faults', 'holds', 'switches'] as const).flatMap((axis) => {
    const [before, after] = [found[axis], size[axis]];
    if (before === undefined || after === undefined || (before === 0 && after === 0)) return [];
    return [before === after ? `${before} ${noun(axis, before)}` : `${before} ${noun(axis, before)} → ${after}`];
  });
  return `shrunk: ${parts.join(', ')}`;
}

function noun(axis: string, count: number): string {
  if (count !== 1) return axis;
  return axis.replace(/(?<=ch)es$|s$/, '');
}

function disturbances({ spec }: Finding): string[] {
  const lines = [...spec.faults.map(faultInWords), ...spec.holds.map(holdInWords)];
  const more = lines.length - DISTURBANCES_MAX;
  const told = more > 1 ? [...lines.slice(0, DISTURBANCES_MAX), `and ${more} more`] : lines;
  return told.length > 0 ? [...told, ''] : [];
}

function table(finding: Finding, { colour, width }: Canvas): string[] {
  const { faint, strong } = palette(colour);
  const lines = withMessages(shown(finding), finding);
  if (lines.length === 0) return [];
  const times = lines.map((line) => (line === GAP ? '…' : `${(line.timeUs / 1000).toFixed(3)} ms`));
  const timeWidth = Math.max('time'.length, ...times.map(({ length }) => length));
  const whoWidth = Math.max('who'.length, ...lines.map(({ who }) => who.length));
  const room = Math.max(WHAT_MIN, width - timeWidth - whoWidth - 9);
  const last = lines.findLast(({ indices }) => indices.some((index) => finding.proof.includes(index)));
  const rows = lines.flatMap((line, row) => {
    const [first, ...rest] = wrap(line.what, room, 2) as [string, ...string[]];
    const paint = line === last ? strong : isAsked(line) ? faint : (text: string) => text;
    const what = [paint(first), ...rest.map((text) => `${' '.repeat(timeWidth + whoWidth + 6)}${paint(text)}`)];
    const head = [faint((times[row] as string).padStart(timeWidth)), line.who.padEnd(whoWidth)];
    const arrow = line === last ? '   ←' : '';
    return `${[...head, what.join('\n')].join('   ')}${arrow}`.split('\n');
  });
  return [faint(['time'.padEnd(timeWidth), 'who'.padEnd(whoWidth), 'what'].join('   ')), ...rows].map((row) =>
    `   ${row}`.trimEnd(),
  );
}

const GAP: StoryLine = { indices: [], timeUs: 0, who: '', what: '' };

/** What a person should read of the story, with gaps where something was left out. */
function shown(finding: Finding): readonly StoryLine[] {
  const { events, answers, proof } = finding;
  const story = storyOf(events, answers, proof.slice(-1)).filter(({ indices: [index] }) => {
    // Tokens come and go with every task: they are told of where they are what it is about.
    return index === undefined || events[index]?.kind.startsWith('token-') !== true || proof.includes(index);
  });
  const end = isUnended(finding) ? idleEnd(events) : undefined;
  return [...withGaps(story, proof, events), ...(end === undefined ? [] : [end])];
}

/** Of a long story what is about the tasks in question, and what went wrong; of that, if need be, the beginning and the end. */
function withGaps(story: readonly StoryLine[], proof: Finding['proof'], events: Finding['events']): StoryLine[] {
  if (story.length <= LINES_MAX) return [...story];
  const tasks = new Set(proof.flatMap((index) => taskOf(events[index])));
  const until = proof.at(-1) ?? Number.POSITIVE_INFINITY;
  const others = [...new Set(events.flatMap(taskOf))].filter((task) => !tasks.has(task));
  const isAbout = ({ what }: StoryLine): boolean =>
    tasks.size === 0 || [...tasks].some((task) => isNamed(task, what)) || !others.some((task) => isNamed(task, what));
  const about = story.filter(isAbout);
  const end = about.findIndex(({ indices: [index] }) => index !== undefined && index >= until);
  const from = Math.max(0, (end === -1 ? about.length : end + 1) - LINES_MAX / 2);
  const parts = [...about.slice(0, LINES_MAX / 4), ...about.slice(from, from + (LINES_MAX * 3) / 4)];
  const chosen = new Set(about.length <= LINES_MAX ? about : parts);
  return story.flatMap((line, at) => {
    if (chosen.has(line)) return [line];
    const before = story[at - 1];
    return before === undefined || chosen.has(before) ? [GAP] : [];
  });
}

/** Whether a task that it is about never ends: then what follows matters too. */
function isUnended({ events, proof }: Finding): boolean {
  const tasks = new Set(proof.flatMap((index) => taskOf(events[index])));
  for (const event of events) if (event.kind === 'finished') tasks.delete(event.task);
  return tasks.size > 0;
}

/** With what Redis was asked meanwhile, where that is known and short enough to be read. What a host asks in one go is one line. */
function withMessages(lines: readonly StoryLine[], { messages = [] }: Finding): readonly StoryLine[] {
  const all: StoryLine[] = [];
  let next = 0;
  for (const line of [...lines, undefined]) {
    let last: StoryLine | undefined;
    for (; next < messages.length; next++) {
      const { timeUs, before, host, text } = messages[next] as (typeof messages)[number];
      if (line?.indices[0] !== undefined && before > line.indices[0]) break;
      const [name = '', key = ''] = text.split(' ');
      if (WRAPPING.has(name)) continue;
      // The engine's scripts go by the names of their files.
      const what = `${name.includes('.') ? name : name.toUpperCase()} ${key}`.trim();
      if (last?.who !== host || last.timeUs !== timeUs) last = undefined;
      else all.pop();
      const asked: StoryLine = {
        indices: [],
        timeUs,
        who: host,
        what: last === undefined ? what : `${last.what}, ${what}`,
      };
      last = asked;
      all.push(asked);
    }
    if (line !== undefined) all.push(line);
  }
  return all.length <= LINES_MAX ? all : lines;
}

/** What a host asks of Redis is no event, and background; what Redis did unheard of is none either, and what matters. */
function isAsked({ indices, who }: StoryLine): boolean {
  return indices.length === 0 && who !== 'redis';
}

/** They say nothing that what they wrap does not. */
const WRAPPING: ReadonlySet<string> = new Set(['multi', 'exec']);

function taskOf(event: object | undefined): string[] {
  return event !== undefined && 'task' in event ? [event.task as string] : [];
}
