import type { Finding } from '../explore/finding.ts';
import { faultInWords } from './fault-words.ts';
import { type StoryLine, storyOf } from './story.ts';
import { wrap } from './wrap.ts';

/** In px. */
const LANE = 34;
const BAR = 20;
/** Beside the longest name. */
const MARGIN = 24;
const LINE = 18;
/** Of a character of 12 px. */
const COLUMN = 7.3;
const STEP_MIN = 14;
const STEP_MAX = 90;
const LABEL_GAP = 84;
/** Between marks of one moment in one lane. */
const STACKED = 18;
const PATIENCE = 12;

/** Above the lanes, without the message. */
const HEAD = 58;
/** Room for a label behind the last mark. */
const RIGHT = 130;
const WIDTH_MIN = 560;

/** Beyond so many events nobody sees anything. */
const EVENTS_MAX = 400;

/** Colours that the colour-blind can tell apart (Okabe and Ito). */
const TASK_COLOURS = ['#56b4e9', '#e69f00', '#009e73', '#f0e442', '#cc79a7', '#0072b2'] as const;
const BAD = '#d55e00';

/** On light paper and on dark. */
const STYLE = `<style>
  .paper { fill: #fff } .stripe { fill: #f4f4f1 } .ink { fill: #222 } .faint { fill: #6b6b6b } .bad { fill: ${BAD} } .on-bar { fill: #111 }
  .rule { stroke: #ccc } .edge { stroke: #222 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #16181c } .stripe { fill: #1f2227 } .ink { fill: #e6e6e6 } .faint { fill: #a0a4ab } .bad { fill: #ff8a3d }
    .rule { stroke: #444 } .edge { stroke: #e6e6e6 }
  }
</style>`;

interface Lane {
  readonly name: string;
  readonly host: string | undefined;
}

/**
 * A finding as a picture: a lane a worker, tasks as bars, claims as ticks, lost races as crosses, faults as bands. Time goes to the
 * right, but not to scale: what happens within microseconds stays apart, and long waits are short.
 */
export function timelineSvg(finding: Finding): string {
  const events = finding.events.slice(0, EVENTS_MAX);
  const lines = storyOf(events, finding.answers, finding.proof.slice(-1));
  const lanes = lanesOf(events, lines);
  const shifts = stacked(lines);
  const room = (timeUs: number): number =>
    Math.max(0, ...lines.map((line, nth) => (line.timeUs === timeUs ? (shifts[nth] as number) : 0)));
  const left = MARGIN + Math.round(Math.max(...lanes.map(({ name }) => name.length)) * COLUMN);
  const times = lines.map(({ timeUs }) => timeUs);
  const x = axis(times, room, left);
  const end = x(times.at(-1) ?? 0);
  const width = Math.max(end + RIGHT, left + WIDTH_MIN);
  const columns = Math.floor((width - 24) / COLUMN);
  const message = wrap(finding.message, columns);
  const top = HEAD + message.length * LINE;
  const rowOf = new Map(lanes.map(({ name }, row) => [name, row]));
  const y = (name: string): number => top + (rowOf.get(name) ?? 0) * LANE;
  const tasks = [...new Set(events.flatMap((event) => ('task' in event ? [event.task] : [])))];
  const colour = (task: string): string => TASK_COLOURS[tasks.indexOf(task) % TASK_COLOURS.length] as string;
  const bottom = top + lanes.length * LANE;
  const captions = [...wrap(captionOf(finding), columns), ...wrap(LEGEND, columns)];
  const height = bottom + 44 + captions.length * LINE;

  const parts: string[] = [];
  for (const [row, { name }] of lanes.entries()) {
    const laneTop = top + row * LANE;
    if (row % 2 === 0) parts.push(rect(0, laneTop, width, LANE, 'stripe'));
    parts.push(text(left - 12, laneTop + LANE / 2 + 4, name, 'end', 'ink'));
  }
  const proven = lines.findLast(({ indices }) => indices.some((place) => finding.proof.includes(place)));
  parts.push(
    ...downSpells(events, lanes, times, x, y, end),
    ...gridLines(times, x, top, bottom),
    ...bars(events, x, y, end, colour, rowOf),
    ...(proven === undefined ? [] : breach(x(proven.timeUs), top, bottom)),
  );
  for (const [nth, line] of lines.entries()) {
    const [index] = line.indices;
    const event = index === undefined ? undefined : events[index];
    if (!rowOf.has(line.who)) continue;
    const at = x(line.timeUs) + (shifts[nth] as number);
    parts.push(...mark(event, line, at, y(line.who), colour, line === proven));
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, monospace" font-size="12">`,
    STYLE,
    rect(0, 0, width, height, 'paper'),
    text(12, 24, `✗ ${finding.invariant}`, 'start', 'bad', 15),
    ...message.map((line, nth) => text(12, 44 + nth * LINE, line, 'start', 'ink')),
    ...parts,
    ...captions.map((line, nth) => text(12, bottom + 44 + nth * LINE, line, 'start', 'faint', 11)),
    '</svg>',
    '',
  ].join('\n');
}

