import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/simredis/commands/index.ts';
import { type Backend, describeWithRedis, openBackend } from './backends.ts';
import { asIoredis, comparable, text } from './normal-reply.ts';
import { type Answer, describeStep, runSequence, type Sequence, vectorOf } from './sequence.ts';

/** Every file in sequences/ is a family: it exports one array of sequences, under whatever name. */
const FAMILIES = await loadFamilies();
/** ioredis's methods, and so the mock's, make a count of the confirmations. */
const SUBSCRIBING = /^p?(?:un)?subscribe$/;
const SHOWN_LENGTH_MAX = 80;
const MOCK_TIMEOUT_MS = 120_000;

async function loadFamilies(): Promise<ReadonlyMap<string, readonly Sequence[]>> {
  const families = new Map<string, readonly Sequence[]>();
  const files = readdirSync(new URL('./sequences/', import.meta.url)).filter((file) => file.endsWith('.ts'));
  for (const file of files.sort()) {
    const module: Record<string, readonly Sequence[]> = await import(
      /* @vite-ignore */ new URL(`./sequences/${file}`, import.meta.url).href
    );
    families.set(file.slice(0, -'.ts'.length), Object.values(module).flat());
  }
  return families;
}

describeWithRedis('simulated Redis answers what a real Redis answers', () => {
  let redis: Backend;
  beforeAll(async () => {
    redis = await openBackend('redis');
  });
  afterAll(() => redis?.stop());

  for (const [family, sequences] of FAMILIES) {
    describe(family, () => {
      // A real server's clock goes on between two calls, and on a busy machine a key's last milliseconds may pass there: a
      // difference that counts shows every time.
      test.each(sequences)('$name', { retry: 2 }, async (sequence) => {
        const sim = await openBackend('sim');
        const real = await runSequence(redis, sequence);
        const simulated = await runSequence(sim, sequence);
        for (const [index, answer] of real.entries()) {
          const [expected, actual] = compared(answer, simulated[index] as Answer);
          expect(actual, `step ${index}: ${describeStep(answer.step)}`).toEqual(expected);
        }
      });
    });
  }
});

/** Where ioredis-mock stops short of Redis, command by command. */
type MockDifferences = Record<string, 'missing' | string[]>;

describe('ioredis-mock', () => {
  test(
    'differs from Redis where it did before',
    async () => {
      const mock = await openBackend('mock');
      const differences: MockDifferences = {};
      try {
        for (const sequences of FAMILIES.values()) {
          for (const sequence of sequences) if (isForMock(sequence)) await compareMock(mock, sequence, differences);
        }
      } finally {
        await mock.stop();
      }
      const sorted = Object.fromEntries(Object.entries(differences).sort(([a], [b]) => (a < b ? -1 : 1)));
      await expect(`${JSON.stringify(sorted, null, 2)}\n`).toMatchFileSnapshot('../golden/mock-differences.json');
    },
    MOCK_TIMEOUT_MS,
  );
});

/** The mock's blocking commands wait in real time; they are left out. */
function isForMock({ commands }: Sequence): boolean {
  return !commands.some((step) => 'begin' in step);
}

/**
 * That both answer an error is as much as is asked of the mock: its texts are its own.
 *
 * A sequence ends at the first difference of a command that writes: what follows would differ for that reason.
 */
async function compareMock(mock: Backend, sequence: Sequence, differences: MockDifferences): Promise<void> {
  const expected = await runSequence(await openBackend('sim'), sequence);
  await runSequence(mock, sequence, (answer, index) => {
    const inRedis = expected[index] as Answer;
    const [wanted, got] = compared(inRedis, answer, true);
    if (isError(answer) && isError(inRedis) && (!isUnknown(answer) || isUnknown(inRedis))) return false;
    if (JSON.stringify(wanted) === JSON.stringify(got)) return false;
    const name = nameOf(answer);
    if (SUBSCRIBING.test(name)) return false;
    if (isUnknown(answer)) differences[name] = 'missing';
    else if (differences[name] !== 'missing') {
      differences[name] ??= [];
      differences[name].push(`${describeStep(answer.step)}${shownDifference(answer, inRedis)} (${sequence.name})`);
    }
    return COMMANDS.get(name)?.write !== false;
  });
}

function nameOf({ step }: Answer): string {
  return (vectorOf(step)?.[0] ?? 'messages').toLowerCase();
}

/** What the mock answers where Redis refuses may be random, and is left out. */
function shownDifference(answer: Answer, inRedis: Answer): string {
  if (isError(inRedis)) return `, which is an error in Redis`;
  if (answer.compare !== 'exact') return '';
  const [shown, wanted] = [answer, inRedis].map(({ reply }) => text(reply ?? null).slice(0, SHOWN_LENGTH_MAX));
  return `: ${shown}, in Redis ${wanted}`;
}

function isError({ reply }: Answer): boolean {
  return reply !== null && typeof reply === 'object' && 'error' in reply;
}

/** Whether the mock has no such command. */
function isUnknown({ reply }: Answer): boolean {
  if (reply === null || typeof reply !== 'object' || !('error' in reply)) return false;
  return reply.error.startsWith('ERR unknown command') || reply.error.startsWith('Unsupported command');
}

function compared(expected: Answer, actual: Answer, throughIoredis = false): [unknown, unknown] {
  const [a, b] = [expected.reply ?? null, actual.reply ?? null];
  return throughIoredis ? comparable(asIoredis(a), asIoredis(b), expected.compare) : comparable(a, b, expected.compare);
}
