import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/events.ts';
import type { HistoryEvent } from '../../../src/history/history.ts';
import { noTokenLeak } from '../../../src/history/invariants/no-token-leak.ts';
import { claimed, finished, hostCrashed, tokenAcquired, tokenReleased, workerStarted, written } from '../written.ts';

const check = noTokenLeak.check;

describe('no-token-leak', () => {
  test('holds where every token is given back, also one that had run out before', () => {
    const history = written(
      [0, tokenAcquired('k1')],
      [1, tokenAcquired('k2')],
      [2, tokenReleased('k2')],
      [70_000, tokenReleased('k1', false)],
    );
    expect(check(history)).toEqual([]);
  });

  test('a token that is never given back is a violation', () => {
    const history = written([0, tokenAcquired('k1')], [1.5, tokenAcquired('k2')], [2, tokenReleased('k1')]);
    expect(check(history)).toEqual([
      { message: 'token k2 of example, taken at 1.5 ms, was never given back', events: [1] },
    ]);
  });

  test('a release before the acquisition does not count', () => {
    expect(check(written([0, tokenReleased('k1', false)], [1, tokenAcquired('k1')]))).toHaveLength(1);
  });

  const owned = (token: string, owner: string): EngineEvent => ({
    kind: 'token-acquired',
    type: 'example',
    token,
    owner,
  });

  /** A task whose handler has ended, and what comes then. */
  const ended = (event: HistoryEvent) =>
    written(
      [0, workerStarted('w1', 'app-1')],
      [0, owned('t1:1', 't1')],
      [0, claimed('t1', 'w1')],
      [1, finished('t1', 'w1')],
      [2, event],
    );

  test('a token whose owner went on is not judged where its host crashed: the news of its release may have died', () => {
    expect(check(ended(hostCrashed('app-1')))).toEqual([]);
    expect(check(ended({ kind: 'process-killed', host: 'app-1' }))).toEqual([]);
    expect(
      check(
        written([0, owned('t1:1', 't1')], [1, hostCrashed()], [2, owned('t1:2', 't1')], [3, tokenReleased('t1:2')]),
      ),
    ).toEqual([]);
  });

  const replyLost = (host: string, kind = 'reply-lost'): HistoryEvent => ({ kind: 'fault', fault: { kind, host } });
  const settleFailed: EngineEvent = { kind: 'settle-failed', task: 't1', worker: 'w1', error: 'READONLY' };
  /** A settlement that is sent twice, the second time refused. */
  const refused = (between: HistoryEvent, token = owned('t1:1', 't1')) =>
    written(
      [0, workerStarted('w1', 'app-1')],
      [1, token],
      [1, claimed('t1', 'w1')],
      [2, finished('t1', 'w1')],
      [3, between],
      [4, settleFailed],
    );

  test('a token whose settlement lost its answer, and failed when it was sent again, is not judged: it may be released', () => {
    expect(check(refused(replyLost('app-1')))).toEqual([]);
    expect(check(refused(replyLost('app-1', 'reset')))).toEqual([]);
    expect(check(refused({ kind: 'fault', fault: { kind: 'redis-restart' } }))).toEqual([]);
  });

  test('it is a violation where no answer of its own host was lost since the handler ended, or the settlement did not fail', () => {
    expect(check(refused(replyLost('app-2')))).toHaveLength(1);
    expect(check(refused(replyLost('app-1', 'request-lost')))).toHaveLength(1);
    expect(check(refused(replyLost('app-1', 'error-reply')))).toHaveLength(1);
    expect(check(refused(replyLost('app-1'), tokenAcquired('k1')))).toHaveLength(1);
    expect(
      check(
        written(
          [0, workerStarted('w1', 'app-1')],
          [1, owned('t1:1', 't1')],
          [1, claimed('t1', 'w1')],
          [2, replyLost('app-1')],
          [3, finished('t1', 'w1')],
          [4, settleFailed],
        ),
      ),
    ).toHaveLength(1);
    expect(
      check(
        written(
          [0, workerStarted('w1', 'app-1')],
          [1, owned('t1:1', 't1')],
          [1, claimed('t1', 'w1')],
          [2, finished('t1', 'w1')],
          [3, replyLost('app-1')],
          [4, { kind: 'conflict', over: 'lease', task: 't1', worker: 'w1' }],
        ),
      ),
    ).toHaveLength(1);
  });

  test('nor is one whose owner was claimed again after an answer to anybody was lost: who took it back may not have heard', () => {
    const claimedAgain = (between: HistoryEvent) =>
      written([0, owned('t1:1', 't1')], [1, between], [2, owned('t1:2', 't1')], [3, tokenReleased('t1:2')]);
    expect(check(claimedAgain(replyLost('app-2')))).toEqual([]);
    expect(check(claimedAgain(replyLost('app-2', 'error-reply')))).toHaveLength(1);
    const claimedBefore = [
      [0, replyLost('app-2')],
      [1, owned('t1:1', 't1')],
      [2, owned('t1:2', 't1')],
    ] as const;
    expect(check(written(...claimedBefore, [3, tokenReleased('t1:2')]))).toHaveLength(1);
  });

  test('of several attempts only that one is not judged whose settlement failed', () => {
    const taken = [
      [0, workerStarted('w1', 'app-1')],
      [1, owned('t1:1', 't1')],
      [1, claimed('t1', 'w1')],
      [2, owned('t1:2', 't1')],
      [2, claimed('t1', 'w2')],
      [3, finished('t1', 'w1')],
      [4, replyLost('app-1')],
      [5, settleFailed],
    ] as const;
    expect(check(written(...taken))).toEqual([
      { message: 'token t1:2 of example, taken at 2 ms, was never given back', events: [3] },
    ]);
  });

  test('it is a violation where nobody crashed, or the owner has not gone on', () => {
    expect(check(written([0, owned('t1:1', 't1')], [1, finished('t1', 'w1')]))).toHaveLength(1);
    // A host that had no part in it.
    expect(check(ended({ kind: 'host-crashed', host: 'app-2' }))).toHaveLength(1);
    expect(check(written([0, owned('t1:1', 't1')], [2, hostCrashed()]))).toHaveLength(1);
  });
});
