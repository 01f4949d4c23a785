import { describe, expect, it } from 'vitest';
import { timelineSvg } from '../../src/report/timeline.ts';
import {
  claimed,
  crashed,
  emptyPoll,
  restarted,
  started,
  status,
  struck,
  submitting,
  timed,
  workerStarted,
  writtenFinding,
} from './written-finding.ts';

const events = timed(
  [0, workerStarted('worker-1', 'app-1')],
  [0, workerStarted('worker-2', 'app-2')],
  [1, submitting('t1')],
  [2, claimed('t1', 'worker-1')],
  [2, started('t1', 'worker-1')],
  [3, struck({ kind: 'partition', host: 'app-2', atMs: 3, forMs: 7, way: 'both' })],
  [4, crashed('app-1')],
  [5, restarted('app-1')],
  ...Array.from({ length: 50 }, (_, index) => [6 + index / 100, emptyPoll('worker-1')] as const),
  [10, { kind: 'fault-over', over: { kind: 'partition', host: 'app-2' } }],
  [11, claimed('t1', 'worker-2')],
  [11, started('t1', 'worker-2')],
  [12, status('t1', 'processing', 'success')],
);
const message =
  'a <message> longer than the picture is wide, which nobody could read to its end if it were on one line '.repeat(3);
const svg = timelineSvg(writtenFinding({ events, proof: [2, 59], message, invariant: 'no-duplicate-execution' }));
const attribute = (tag: string, name: string) => Number(new RegExp(` ${name}="([^"]+)"`).exec(tag)?.[1]);
const tags = (name: string) => svg.match(new RegExp(`<${name} [^>]*>`, 'g')) ?? [];

describe('a timeline', () => {
  it('has a lane for each that does something, in an order of hosts with their workers', () => {
    const names = [...svg.matchAll(/text-anchor="end" class="ink"[^>]*>([a-z]+[^<]*)</g)].map(([, name]) => name);
    expect(names.filter((name) => name !== 't1')).toEqual(['client', 'app-1', 'worker-1', 'app-2', 'worker-2']);
  });

  it('puts every mark and text between its edges, and time to the right', () => {
    const [width, height] = ['width', 'height'].map((name) => attribute(svg, name)) as [number, number];
    for (const text of svg.match(/<text [^>]*>[^<]*/g) ?? []) {
      const [at, size, content] = [attribute(text, 'x'), attribute(text, 'font-size'), text.replace(/.*>/, '')];
      const length = content.replace(/&\w+;/g, '·').length * size * 0.61;
      const anchor = /text-anchor="(\w+)"/.exec(text)?.[1];
      const from = anchor === 'end' ? at - length : anchor === 'middle' ? at - length / 2 : at;
      expect(from, text).toBeGreaterThanOrEqual(0);
      expect(from + length, text).toBeLessThanOrEqual(width);
      expect(attribute(text, 'y')).toBeLessThan(height);
    }
    const bars = tags('rect').filter((tag) => tag.includes('rx="3"'));
    expect(bars.map((bar) => attribute(bar, 'x'))).toEqual(
      bars.map((bar) => attribute(bar, 'x')).toSorted((a, b) => a - b),
    );
    expect(bars).toHaveLength(2);
  });

  it('shows a fault by name, and for as long as it lasts in the lanes of its host', () => {
    expect(svg).toContain('>partition</text>');
    const bands = tags('rect').filter((tag) => tag.includes('opacity'));
    // Two lanes for the partition of app-2, two for the death of app-1.
    expect(bands).toHaveLength(4);
    expect(new Set(bands.map((band) => attribute(band, 'y'))).size).toBe(4);
    for (const band of bands) expect(attribute(band, 'width')).toBeGreaterThan(10);
  });

  it('marks the moment of the breach through all lanes', () => {
    const [line] = tags('line').filter((tag) => tag.includes('#d55e00'));
    const bars = tags('rect').filter((tag) => tag.includes('rx="3"'));
    expect(attribute(line ?? '', 'x1')).toBe(attribute(bars[1] ?? '', 'x'));
  });

  it('gives no room to what it does not show, as polls that find nothing', () => {
    const without = events.filter(({ kind }) => kind !== 'empty-poll');
    const same = timelineSvg(
      writtenFinding({ events: without, proof: [2, 9], message, invariant: 'no-duplicate-execution' }),
    );
    expect(same).toBe(svg);
  });

  it('is as dark as its reader’s screen, and escapes what it quotes', () => {
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('a &lt;message&gt;');
    expect(svg).not.toContain('<message>');
  });
});
