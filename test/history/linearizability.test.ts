import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leaseOperations } from '../../src/history/lease-operations.ts';
import { linearizability, type Model, type Operation } from '../../src/history/linearizability.ts';
import { fifoQueue, type QueueInput } from '../../src/history/models/fifo-queue.ts';
import { type RegisterInput, register } from '../../src/history/models/register.ts';
import {
  lock,
  type SemaphoreInput,
  type SemaphoreOutput,
  semaphore,
  withExpiry,
} from '../../src/history/models/semaphore.ts';
import { hostCrashed, tokenAcquired, tokenReleased, written } from './written.ts';

const NEVER = Number.POSITIVE_INFINITY;
type Answer = string | number | boolean | null;

/** An operation of a client, from when to when. */
function operation<I, O>(client: string, input: I, output: O | undefined, calledAt: number, returnedAt: number) {
  return { client, input, output, calledAt, returnedAt };
}

const write = (client: string, value: string, calledAt: number, returnedAt: number) =>
  operation<RegisterInput, string | null>(client, { name: 'x', value }, value, calledAt, returnedAt);
const read = (client: string, value: string | null, calledAt: number, returnedAt: number) =>
  operation<RegisterInput, string | null>(client, { name: 'x' }, value, calledAt, returnedAt);
const enqueue = (client: string, value: string, calledAt: number, returnedAt: number) =>
  operation<QueueInput, string | null>(client, { name: 'q', value }, value, calledAt, returnedAt);
const dequeue = (client: string, value: string | null, calledAt: number, returnedAt: number) =>
  operation<QueueInput, string | null>(client, { name: 'q' }, value, calledAt, returnedAt);
const on = (
  kind: SemaphoreInput['kind'],
  owner: string,
  output: SemaphoreOutput | undefined,
  calledAt: number,
  returnedAt: number,
) => operation<SemaphoreInput, SemaphoreOutput>(owner, { kind, name: 'l', owner }, output, calledAt, returnedAt);

/** Every order that respects time, one after the other. */
function naive<S, I, O extends Answer>(model: Model<S, I, O>, left: readonly Operation<I, O>[], state: S): boolean {
  if (left.every(({ returnedAt }) => returnedAt === NEVER)) return true;
  return left.some((first, place) => {
    if (left.some(({ returnedAt }) => returnedAt < first.calledAt)) return false;
    const [after, answer] = model.apply(state, first.input);
    return (first.output === undefined || first.output === answer) && naive(model, left.toSpliced(place, 1), after);
  });
}

describe('a register', () => {
  test('a read that overlaps a write may see the old value or the new one', () => {
    for (const seen of [null, 'a']) {
      expect(linearizability(register, [write('w1', 'a', 0, 10), read('w2', seen, 2, 8)]).verdict).toBe('linearizable');
    }
  });

  test('once a read has seen the new value, no later read sees the old one', () => {
    const stale = [write('w1', 'a', 0, 10), read('w2', 'a', 1, 3), read('w3', null, 4, 6)];
    expect(linearizability(register, stale)).toEqual({
      verdict: 'violated',
      message:
        "read(x) by w3, called at 4, cannot have answered 'null' at 6: in whatever order the 3 operations called by then took " +
        "effect, the object is 'a'",
      operation: 2,
      prefix: [0, 1, 2],
    });
  });

  test('operations that touch in time are concurrent', () => {
    expect(linearizability(register, [write('w1', 'a', 0, 5), read('w2', null, 5, 6)]).verdict).toBe('linearizable');
  });

  test('a write whose reply never came may take effect late, or never, but not twice', () => {
    const lost = write('w1', 'a', 0, NEVER);
    expect(linearizability(register, [lost, read('w2', null, 5, 6)]).verdict).toBe('linearizable');
    expect(linearizability(register, [lost, read('w2', null, 5, 6), read('w2', 'a', 7, 8)]).verdict).toBe(
      'linearizable',
    );
    const twice = [lost, read('w2', 'a', 1, 2), write('w2', 'b', 3, 4), read('w2', 'a', 5, 6)];
    expect(linearizability(register, twice)).toMatchObject({ verdict: 'violated', operation: 3 });
  });

  test('names are registers of their own', () => {
    const other = operation<RegisterInput, string | null>('w2', { name: 'y' }, null, 5, 6);
    expect(linearizability(register, [write('w1', 'a', 0, 1), other]).verdict).toBe('linearizable');
  });
});

