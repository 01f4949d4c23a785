import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

/** A redis-server of one's own: nobody else's data, gone when it is stopped. */
export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  /** Kills the server and resolves once it is gone. */
  stop(): Promise<void>;
}

/** How often another port is tried when someone took the free one first. */
const START_ATTEMPTS_MAX = 5;
const START_TIMEOUT_MS = 10_000;
const READY = 'Ready to accept connections';
const EXECUTABLE = 'redis-server';

export function isRedisInstalled(): boolean {
  return spawnSync(EXECUTABLE, ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Starts a redis-server on a free loopback port, with nothing read from or written to disk. It is killed when
 * this process exits; a process that handles no signals and is killed by one leaves it behind.
 *
 * @returns undefined where no redis-server is installed.
 * @throws {Error} where one is installed and does not start.
 */
export async function startPrivateRedis(): Promise<PrivateRedis | undefined> {
  if (!isRedisInstalled()) return undefined;
  let failure: unknown;
  for (let attempt = 0; attempt < START_ATTEMPTS_MAX; attempt++) {
    const port = await freePort();
    try {
      return await start(port);
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(`redis-server did not start in ${START_ATTEMPTS_MAX} attempts`, { cause: failure });
}

async function start(port: number): Promise<PrivateRedis> {
  const server = spawn(
    EXECUTABLE,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    { stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' },
  );
  const kill = () => {
    server.kill('SIGKILL');
  };
  process.once('exit', kill);
  const gone = new Promise<void>((resolve) => {
    server.once('close', () => {
      process.off('exit', kill);
      resolve();
    });
  });
  try {
    await ready(server);
  } catch (error) {
    kill();
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    async stop() {
      kill();
      await gone;
    },
  };
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    const timer = setTimeout(() => reject(new Error(`redis-server is not ready:\n${log}`)), START_TIMEOUT_MS);
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (!log.includes(READY)) return;
      clearTimeout(timer);
      // What it logs from here on is read, lest the pipe fill up, and dropped.
      server.stdout?.removeAllListeners('data').resume();
      resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`redis-server ended with code ${code}:\n${log}`));
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