const LEGEND =
  'Dot: submitted. Bar: a handler runs. Tick: claimed. Cross: a race lost, or a call failed. Diamond: a status is written. Square: a fault; band: as long as it lasts. Dashed line: the invariant is broken.';

function captionOf({ scenario, design, spec }: Finding): string {
  const given = spec.faults.map(faultInWords).join('; ');
  return `${scenario} × ${design}, seed ${spec.seed}${given === '' ? '' : `; ${given}`}. Time is not to scale.`;
}

/** Where the last event of the proof happens. */
function breach(at: number, top: number, bottom: number): string[] {
  return [
    `<line x1="${at}" y1="${top - 6}" x2="${at}" y2="${bottom}" stroke="${BAD}" stroke-width="1.5" stroke-dasharray="5 3"/>`,
    text(at, top - 9, '✗', 'middle', 'bad', 13),
  ];
}

/** The client first, then hosts with their workers. */
function lanesOf(events: Finding['events'], lines: readonly StoryLine[]): readonly Lane[] {
  const hosts = hostsOf(events);
  const seen = [...new Set(lines.map(({ who }) => who))].filter((who) => who !== '' && who !== 'client');
  const names = [...new Set([...hosts.keys(), ...seen])];
  const key = (name: string): string => `${hosts.get(name) ?? name} ${hosts.has(name) ? 1 : 0} ${name.padStart(20)}`;
  const sorted = names.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return ['client', ...sorted].map((name) => ({ name, host: hosts.get(name) }));
}

/** How far a mark stands to the right of its moment, where others of its lane and moment come before it. */
function stacked(lines: readonly StoryLine[]): readonly number[] {
  const before = new Map<string, number>();
  return lines.map(({ timeUs, who }) => {
    const key = `${timeUs} ${who}`;
    const count = before.get(key) ?? 0;
    before.set(key, count + 1);
    return count * STACKED;
  });
}

/** Which process each worker is of. */
function hostsOf(events: Finding['events']): ReadonlyMap<string, string> {
  return new Map(events.flatMap((event) => (event.kind === 'worker-started' ? [[event.worker, event.process]] : [])));
}

/** Each pause between two moments gets room by the logarithm of its length. */
function axis(timesUs: readonly number[], room: (timeUs: number) => number, left: number): (timeUs: number) => number {
  const moments = [...new Set(timesUs)].sort((a, b) => a - b);
  const places = new Map<number, number>();
  let at = left + 10;
  for (const [index, moment] of moments.entries()) {
    if (index > 0) {
      const previous = moments[index - 1] as number;
      const gapUs = moment - previous;
      at += room(previous) + Math.min(STEP_MAX, Math.max(STEP_MIN, PATIENCE * bits(gapUs / 8)));
    }
    places.set(moment, at);
  }
  return (timeUs) => places.get(timeUs) ?? at;
}