describe('a queue', () => {
  test('two that were enqueued at once come out in either order', () => {
    const both = [enqueue('w1', 'a', 0, 5), enqueue('w2', 'b', 0, 5)];
    for (const [first, second] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const out = [dequeue('w1', first, 6, 7), dequeue('w1', second, 8, 9), dequeue('w1', null, 10, 11)];
      expect(linearizability(fifoQueue, [...both, ...out]).verdict).toBe('linearizable');
    }
  });

  test('one that was enqueued later does not come out first, nor anything twice', () => {
    const filled = [enqueue('w1', 'a', 0, 1), enqueue('w1', 'b', 2, 3)];
    const overtaken = linearizability(fifoQueue, [...filled, dequeue('w2', 'b', 4, 5)]);
    expect(overtaken).toMatchObject({ verdict: 'violated', operation: 2 });
    const twice = linearizability(fifoQueue, [...filled, dequeue('w2', 'a', 4, 6), dequeue('w3', 'a', 4, 6)]);
    expect(twice).toMatchObject({ verdict: 'violated', operation: 3, prefix: [0, 1, 2, 3] });
  });

  test('a dequeue whose reply was lost may have taken the head', () => {
    const lost = operation<QueueInput, string | null>('w2', { name: 'q' }, undefined, 2, NEVER);
    const rest = [enqueue('w1', 'a', 0, 1), lost, dequeue('w3', null, 5, 6)];
    expect(linearizability(fifoQueue, rest).verdict).toBe('linearizable');
    expect(linearizability(fifoQueue, [...rest, dequeue('w3', 'a', 7, 8)]).verdict).toBe('violated');
  });
});

describe('a lock and a semaphore', () => {
  test('one owner at a time; who comes meanwhile is refused', () => {
    const fair = [
      on('acquire', 'a', 'held', 0, 2),
      on('acquire', 'b', 'refused', 1, 3),
      on('release', 'a', 'released', 4, 6),
      on('acquire', 'c', 'held', 5, 7),
    ];
    expect(linearizability(lock, fair).verdict).toBe('linearizable');
    const stolen = linearizability(lock, [...fair, on('acquire', 'd', 'held', 8, 9)]);
    expect(stolen).toMatchObject({ verdict: 'violated', operation: 4 });
    expect(stolen.verdict === 'violated' && stolen.message).toMatch(/the object is held by c$/);
  });

  test('a free lock refuses nobody', () => {
    expect(linearizability(lock, [on('acquire', 'a', 'refused', 0, 1)])).toMatchObject({ operation: 0 });
  });

  test('a semaphore has as many owners as its limit', () => {
    const acquisitions = ['a', 'b', 'c'].map((owner) => on('acquire', owner, 'held', 0, 1));
    expect(linearizability(semaphore(3), acquisitions).verdict).toBe('linearizable');
    expect(linearizability(semaphore(2), acquisitions).verdict).toBe('violated');
  });

  test('a lock frees itself when its time is over, and no sooner', () => {
    const until = (calledAt: number) =>
      linearizability(
        lock,
        withExpiry([on('acquire', 'a', 'held', 0, 1), on('acquire', 'b', 'held', calledAt, 99)], 100),
      );
    expect(until(2).verdict).toBe('violated');
    const late = [on('acquire', 'a', 'held', 0, 1), on('acquire', 'b', 'held', 99, 101)];
    expect(linearizability(lock, withExpiry(late, 100)).verdict).toBe('linearizable');
    const stillHeld = [...late, on('release', 'a', 'released', 102, 103)];
    expect(linearizability(lock, withExpiry(stillHeld, 100)).verdict).toBe('violated');
    const gone = [...late, on('release', 'a', 'not held', 102, 103)];
    expect(linearizability(lock, withExpiry(gone, 100)).verdict).toBe('linearizable');
  });
});

