import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readFinding, replay } from '../../src/explore/replay.ts';

const FOLDER = fileURLToPath(new URL('./findings/', import.meta.url));
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

/** Replayed on the Node.js that runs the tests, and by CI on another: the fingerprint of every run is that of the file. */
describe('golden findings', { timeout: 120_000 }, () => {
  it.each(FILES)('%s gives the history and the violation that it was written with', async (file) => {
    const finding = readFinding(`${FOLDER}${file}`);
    const again = await replay(finding);
    expect(again.historyHash).toMatch(/^[0-9a-f]{16}$/);
    expect(again.historyHash).toBe(finding.historyHash);
    expect(again.violation).toEqual({ message: finding.message, events: finding.proof });
    expect(again.history.events.map((event, at) => ({ timeUs: again.history.timesUs[at], ...event }))).toEqual(
      finding.events,
    );
    expect(again.answers).toEqual(finding.answers);
  });

  it('are all listed with the command that made them', () => {
    const listed = readFileSync(`${FOLDER}README.md`, 'utf8').match(/^\| `[^`]+\.json`/gm) ?? [];
    expect(listed.map((row) => row.slice(3, -1)).sort()).toEqual([...FILES].sort());
    expect(FILES.length).toBeGreaterThanOrEqual(8);
  });

  it('give one history a hundred times of a hundred', async () => {
    const finding = readFinding(`${FOLDER}zpopmin-loss-zpopmin-then-token-no-task-lost-1.json`);
    const hashes = new Set<string | null>();
    for (let time = 0; time < 100; time++) hashes.add((await replay(finding)).historyHash);
    expect([...hashes]).toEqual([finding.historyHash]);
  });
});