/** The logarithm to base two, in whole and linear parts: every machine draws the same. */
function bits(value: number): number {
  let whole = 0;
  let rest = Math.max(1, value);
  for (; rest >= 2; rest /= 2) whole++;
  return Math.round((whole + rest - 1) * 100) / 100;
}

function gridLines(timesUs: readonly number[], x: (timeUs: number) => number, top: number, bottom: number): string[] {
  const parts: string[] = [];
  let labelled = Number.NEGATIVE_INFINITY;
  for (const timeUs of new Set(timesUs)) {
    const at = x(timeUs);
    if (at - labelled < LABEL_GAP) continue;
    labelled = at;
    parts.push(`<line x1="${at}" y1="${top}" x2="${at}" y2="${bottom}" class="rule" stroke-dasharray="2 3"/>`);
    parts.push(text(at, bottom + 16, `${timeUs / 1000} ms`, 'middle', 'faint', 10));
  }
  return parts;
}

/** While a host is dead, stands still or is cut off: its lane and those of its workers. */
function downSpells(
  events: Finding['events'],
  lanes: readonly Lane[],
  timesUs: readonly number[],
  x: (timeUs: number) => number,
  y: (name: string) => number,
  end: number,
): string[] {
  const parts: string[] = [];
  for (const [index, event] of events.entries()) {
    const spell = spellOf(event, events.slice(index));
    if (spell === undefined) continue;
    const from = x(event.timeUs);
    const back = timesUs.find((timeUs) => timeUs >= spell.untilUs);
    const to = back === undefined ? end + 20 : x(back);
    for (const { name, host } of lanes) {
      if (name !== spell.host && host !== spell.host) continue;
      parts.push(
        `<rect x="${from}" y="${y(name)}" width="${Math.max(2, to - from)}" height="${LANE}" fill="${BAD}" opacity="0.18"/>`,
      );
    }
  }
  return parts;
}

/** What lasts of an event, and until when: Infinity where the run does not see its end. */
function spellOf(
  event: Finding['events'][number],
  later: Finding['events'],
): { readonly host: string; readonly untilUs: number } | undefined {
  switch (event.kind) {
    case 'host-crashed': {
      const { host } = event;
      const restart = later.find((other) => other.kind === 'host-restarted' && other.host === host);
      return { host, untilUs: restart?.timeUs ?? Number.POSITIVE_INFINITY };
    }
    case 'host-paused':
      return { host: event.host, untilUs: event.timeUs + event.forMs * 1000 };
    case 'fault': {
      const { kind, host = 'redis' } = event.fault;
      if (kind !== 'partition' && kind !== 'redis-restart') return undefined;
      const over = later.find(
        (other) => other.kind === 'fault-over' && other.over.kind === kind && (other.over.host ?? 'redis') === host,
      );
      return { host, untilUs: over?.timeUs ?? Number.POSITIVE_INFINITY };
    }
    default:
      return undefined;
  }
}

function bars(
  events: Finding['events'],
  x: (timeUs: number) => number,
  y: (name: string) => number,
  end: number,
  colour: (task: string) => string,
  rowOf: ReadonlyMap<string, number>,
): string[] {
  const parts: string[] = [];
  const hosts = hostsOf(events);
  for (const [index, event] of events.entries()) {
    if (event.kind !== 'started' || !rowOf.has(event.worker)) continue;
    const host = hosts.get(event.worker);
    const ending = events
      .slice(index + 1)
      .find(
        (later) =>
          (later.kind === 'host-crashed' && later.host === host) ||
          ((later.kind === 'finished' || later.kind === 'started') &&
            later.task === event.task &&
            later.worker === event.worker),
      );
    // Where the host has died, the run has no end of its own.
    const finish = ending?.kind === 'finished' ? ending : undefined;
    const from = x(event.timeUs);
    const to = ending === undefined ? end + 20 : x(ending.timeUs);
    const open = finish === undefined ? ` stroke="${BAD}" stroke-dasharray="4 2"` : '';
    const top = y(event.worker) + (LANE - BAR) / 2;
    parts.push(
      `<rect x="${from}" y="${top}" width="${Math.max(3, to - from)}" height="${BAR}" rx="3" fill="${colour(event.task)}"${open}/>`,
      text(from + 5, top + BAR - 6, event.task, 'start', 'on-bar'),
    );
  }
  return parts;
}

