import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../src/runtime/private-redis.ts';
import { describeWithRedis } from '../conformance/backends.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = join(ROOT, 'bin/windtunnel.js');
const CHILD_MS_MAX = 60_000;
const PACKAGE_MS_MAX = 240_000;

interface Outcome {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, args: readonly string[], cwd = ROOT): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      timeout: PACKAGE_MS_MAX,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, NO_COLOR: '1' },
    };
    execFile(file, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

const windtunnel = (...args: string[]): Promise<Outcome> => run(process.execPath, [BIN, ...args]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windtunnel-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('windtunnel run', { timeout: CHILD_MS_MAX }, () => {
  it('runs any pair that makes sense on any workload', async () => {
    const args = ['--claims', 'atomic-script', '--pool', 'event-driven', '--workload', 'email-burst'];
    const { code, stdout } = await windtunnel('run', ...args, '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { runs: { design: string; metrics: { completed: number } }[] };
    expect(report.runs.map(({ design }) => design)).toEqual(['atomic-script × event-driven']);
    expect(report.runs[0]?.metrics.completed).toBe(39);
    expect((await windtunnel('run', ...args, '--json')).stdout).toBe(stdout);
  });

  it('takes parameters of the strategy and of the pool by name', async () => {
    const args = ['--claims', 'stream-group', '--pool', 'polling', '--workload', 'example-dozen', '--json'];
    const one = await windtunnel('run', ...args, '--set', 'intervalMs=200');
    const two = await windtunnel('run', ...args, '--set', 'intervalMs=200', 'whenFull=leave-pending');
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.stdout).not.toBe(two.stdout);
  });

  it.each<[what: string, args: string[], says: RegExp]>([
    [
      'a pair that makes no sense',
      ['--claims', 'token-first', '--pool', 'blocking'],
      /token-first × blocking makes no sense: .+ use /,
    ],
    [
      'a strategy that does not exist',
      ['--claims', 'atomic-scrip'],
      /there is no claim strategy 'atomic-scrip'; there are: /,
    ],
    [
      'a workload that does not exist',
      ['--claims', 'token-first', '--workload', 'x'],
      /there is no workload 'x'; there are: email-burst/,
    ],
    [
      'a parameter that neither has',
      ['--claims', 'token-first', '--set', 'x=1'],
      /neither token-first nor polling has a parameter 'x'; they have: /,
    ],
    ['a setting that sets nothing', ['--claims', 'token-first', '--set', 'x'], /'x' sets nothing: write name=value/],
    ['no strategy at all', [], /--claims/],
  ])('refuses %s in one line', async (_, args, says) => {
    const { code, stdout, stderr } = await windtunnel('run', ...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(says);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('windtunnel scenario', { timeout: CHILD_MS_MAX }, () => {
  // Hundreds of runs: seconds on a calm machine, minutes on one that does much else.
  it('runs all scenarios, shows them by documented figure with a closing summary, and exits 0', {
    timeout: PACKAGE_MS_MAX,
  }, async () => {
    const { code, stdout, stderr } = await windtunnel('scenario');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n\nDocumented figures ─/);
    expect(stdout).toContain('\nxqueue-0.0.4, bug 2\n');
    expect(stdout).toMatch(/\nFound by simulation ─/);
    expect(stdout).not.toContain('expected:');
    expect(stdout).toMatch(/\n\d+ expectations: \d+ confirmed.*; all as expected\n/);
  });

  it('shows one scenario in full: its story, metrics side by side, invariants', async () => {
    const { code, stdout } = await windtunnel('scenario', 'zpopmin-loss');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^zpopmin-loss · /);
    expect(stdout).toContain('seed 1, simulated Redis');
    expect(stdout).toMatch(/\n +zpopmin-then-token +single-queue-lock +random-offset-lock +stream-group\n/);
    expect(stdout).toMatch(/\ncompleted +3 +12 +12 +12\n/);
    expect(stdout).toMatch(/\nno-task-lost +✗ violated 9 × +✓ holds +✓ holds +✓ holds\n/);
  });

  it('prints one JSON object and nothing else with --json, its fields in the documented order', async () => {
    const { stdout, stderr } = await windtunnel('scenario', 'zpopmin-loss', '--json');
    expect(stderr).toBe('');
    const report = JSON.parse(stdout);
    expect(Object.keys(report).slice(0, 4)).toEqual(['scenario', 'seed', 'runs', 'expectations']);
    const [run] = report.runs;
    expect(Object.keys(run)).toEqual(['design', 'metrics', 'invariants', 'historyHash']);
    expect(Object.keys(run.metrics)).toEqual([
      ...['submitted', 'completed', 'failed', 'canceled', 'lost', 'duplicated', 'throughputPerSecond', 'queueWaitMs'],
      ...['endToEndMs', 'concurrency', 'workers', 'resizes', 'utilisation', 'commandsPerTask', 'conflictsPerTask'],
      'emptyPolls',
      ...['timedOut', 'redisUtilisation'],
    ]);
    expect(Object.keys(run.metrics.queueWaitMs).slice(0, 4)).toEqual(['p50', 'p90', 'p99', 'max']);
    expect(Object.keys(run.metrics.concurrency.example)).toEqual(['mean', 'max', 'limit']);
    expect(run).toMatchObject({
      design: 'zpopmin-then-token',
      metrics: { submitted: 12, completed: 3, failed: 9, lost: 9 },
    });
    expect(run.historyHash).toMatch(/^[0-9a-f]{16}$/);
    const lost = run.invariants.find(({ id }: { id: string }) => id === 'no-task-lost');
    expect(lost).toMatchObject({ id: 'no-task-lost', verdict: 'violated' });
    expect(lost.violations).toHaveLength(9);
    expect(Object.keys(lost.violations[0])).toEqual(['message', 'events']);
    for (const expectation of report.expectations) {
      expect(Object.keys(expectation).slice(0, 5)).toEqual(['id', 'source', 'documented', 'measured', 'verdict']);
    }
  });

  it('puts several scenarios into one object, queries only where something queries', async () => {
    const { stdout } = await windtunnel('scenario', 'wakeup-herd', 'zpopmin-loss', '--json');
    const { scenarios } = JSON.parse(stdout);
    expect(scenarios.map(({ scenario }: { scenario: string }) => scenario)).toEqual(['wakeup-herd', 'zpopmin-loss']);
    const queries = scenarios[0].runs.map(({ metrics }: { metrics: { queries?: number } }) => metrics.queries);
    expect(queries).toEqual([40, 2, 40, 2, 2, 2, 2, 40, 6, 6]);
    expect(scenarios[1].runs[0].metrics).not.toHaveProperty('queries');
  });

  it('prints the same bytes for the same seed, and others for another', async () => {
    const args = ['scenario', 'single-queue-contention', '--json', '--seed'];
    const [first, again, other] = [
      await windtunnel(...args, '7'),
      await windtunnel(...args, '7'),
      await windtunnel(...args, '8'),
    ];
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it('reports the spread over seeds in a row', async () => {
    const { code, stdout } = await windtunnel('scenario', 'zpopmin-loss', '--seed', '5', '--seeds', '3', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ scenario: 'zpopmin-loss', seed: 5, seeds: 3 });
    expect(report.runs[0].metrics.lost).toEqual({ min: 9, median: 9, max: 9 });
    expect(report.runs[0].invariants[0]).toEqual({
      id: 'no-task-lost',
      violatedIn: 3,
      ofSeeds: 3,
      firstViolatedSeed: 5,
    });
    expect(report.expectations[0]).toMatchObject({ verdict: 'confirmed', confirmedIn: 3, ofSeeds: 3 });
  });

  it('runs only the design that it is told to', async () => {
    const { code, stdout } = await windtunnel('scenario', 'zpopmin-loss', '--design', 'stream-group', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs.map(({ design }: { design: string }) => design)).toEqual(['stream-group']);
  });

  it('says which command ioredis-mock lacks where a design cannot run on it', async () => {
    const { stdout } = await windtunnel(
      'scenario',
      'zpopmin-loss',
      '--design',
      'stream-group',
      '--backend',
      'mock',
      '--json',
    );
    const { backend, runs, skipped } = JSON.parse(stdout);
    expect({ backend, runs }).toEqual({ backend: 'mock', runs: [] });
    expect(skipped).toEqual([{ design: 'stream-group', reason: expect.stringMatching(/XGROUP/) }]);
  });

  it('lists scenarios and designs with the document each comes from', async () => {
    const [text, json] = [await windtunnel('scenario', '--list'), await windtunnel('scenario', '--list', '--json')];
    expect(text.stdout).toMatch(/\nwakeup-herd +async-task, root cause/);
    expect(text.stdout).toMatch(/\ndrain +async-task, solution one/);
    const { scenarios, designs } = JSON.parse(json.stdout);
    expect(scenarios).toContainEqual(
      expect.objectContaining({
        id: 'wakeup-capacity-one',
        designs: ['counting', 'drain', 'capacity-one', 'recommended'],
      }),
    );
    expect(designs).toContainEqual(expect.objectContaining({ id: 'polling', kind: 'worker pool' }));
  });

  it('exits 1 when an expectation does not come out, and says which and how to see it again', async () => {
    const text = readFileSync(join(ROOT, 'scenarios/zpopmin-loss.ts'), 'utf8');
    const file = join(folder, 'contrary.ts');
    writeFileSync(file, text.replaceAll("'../src/", `'${ROOT}src/`).replace(/expect: 'violated'/, "expect: 'holds'"));
    const { code, stdout, stderr } = await windtunnel('scenario', file);
    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(stdout).toContain('expected: confirmed');
    expect(stdout).toContain('✗ no-task-lost   zpopmin-loss × zpopmin-then-token   seed 1');
    expect(stdout).toContain(`npx windtunnel scenario ${file} --design zpopmin-then-token --seed 1`);
    expect(stdout).toContain('1 not as expected: zpopmin-loss/');
  });

  it.runIf(process.platform === 'linux')('fits a terminal of 60 columns', async () => {
    const command = `stty cols 60 && '${process.execPath}' '${BIN}' scenario 2>/dev/null`;
    const { code, stdout } = await run('script', ['-qec', command, '/dev/null']);
    expect(code).toBe(0);
    const lines = stdout.split(/\r?\n/);
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(60);
  });

  it('does not mind a reader that stops reading', async () => {
    const command = `set -o pipefail; '${process.execPath}' '${BIN}' scenario --seeds 2 --json | head -n 1`;
    expect(await run('bash', ['-c', command])).toEqual({ code: 0, stdout: '{\n', stderr: '' });
  });
});

describe('reports', { timeout: CHILD_MS_MAX }, () => {
  it('are written by --out next to what is there, the page as Markdown and the figures as JSON', async () => {
    const out = join(folder, 'new/reports');
    const { code, stdout } = await windtunnel('scenario', 'wakeup-herd', '--json', '--out', out);
    expect(code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['wakeup-herd.json', 'wakeup-herd.md']);
    expect(readFileSync(join(out, 'wakeup-herd.json'), 'utf8')).toBe(stdout);
  });

  it('are the same bytes every time, and name no place or machine', async () => {
    const folders = [join(folder, 'once'), join(folder, 'twice')] as const;
    // Two scenarios stand for all: that the committed reports are what the code produces is CI's to see.
    for (const out of folders) {
      expect((await windtunnel('scenario', 'zpopmin-loss', 'wakeup-herd', '--seeds', '2', '--out', out)).code).toBe(0);
    }
    const [once, twice] = folders.map(
      (out) => new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')])),
    );
    expect(once).toEqual(twice);
    expect([...(once?.keys() ?? [])]).toEqual(
      expect.arrayContaining(['wakeup-herd.json', 'zpopmin-loss.json', 'zpopmin-loss.md']),
    );
    for (const content of once?.values() ?? []) expect(content).not.toContain(ROOT);
  });
});

describe('bad input', { timeout: CHILD_MS_MAX }, () => {
  const cases: readonly [what: string, args: readonly string[], says: RegExp][] = [
    ['an unknown scenario', ['scenario', 'zpopmin-los'], /'zpopmin-los'.*zpopmin-loss/],
    ['an unknown design', ['scenario', 'zpopmin-loss', '--design', 'nope'], /zpopmin-loss.*'nope'.*stream-group/],
    ['a design that no scenario has', ['scenario', '--design', 'nope'], /'nope'.*stream-group/],
    ['an unknown option', ['scenario', '--sed', '3'], /'--sed'.*--seed/],
    ['an unknown command', ['scenaro'], /'scenaro'.*scenario/],
    ['an unknown backend', ['scenario', '--backend', 'memory'], /'memory'.*sim, mock, redis/],
    ['a seed that is no integer', ['scenario', '--seed', '1.5'], /--seed.*'1\.5'/],
    ['a negative seed', ['scenario', '--seed', '-1'], /--seed.*'-1'/],
    ['no seeds at all', ['scenario', '--seeds', '0'], /--seeds.*'0'/],
    ['an option without its value', ['scenario', '--seed'], /--seed/],
    ['a time scale of 0', ['scenario', '--backend', 'mock', '--time-scale', '0'], /--time-scale.*'0'/],
    ['a time scale for the simulation', ['scenario', '--time-scale', '0.1'], /--time-scale.*--backend/],
    ['a Redis for the simulation', ['scenario', '--backend', 'sim', '--redis', 'redis://localhost'], /--redis.*sim/],
    [
      'an unreachable Redis',
      ['scenario', 'zpopmin-loss', '--redis', 'redis://127.0.0.1:1'],
      /redis:\/\/127\.0\.0\.1:1/,
    ],
    ['what is no Redis URL', ['scenario', 'zpopmin-loss', '--redis', 'localhost'], /'localhost'.*redis:\/\//],
    ['a scenario file that is not there', ['scenario', './nope.ts'], /\.\/nope\.ts/],
    ['a report folder below a file', ['report', '--out', 'package.json/reports'], /package\.json\/reports.*--out/],
    ['a report folder where a file is', ['scenario', 'wakeup-herd', '--out', 'package.json'], /package\.json.*--out/],
    ['a superfluous argument', ['report', 'zpopmin-loss'], /argument/],
  ];
  it.concurrent.each(cases)('%s gets one line on stderr and exit code 2', async (_, args, says) => {
    const { code, stdout, stderr } = await windtunnel(...args);
    expect(stderr).toMatch(/^windtunnel: [^\n]+\n$/);
    expect(stderr).toMatch(says);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each([
    ['does not load', 'export default (', /broken\.ts/],
    ['exports nothing', 'export const scenario = 1;', /broken\.ts.*defineScenario/],
    ['breaks its schema', "export default { id: 'broken' };", /'broken'.*title/],
  ])('a scenario file that %s gets one line on stderr and exit code 2', async (_, content, says) => {
    const file = join(folder, 'broken.ts');
    writeFileSync(file, content);
    const { code, stderr } = await windtunnel('scenario', file);
    expect(stderr).toMatch(/^windtunnel: [^\n]+\n$/);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });

  it('two scenarios of one id are refused, for their reports would be one', async () => {
    const file = join(folder, 'twin.ts');
    writeFileSync(file, `export { default } from '${ROOT}scenarios/wakeup-herd.ts';`);
    const { code, stderr } = await windtunnel('scenario', 'wakeup-herd', file);
    expect(stderr).toMatch(/^windtunnel: wakeup-herd and .*twin\.ts [^\n]+\n$/);
    expect(code).toBe(2);
  });

  it('leaves no report behind, not even a folder', async () => {
    const out = join(folder, 'never/made');
    const { code } = await windtunnel('scenario', '--out', out, '--redis', 'redis://127.0.0.1:1');
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });
});

describeWithRedis(
  'a real Redis',
  () => {
    let server: PrivateRedis;
    let redis: Redis;
    beforeAll(async () => {
      server = (await startPrivateRedis()) as PrivateRedis;
      redis = new Redis(server.url);
    });
    afterAll(async () => {
      redis?.disconnect();
      await server?.stop();
    });

    it('is left without a key after a run', async () => {
      const args = [
        'zpopmin-loss',
        '--design',
        'zpopmin-then-token',
        '--redis',
        server.url,
        '--time-scale',
        '0.02',
        '--json',
      ];
      const { stdout, stderr } = await windtunnel('scenario', ...args);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toMatchObject({ backend: 'redis', timeScale: 0.02, runs: [{ historyHash: null }] });
      expect(await redis.dbsize()).toBe(0);
    });

    it.each(['stream-group × blocking', 'random-offset-lock × polling'])(
      'is left without a key after Ctrl-C while %s is busy, and the exit code is 130',
      async (pair) => {
        const [claims, pool] = pair.split(' × ');
        const file = join(folder, `busy-${pool}.ts`);
        writeFileSync(
          file,
          `export default {
            id: 'busy', title: 'Busy', source: 'a test', story: 'Thousands of short tasks.',
            workload: {
              types: { email: { limit: 10, handlerMs: 1 } },
              arrivals: [{ type: 'email', count: 20000, everyMs: 0.2 }],
            },
            designs: [{ claims: '${claims}', pool: '${pool}', workers: 20 }],
            invariants: [], expectations: [],
          };`,
        );
        const child = spawn(process.execPath, [BIN, 'scenario', file, '--redis', server.url], { stdio: 'ignore' });
        const ended = codeOf(child);
        while ((await redis.dbsize()) < 500 && child.exitCode === null)
          await new Promise((resolve) => setTimeout(resolve, 20));
        child.kill('SIGINT');
        expect(await ended).toBe(130);
        expect(await redis.dbsize()).toBe(0);
      },
    );
  },
  { timeout: CHILD_MS_MAX },
);

function codeOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', resolve);
  });
}

describe('the packed tarball', { timeout: PACKAGE_MS_MAX }, () => {
  it('runs from an empty folder, scenarios and Lua included', async () => {
    const [source, target] = [join(folder, 'package'), join(folder, 'installed')];
    for (const path of [source, target]) mkdirSync(path);
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'src', 'scenarios', 'bin']) {
      cpSync(join(ROOT, name), join(source, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
    const npm = async (cwd: string, ...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await run('npm', args, cwd);
      expect(code, `npm ${args.join(' ')}: ${stderr}`).toBe(0);
      return stdout;
    };
    await npm(source, 'exec', '--', 'tsc', '-p', 'tsconfig.build.json');
    const tarball = (await npm(source, 'pack', '--ignore-scripts', '--silent')).trim();
    writeFileSync(join(target, 'package.json'), '{ "private": true }');
    await npm(target, 'install', '--prefer-offline', '--no-audit', '--no-fund', join(source, tarball));

    const bin = join(target, 'node_modules/.bin/windtunnel');
    const list = await run(bin, ['scenario', '--list', '--json'], target);
    expect(list.stderr).toBe('');
    const { scenarios } = JSON.parse(list.stdout);
    const files = readdirSync(join(ROOT, 'scenarios')).map((name) => name.replace(/\.ts$/, ''));
    expect(scenarios.map(({ id }: { id: string }) => id)).toEqual(files.sort());
    // stream-group and the limiter of tokens run Lua scripts.
    const installed = await run(bin, ['scenario', 'zpopmin-loss', '--json'], target);
    expect(installed).toEqual(await windtunnel('scenario', 'zpopmin-loss', '--json'));
  });
});