describe('any history of a few operations', () => {
  const times = fc
    .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }))
    .map(([calledAt, length, fate]) => ({ calledAt, returnedAt: fate === 0 ? NEVER : calledAt + length }));
  /** Senseless answers, some unknown. */
  const history = <I, O>(input: fc.Arbitrary<I>, output: fc.Arbitrary<O>): fc.Arbitrary<Operation<I, O>[]> =>
    fc.array(
      fc
        .tuple(fc.constantFrom('w1', 'w2'), input, fc.option(output, { freq: 5, nil: undefined }), times)
        .map(([client, i, o, { calledAt, returnedAt }]) => operation(client, i, o, calledAt, returnedAt)),
      { maxLength: 7, size: 'max' },
    );

  const judgesLikeNaive = <S, I, O extends Answer>(
    model: Model<S, I, O>,
    histories: fc.Arbitrary<readonly Operation<I, O>[]>,
  ) => {
    const seen = { linearizable: 0, violated: 0, unknown: 0 };
    fc.assert(
      fc.property(histories, (operations) => {
        const result = linearizability(model, operations);
        seen[result.verdict]++;
        expect(result.verdict).toBe(naive(model, operations, model.initial) ? 'linearizable' : 'violated');
        if (result.verdict !== 'violated') return;
        // The prefix is violated; without its last reply it is not.
        const end = (operations[result.operation] as Operation<I, O>).returnedAt;
        const prefix = result.prefix.map((index) => {
          const each = operations[index] as Operation<I, O>;
          return each.returnedAt > end ? { ...each, returnedAt: NEVER } : each;
        });
        expect(naive(model, prefix, model.initial)).toBe(false);
        const last = result.prefix.indexOf(result.operation);
        const tied = prefix.map((each, place) =>
          each.returnedAt === end && place >= last ? { ...each, returnedAt: NEVER } : each,
        );
        expect(naive(model, tied, model.initial)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.linearizable, seen.violated)).toBeGreaterThan(100);
    expect(seen.unknown).toBe(0);
  };

  test('of a register is judged as every order, tried one by one, judges it', () => {
    const value = fc.constantFrom('a', 'b');
    const known = fc.record({ name: fc.constant('x'), value: fc.option(value, { nil: undefined }) });
    const input = known.map(({ name, value: v }): RegisterInput => (v === undefined ? { name } : { name, value: v }));
    const sensible = history(input, fc.option(value)).map((all) =>
      all.map((each) => (each.input.value === undefined ? each : { ...each, output: each.input.value })),
    );
    judgesLikeNaive(register, sensible);
  });

  test('of a queue is judged as every order, tried one by one, judges it', () => {
    const value = fc.constantFrom('a', 'b', 'c');
    const input = fc.option(value).map((v): QueueInput => (v === null ? { name: 'q' } : { name: 'q', value: v }));
    const sensible = history(input, fc.option(value)).map((all) =>
      all.map((each) => (each.input.value === undefined ? each : { ...each, output: each.input.value })),
    );
    judgesLikeNaive(fifoQueue, sensible);
  });

  test('of a semaphore is judged as every order, tried one by one, judges it', () => {
    const input = fc.record({
      kind: fc.constantFrom('acquire' as const, 'release' as const, 'expire' as const),
      name: fc.constant('l'),
      owner: fc.constantFrom('a', 'b', 'c'),
    });
    const flags = history(input, fc.boolean()).map((all) =>
      all.map((each): Operation<SemaphoreInput, SemaphoreOutput> => {
        const answers = {
          acquire: ['held', 'refused'],
          release: ['released', 'not held'],
          expire: ['over', 'over'],
        } as const;
        const output = each.output === undefined ? undefined : answers[each.input.kind][each.output ? 0 : 1];
        return { ...each, output };
      }),
    );
    judgesLikeNaive(semaphore(2), flags);
  });
});

