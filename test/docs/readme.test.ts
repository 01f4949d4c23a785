import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../src/runtime/private-redis.ts';
import { describeWithRedis } from '../conformance/backends.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The text of a fenced block. */
function block(info: string, after = ''): string {
  const fence = `\`\`\`${info}\n`;
  const start = README.indexOf(fence, README.indexOf(after)) + fence.length;
  return README.slice(start, README.indexOf('\n```', start) + 1);
}

/** What the test adds: a program that adopts a design goes on for ever. */
const UNTIL_SENT = 'while ((await queue.manager.stats()).success < 1) await systemClock.sleep(5);';

/** A snippet that imports the package, as one that imports the sources. */
function runnable(snippet: string): string {
  return snippet.replace(`from 'windtunnel'`, `from ${JSON.stringify(join(ROOT, 'src/index.ts'))}`);
}

let folder = '';
let elsewhere = '';
beforeAll(() => {
  elsewhere = mkdtempSync(join(tmpdir(), 'readme-'));
  folder = mkdtempSync(join(ROOT, 'test/docs/tmp-'));
});
afterAll(() => {
  for (const path of [folder, elsewhere]) rmSync(path, { recursive: true, force: true });
});

describe('the README', () => {
  test('shows what its command prints', () => {
    const [, command = ''] = /<!-- output of: npm run (.*) -->/.exec(README) ?? [];
    const printed = execFileSync('npm', ['run', '-s', ...command.split(' ')], { cwd: ROOT, encoding: 'utf8' });
    expect(printed).toBe(block('text', '<!-- output of:'));
  });

  test('shows what its search prints', () => {
    const [comment, command = ''] = /<!-- output of: windtunnel (.*) -->/.exec(README) ?? [];
    const out = join(elsewhere, 'findings');
    const { stdout } = spawnSync(process.execPath, ['bin/windtunnel.js', ...command.split(' '), '--out', out], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stdout.replaceAll(out, 'reports/findings')).toBe(block('text', comment));
  });

  test.each(['the checkout', 'another folder'])('has a scenario that runs as it stands, from %s', (place) => {
    const file = join(place === 'the checkout' ? folder : elsewhere, 'newsletter.ts');
    writeFileSync(file, block('ts scenario'));
    const printed = execFileSync('npm', ['run', '-s', 'scenario', '--', file], { cwd: ROOT, encoding: 'utf8' });
    expect(printed).toContain('all letters are out within a minute');
    expect(printed).toContain('1 expectation: 1 confirmed; all as expected');
  });
});

describeWithRedis('the README on a real Redis', () => {
  let redis: PrivateRedis | undefined;
  beforeAll(async () => {
    redis = await startPrivateRedis();
  });
  afterAll(() => redis?.stop());

  test('has a program that adopts a design and sends the email', () => {
    const file = join(folder, 'adopt.ts');
    const snippet = runnable(block('ts adopt')).replace('redis://localhost:6379', (redis as PrivateRedis).url);
    writeFileSync(file, `${snippet}\n${UNTIL_SENT}\nawait queue.stop(); await redis.quit();\n`);
    const printed = execFileSync(process.execPath, ['--import', 'tsx', file], { cwd: ROOT, encoding: 'utf8' });
    expect(printed).toBe('sending to ada@example.org\n');
  });
});
