import { expect, it } from 'vitest';
import type { DesignGrid } from '../../src/explore/design-grid.ts';
import { gridTable } from '../../src/report/design-grid.ts';
import { columnsOf } from '../../src/report/wrap.ts';
import { namedWorkload } from '../../src/scenario/workloads.ts';
import { sampleRun } from './sample.ts';

const grid: DesignGrid = {
  workload: namedWorkload('mixed-minute'),
  seed: 1,
  workers: 10,
  processes: 1,
  rows: [
    {
      claims: 'zpopmin-then-token',
      cells: [{ pool: 'event-driven', cell: { run: sampleRun('zpopmin-then-token', { conflictsPerTask: 0.75 }) } }],
    },
  ],
};

it('the grid fits any width, and breaks no word of its heads', () => {
  for (let width = 40; width <= 160; width += 10) {
    const drawn = gridTable(grid, { width, colour: false });
    for (const line of drawn.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
    for (const word of ['zpopmin-then-token', 'event-driven', 'done', 'commands', 'conflicts']) {
      expect(drawn).toContain(word);
    }
  }
  expect(gridTable(grid, { width: 60, colour: false })).toContain(
    '\nzpopmin-then-token × event-driven\n  done 12/12; lost 0;',
  );
});
