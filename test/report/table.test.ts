import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectationTable } from '../../src/report/table.ts';
import { columnsOf } from '../../src/report/wrap.ts';
import { sampleTable } from './sample.ts';

const draw = (width: number, colour = false): string => expectationTable(sampleTable(), { width, colour });

describe('the table of expectations', () => {
  it('fits every width, and every word of it is there', () => {
    const squeezed = (text: string): string => text.replace(/\s/g, '');
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 200 }), (width) => {
        const drawn = draw(width);
        for (const line of drawn.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        for (const id of ['zpopmin-loss', 'single-queue-contention', 'wakeup-herd']) expect(drawn).toContain(id);
        // Cells side by side cut texts into pieces: as many of each letter is what can be said of any layout.
        const letters = (text: string): number => squeezed(text).replace(/[^m]/g, '').length;
        const texts = sampleTable().flatMap(({ expectations }) =>
          expectations.flatMap(({ documented, measured, designs }) => [documented, measured, ...designs]),
        );
        expect(letters(drawn)).toBeGreaterThanOrEqual(letters(texts.join('')));
      }),
    );
  });

  it('names a scenario once and gives each of its expectations a row beside it', () => {
    const lines = draw(120).split('\n');
    const first = lines.findIndex((line) => line.startsWith('zpopmin-loss'));
    expect(lines[first]).toMatch(/^zpopmin-loss +zpopmin-then-token +3 of 12 .* 3 completed, 9 failed +✓ confirmed$/);
    expect(lines.filter((line) => line.includes('zpopmin-loss'))).toHaveLength(1);
  });

  it('runs the source down beside the rows without losing a line of it', () => {
    const [result] = sampleTable();
    const source = 'xqueue-0.0.4, task loss; xqueue-changelog, 0.0.4.1';
    const drawn = expectationTable([{ ...(result as NonNullable<typeof result>), source }], {
      width: 120,
      colour: false,
    });
    const width = drawn.indexOf('design');
    const beside = drawn.split('\n').map((line) => line.slice(0, width).trim());
    expect(beside.join(' ').replaceAll('- ', '-')).toContain(source);
  });

  it('puts the scenario above its rows at 80 columns, and cells under each other at 60', () => {
    expect(draw(80)).toMatch(/\nzpopmin-loss\nxqueue-0\.0\.4, task loss\n\nzpopmin-then-token +3 of 12 /);
    expect(draw(60)).toMatch(/^zpopmin-loss\n.*\n\ndesign +zpopmin-then-token\ndocument +3 of 12 tasks/);
  });

  it('marks a verdict that the scenario does not stand by', () => {
    expect(draw(120)).toMatch(/20 piled-up signals .* 38 queries +✗ refuted\n.*expected: confirmed\n/);
  });

  it('says where the figures would stand why a design did not run', () => {
    expect(draw(200)).toMatch(/\n +drain +not run: ioredis-mock has no XGROUP\n?/);
  });

  it('has colours only where asked, and they change nothing else', () => {
    expect(stripVTControlCharacters(draw(120, true))).toBe(draw(120));
    expect(draw(120, true)).not.toBe(draw(120));
    expect(draw(120)).toBe(stripVTControlCharacters(draw(120)));
  });
});