function mark(
  event: Finding['events'][number] | undefined,
  line: StoryLine,
  at: number,
  top: number,
  colour: (task: string) => string,
  isProof: boolean,
): string[] {
  const middle = top + LANE / 2;
  const title = `<title>${escaped(`${line.timeUs / 1000} ms: ${line.who} ${line.what}`)}</title>`;
  const task = event !== undefined && 'task' in event ? event.task : '';
  const ring = isProof ? `<circle cx="${at}" cy="${middle}" r="9" fill="none" stroke="${BAD}"/>` : '';
  const cross = `<path d="M${at - 5} ${middle - 5} l10 10 m0 -10 l-10 10" stroke="${BAD}" stroke-width="2.5"/>`;
  switch (event?.kind) {
    case 'submitting':
      return [
        `<g>${title}${ring}<circle cx="${at}" cy="${middle}" r="5" fill="${colour(task)}"/></g>`,
        text(at, middle - 9, task, 'middle', 'ink', 10),
      ];
    case 'claimed':
      return [
        `<g>${title}<path d="M${at} ${top + 4} V${top + LANE - 4}" stroke="${colour(task)}" stroke-width="3"/></g>`,
        text(at - 4, middle + 4, task, 'end', 'ink', 10),
      ];
    case 'conflict':
    case 'poll-failed':
    case 'settle-failed':
      return [`<g>${title}${ring}${cross}</g>`, text(at, middle - 9, task, 'middle', 'ink', 10)];
    case 'started':
    case 'finished':
      return isProof ? [`<g>${title}${ring}</g>`] : [];
    case 'status':
      return [
        `<g>${title}${ring}<rect x="${at - 4}" y="${middle - 4}" width="8" height="8" transform="rotate(45 ${at} ${middle})" fill="${colour(task)}" class="edge"/></g>`,
        ...(isProof || event.to === 'failed'
          ? [text(at + 11, middle + 4, `${task} → ${event.to}`, 'start', isProof ? 'bad' : 'ink', 10)]
          : []),
      ];
    case 'host-crashed':
    case 'host-paused':
    case 'host-restarted':
    case 'process-killed':
      return [
        `<g>${title}<path d="M${at} ${top} V${top + LANE}" stroke="${BAD}" stroke-width="2"/></g>`,
        text(at + 4, middle + 4, LABELS[event.kind], 'start', 'bad', 10),
      ];
    case 'fault':
      return [
        `<g>${title}<rect x="${at - 5}" y="${middle - 5}" width="10" height="10" fill="${BAD}"/></g>`,
        text(at + 9, middle + 4, event.fault.kind, 'start', 'bad', 10),
      ];
    default:
      return [
        `<g>${title}${ring}<circle cx="${at}" cy="${middle}" r="3" class="${event === undefined ? 'bad' : 'ink'}"/></g>`,
      ];
  }
}

const LABELS = {
  'host-crashed': 'dies',
  'host-paused': 'stands still',
  'host-restarted': 'boots',
  'process-killed': 'killed',
} as const;

function rect(x: number, y: number, width: number, height: number, paint: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" class="${paint}"/>`;
}

function text(x: number, y: number, content: string, anchor: string, paint: string, size = 12): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" class="${paint}" font-size="${size}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
