import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/explore/finding.ts';

const BIN = fileURLToPath(new URL('../../bin/windtunnel.js', import.meta.url));
const ID = 'zpopmin-loss-zpopmin-then-token-no-task-lost-1';
const CHILD_MS_MAX = 120_000;

interface Outcome {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function windtunnel(...args: string[]): Promise<Outcome> {
  const options = { timeout: CHILD_MS_MAX, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1' } };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

let folder: string;
let first: Outcome;
const finding = () => JSON.parse(readFileSync(join(folder, `${ID}.json`), 'utf8')) as Finding;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windtunnel-explore-'));
  first = await windtunnel('explore', 'zpopmin-loss', '--design', 'zpopmin-then-token', '--out', folder);
}, CHILD_MS_MAX);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('windtunnel explore', { timeout: CHILD_MS_MAX }, () => {
  it('prints the smallest run that loses a task, and exits 1', () => {
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(
      /^✗ no-task-lost {3}zpopmin-loss × zpopmin-then-token {3}seed 1 {3}\(shrunk: 12 tasks → 2, 10 workers → 2, \d+ holds → 0\)\n/,
    );
    expect(first.stdout).toMatch(/ms {3}worker-\d {3}t\d → failed {3}←\n/);
    expect(first.stdout).toContain(`replay     npx windtunnel replay ${join(folder, `${ID}.json`)}`);
  });

  it('exits 0 where nothing is found, and says so of each design', async () => {
    const args = ['--design', 'stream-group', '--seeds', '3', '--schedule', 'fifo', '--out', folder];
    const { code, stdout } = await windtunnel('explore', 'zpopmin-loss', ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/stream-group +✓ holds +3 runs\n/);
  });

  it('visits every schedule of a small scope, and prints the sentence that says so', async () => {
    const args = ['--design', 'stream-group', '--schedule', 'exhaustive', '--tasks', '1', '--out', folder];
    const { code, stdout } = await windtunnel('explore', 'zpopmin-loss', ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/stream-group +✓ holds +2 workers, 1 task: all \d+ schedules visited, 0 violations\n/);
  });

  it('finds the stale head among all schedules, exits 1, and can play it again', async () => {
    const args = ['--design', 'single-queue-lock', '--schedule', 'exhaustive', '--workers', '3', '--out', folder];
    const { code, stdout } = await windtunnel('explore', 'zpopmin-loss', ...args);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^✗ no-duplicate-execution [^(]*\(shrunk: 2 tasks → 1, 3 workers → 2, \d+ switches → \d\)\n/,
    );
    const [, file = ''] = /replay {5}npx windtunnel replay (.*)\n/.exec(stdout) ?? [];
    const again = await windtunnel('replay', file);
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('the very same run');
  });

  it('is inconclusive, and no success claimed, where a scope is too large for its time', async () => {
    const args = [
      '--design',
      'stream-group',
      '--schedule',
      'exhaustive',
      '--workers',
      '4',
      '--time',
      '1ms',
      '--out',
      folder,
    ];
    const { code, stdout } = await windtunnel('explore', 'zpopmin-loss', ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\? inconclusive +4 workers, 2 tasks: \d schedules? visited, at least \d+ left \(out of/);
  });

  it('prints the smallest interleaving of an in-process runner, which replays as the very same run', async () => {
    const args = ['--design', 'without-double-check', 'sound', '--delays', '1', '--out', folder];
    const { code, stdout } = await windtunnel('explore', 'runner-lost-wakeup', ...args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ no-task-lost .* 1 preemption {3}\(shrunk: 6 tasks → 2, 2 callers\)\n/);
    expect(stdout).toContain('⇄ run loop    is stopped before running.store(0)');
    expect(stdout).toMatch(/\nsound +✓ holds +all \d+ schedules with at most 1 delay visited, 0 violations\n/);
    const file = join(folder, 'runner-lost-wakeup-without-double-check-no-task-lost-1.json');
    expect(stdout).toContain(`npx windtunnel replay ${file}`);
    const again = await windtunnel('replay', file);
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(
      /the very same run: history [0-9a-f]{16}\nno-task-lost still breaks in the same way\n$/,
    );
  });

  it.each([
    [
      ['explore', 'zpopmin-loss', '--schedule', 'exhaustive', '--shard', '1/2'],
      '--shard means nothing to --schedule exhaustive',
    ],
    [['explore', 'zpopmin-loss', '--schedule', 'exhaustive', '--faults', 'pause'], "knows no fault 'pause'"],
    [['explore', 'zpopmin-loss', '--workers', '3'], '--workers is for small scopes: add --schedule exhaustive'],
    [['explore', 'zpopmin-loss', '--max-faults', '2'], 'add --faults, as in --faults crash'],
    [['explore', 'zpopmin-los'], "there is no scenario 'zpopmin-los': did you mean zpopmin-loss?"],
    [['explore', 'zpopmin-loss', '--schedule', 'luck'], "there is no schedule 'luck'"],
    [['explore', 'zpopmin-loss', '--faults', 'meteor'], "there is no fault 'meteor'"],
    [['explore', 'zpopmin-loss', '--time', 'soon'], '--time must be a duration, as in 60s'],
    [['explore', 'runner-lost-wakeup', '--faults', 'crash'], 'leave --faults and --shard out'],
    [['replay', 'package.json'], 'package.json holds no finding'],
    [['merge', 'package.json'], 'package.json is no result of windtunnel explore --json'],
  ])('answers %j with one line and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await windtunnel(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('joins what two shards have printed', async () => {
    const parts = [1, 2].map((index) => join(folder, `part-${index}.json`));
    for (const [index, path] of parts.entries()) {
      const args = [
        '--design',
        'single-queue-lock',
        '--seeds',
        '5',
        '--shard',
        `${index + 1}/2`,
        '--json',
        '--out',
        folder,
      ];
      writeFileSync(path, (await windtunnel('explore', 'zpopmin-loss', ...args)).stdout);
    }
    const { code, stdout } = await windtunnel('merge', ...parts);
    expect(code).toBe(0);
    expect(stdout).toMatch(/single-queue-lock +✓ holds +5 runs\n/);
  });
});

describe('windtunnel replay', { timeout: CHILD_MS_MAX }, () => {
  it('gives the very same run, draws it, and exits 1 as long as it breaks', async () => {
    const svg = join(folder, 'picture.svg');
    const { code, stdout } = await windtunnel('replay', join(folder, `${ID}.json`), '--timeline', svg);
    expect(code).toBe(1);
    expect(stdout).toContain(`the very same run: history ${finding().historyHash}`);
    expect(stdout).toContain('no-task-lost still breaks in the same way');
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [\s\S]*worker-2[\s\S]*<\/svg>\n$/);
  });

  it('says where the run first went another way, and exits 0 when the invariant holds', async () => {
    const changed = join(folder, 'changed.json');
    const { spec, ...rest } = finding();
    writeFileSync(changed, JSON.stringify({ ...rest, spec: { ...spec, tasks: ['t1'] } }));
    const { code, stdout } = await windtunnel('replay', changed);
    expect(code).toBe(0);
    expect(stdout).toContain('another history than before');
    expect(stdout).toMatch(/first different at event \d+: it was “client submits t2/);
    expect(stdout).toContain('no-task-lost holds in this run now');
  });

  it('says so where only the recorded story is another, as of older code, and exits 1 as long as it breaks', async () => {
    const older = join(folder, 'older.json');
    const { events, ...rest } = finding();
    const at = events.findIndex(({ kind }) => kind === 'claimed');
    const { [at]: claim } = events;
    const then = { ...claim, timeUs: 1_000_999 } as Finding['events'][number];
    writeFileSync(older, JSON.stringify({ ...rest, historyHash: '0123456789abcdef', events: events.with(at, then) }));
    const { code, stdout } = await windtunnel('replay', older);
    expect(code).toBe(1);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      new RegExp(
        `first different at event ${at}: it was “worker-1 claims t1” at 1000.999 ms, it is “worker-1 claims t1” at`,
      ),
    );
    expect(stdout).toContain('no-task-lost still breaks in the same way');
  });