describe('the search', () => {
  /** What a real lock answers to ten clients; each operation takes effect somewhere between its call and its return. */
  function lockHistory(seed: number, count: number): Operation<SemaphoreInput, SemaphoreOutput>[] {
    let state = seed;
    const integer = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    let holder: string | undefined;
    const busyUntil = new Array<number>(10).fill(0);
    return Array.from({ length: count }, (_, place) => {
      const effectAt = (place + 1) * 10;
      const clients = [...busyUntil.keys()].filter((client) => (busyUntil[client] as number) < effectAt);
      const client = clients[integer(clients.length)] as number;
      const owner = `w${client}`;
      const kind = holder === owner ? 'release' : 'acquire';
      let output: SemaphoreOutput = 'released';
      if (kind === 'acquire') output = holder === undefined ? 'held' : 'refused';
      if (output !== 'refused') holder = kind === 'acquire' ? owner : undefined;
      const calledAt = Math.max((busyUntil[client] as number) + 1, effectAt - integer(50));
      const returnedAt = effectAt + integer(60);
      busyUntil[client] = returnedAt;
      return on(kind, owner, output, calledAt, returnedAt);
    });
  }

  test('judges a thousand operations of ten clients on a lock, and finds the one that lies', () => {
    const operations = lockHistory(7, 1000);
    expect(operations.filter(({ output }) => output === 'held').length).toBeGreaterThan(30);
    expect(linearizability(lock, operations).verdict).toBe('linearizable');
    const last = operations.findIndex(({ output, calledAt }) => output === 'refused' && calledAt > 5000);
    const liar = operations.with(last, { ...(operations[last] as (typeof operations)[number]), output: 'held' });
    expect(linearizability(lock, liar)).toMatchObject({ verdict: 'violated' });
  });

  test('gives up when it would need more memory than it has, and says so', () => {
    const enqueues = Array.from({ length: 12 }, (_, place) => enqueue(`w${place}`, `v${place}`, 0, 10));
    const never = [...enqueues, dequeue('w0', 'nothing of these', 11, 12)];
    expect(linearizability(fifoQueue, never, { memoryBytes: 100_000 })).toEqual({
      verdict: 'unknown',
      message: expect.stringContaining('ran out of memory'),
    });
    expect(linearizability(fifoQueue, enqueues, { memoryBytes: 100 }).verdict).toBe('unknown');
  });

  test('what it cannot judge of one object does not hide a violation of another', () => {
    const enqueues = Array.from({ length: 12 }, (_, place) => enqueue(`w${place}`, `v${place}`, 0, 10));
    const hard = [...enqueues, dequeue('w0', 'nothing of these', 11, 12)];
    const wrong = operation<QueueInput, string | null>('w1', { name: 'other' }, 'a', 0, 1);
    expect(linearizability(fifoQueue, [...hard, wrong], { memoryBytes: 100_000 })).toMatchObject({
      verdict: 'violated',
      operation: 13,
    });
  });

  test('an operation that returns before its call is refused', () => {
    expect(() => linearizability(register, [read('w1', null, 5, 4)])).toThrow(RangeError);
  });
});

describe('the locks and tokens of a history', () => {
  const judge = (history: Parameters<typeof leaseOperations>[0], ttlMs = Number.POSITIVE_INFINITY) =>
    linearizability(lock, leaseOperations(history, 'tokens', { ttlUs: ttlMs * 1000, requestUs: 2000 }));

  test('a token that two hold at once is found', () => {
    const twice = written([10, tokenAcquired('a')], [20, tokenAcquired('b')], [30, tokenReleased('a')]);
    expect(judge(twice)).toMatchObject({ verdict: 'violated', operation: 1 });
  });

  test('an answer that overtakes another, within the time of a request, is none', () => {
    const overtaken = written([10, tokenAcquired('a')], [20, tokenAcquired('b')], [21, tokenReleased('a')]);
    expect(judge(overtaken).verdict).toBe('linearizable');
  });

  test('a token that ran out may be taken again, and its release then finds nothing', () => {
    const ranOut = [
      [10, tokenAcquired('a')],
      [120, tokenAcquired('b')],
      [130, tokenReleased('a', false)],
    ] as const;
    expect(judge(written(...ranOut), 100).verdict).toBe('linearizable');
    expect(judge(written(...ranOut), 1000).verdict).toBe('violated');
  });

  test('a release may have died with its host', () => {
    const died = [
      [10, tokenAcquired('a')],
      [11, hostCrashed()],
      [20, tokenAcquired('b')],
    ] as const;
    expect(judge(written(...died)).verdict).toBe('linearizable');
    expect(judge(written(died[0], died[2])).verdict).toBe('violated');
  });
});
