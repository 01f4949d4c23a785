import FakeTimers, { type Clock } from '@sinonjs/fake-timers';
import RedisMock from 'ioredis-mock';
import type { Backend, BackendClient } from './backends.ts';
import type { NormalReply } from './normal-reply.ts';

/** What the mock answers, it answers in this time. */
const MOCK_ANSWER_MS = 500;

/** ioredis-mock on a Date of its own, so that deadlines pass without waiting. Its timers stay real. */
export async function openMock(nowMs: number): Promise<Backend> {
  const clock: Clock = FakeTimers.install({ now: nowMs, toFake: ['Date'] });
  const clients: Mock[] = [];
  const client = async (): Promise<BackendClient> => {
    const mock = new RedisMock();
    clients.push(mock as Mock);
    const pushed: NormalReply[] = [];
    mock.on('message', (channel: string, message: string) => pushed.push(['message', channel, message]));
    mock.on('pmessage', (pattern: string, channel: string, message: string) =>
      pushed.push(['pmessage', pattern, channel, message]),
    );
    const calls = new MockCalls(mock as Mock);
    return { call: (...args) => calls.call(args), pushed, close: () => mock.disconnect() };
  };
  const first = await client();
  await first.call('FLUSHALL');
  return {
    name: 'mock',
    ...first,
    client,
    async advance(ms) {
      clock.tick(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
    async parked() {},
    async stop() {
      for (const mock of clients) mock.disconnect();
      clock.uninstall();
    },
  };
}

type Mock = InstanceType<typeof RedisMock>;

/** What makes the mock allocate whatever it is asked for, and take the process with it. */
const GREEDY = /^(?:[shz]rand(?:member|field)|setrange|setbit)$/;
const HUGE = /^-?\d{8,}$/;

/** The mock's methods as commands. Its transactions are chains of calls, as ioredis's are. */
class MockCalls {
  readonly #mock: Mock;
  #chain: ReturnType<Mock['multi']> | undefined;

  constructor(mock: Mock) {
    this.#mock = mock;
  }

  async call([sent, ...args]: readonly string[]): Promise<NormalReply> {
    const name = (sent as string).toLowerCase();
    if (GREEDY.test(name) && args.some((arg) => HUGE.test(arg))) return { error: 'too large for the mock' };
    try {
      if (name === 'multi' && this.#chain === undefined && args.length === 0) {
        this.#chain = this.#mock.multi();
        return 'OK';
      }
      const chain = this.#chain;
      if (chain === undefined) return await this.#invoke(this.#mock, name, args);
      if (name === 'exec' || name === 'discard') {
        this.#chain = undefined;
        return name === 'discard' ? 'OK' : normalResults(await Promise.race([chain.exec(), silence()]));
      }
      if (name === 'multi') return { error: 'a chain of calls does not nest' };
      this.#method(chain, name).apply(chain, [...args]);
      return 'QUEUED';
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  async #invoke(target: object, name: string, args: readonly string[]): Promise<NormalReply> {
    return normalMock(await Promise.race([this.#method(target, name).apply(target, [...args]), silence()]));
  }

  #method(target: object, name: string): (...args: unknown[]) => unknown {
    const method = (target as Record<string, unknown>)[name];
    if (typeof method !== 'function') throw new Error(`ERR unknown command '${name}'`);
    return method as (...args: unknown[]) => unknown;
  }
}

function normalResults(results: [error: Error | null, result: unknown][] | null): NormalReply {
  if (results === null) return null;
  return results.map(([error, result]) => (error ? { error: error.message } : normalMock(result)));
}

/** Some of the mock's methods never settle. */
function silence(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('no answer')), MOCK_ANSWER_MS).unref();
  });
}

function normalMock(reply: unknown): NormalReply {
  if (reply === null || reply === undefined) return null;
  if (typeof reply === 'string' || typeof reply === 'number' || typeof reply === 'bigint') return reply;
  if (reply instanceof Error) return { error: reply.message };
  if (Buffer.isBuffer(reply)) return reply.toString('latin1');
  if (Array.isArray(reply)) return reply.map(normalMock);
  if (typeof reply === 'object') return Object.entries(reply).flatMap(([field, value]) => [field, normalMock(value)]);
  return String(reply);
}