  it('tells no story of a bug that is gone, and one of another way from that of the same', async () => {
    const { spec, ...rest } = finding();
    const [fixed, other] = ['fixed.json', 'other.json'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(fixed, JSON.stringify({ ...rest, spec: { ...spec, design: 'single-queue-lock' } }));
    const holds = await windtunnel('replay', fixed);
    expect(holds.code).toBe(0);
    expect(holds.stdout).toContain('it was: t2 (example) was marked failed');
    expect(holds.stdout).not.toContain('✗');
    writeFileSync(other, JSON.stringify({ ...rest, spec, shape: 't# was eaten' }));
    const breaks = await windtunnel('replay', other);
    expect(breaks.code).toBe(1);
    expect(breaks.stdout).toContain('no-task-lost breaks, but in another way: t2 (example) was marked failed');
    expect(JSON.parse((await windtunnel('replay', other, '--json')).stdout)).toMatchObject({
      verdict: 'violated',
      isSame: true,
      others: [{ message: finding().message }],
    });
  });

  it.each<[string, (text: string) => string, string]>([
    ['cut off', (text) => text.slice(0, 500), 'holds no JSON'],
    ['without its size', (text) => text.replace('"size"', '"girth"'), 'holds no finding: size: '],
    [
      'of a version that knows more',
      (text) =>
        text
          .replace('"faults": []', '"faults": [{ "kind": "meteor" }]')
          .replace(/"windtunnel": ".*"/, '"windtunnel": "9.9.9"'),
      "(windtunnel 9.9.9 has written it): spec.faults.0.kind: there is no fault 'meteor'",
    ],
    [
      'of a scenario that is gone',
      (text) => text.replace('"scenario": "zpopmin-loss",\n    "design"', '"scenario": "gone",\n    "design"'),
      "there is no scenario 'gone'",
    ],
    [
      'of a design that is gone',
      (text) => text.replaceAll('"zpopmin-then-token"', '"gone"'),
      "zpopmin-loss has no design 'gone'",
    ],
    [
      'of an invariant that is gone',
      (text) => text.replace('"no-task-lost"', '"gone"'),
      "there is no invariant 'gone'",
    ],
  ])('refuses a finding %s with one line and exit code 2', async (_, damage, message) => {
    const path = join(folder, 'damaged.json');
    const text = readFileSync(join(folder, `${ID}.json`), 'utf8');
    expect(damage(text)).not.toBe(text);
    writeFileSync(path, damage(text));
    const { code, stdout, stderr } = await windtunnel('replay', path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('comes with a regression test that runs the same spec', () => {
    const path = join(folder, `${ID}.test.ts`);
    expect(existsSync(path)).toBe(true);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain("import { replay } from 'windtunnel';");
    expect(text).toContain('"limits"');
  });
});
