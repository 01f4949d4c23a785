import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/explore/finding.ts';
import { eventInWords, idleEnd, storyOf } from '../../src/report/story.ts';
import type { Answer } from '../../src/scenario/answers.ts';
import {
  answer,
  claimed,
  conflict,
  crashed,
  emptyPoll,
  finished,
  restarted,
  started,
  status,
  struck,
  submitted,
  submitting,
  timed,
  workerStarted,
} from './written-finding.ts';

const told = (events: readonly RecordedEvent[], answers?: readonly Answer[], proof?: readonly number[]) =>
  storyOf(events, answers, proof).map(({ timeUs, who, what }) => `${timeUs / 1000} ${who}: ${what}`);

describe('a story', () => {
  it('tells a submission with its terms, and whether the client has heard of it', () => {
    const events = timed(
      [0, { kind: 'limit-changed', type: 'email', limit: 2 }],
      [1, { ...submitting('t1'), priority: 3, dueInMs: 50 }],
      [1, submitting('t2')],
      [2, submitted('t1')],
      [3, { kind: 'limit-changed', type: 'email', limit: 5 }],
    );
    expect(told(events)).toEqual([
      '1 client: submits t1 (email, limit 2, priority 3, due in 50 ms)',
      '1 client: submits t2 (email, limit 2), and hears nothing',
      '3 : the limit of email is 5 from now on, no longer 2',
    ]);
  });

  it('tells what a host had to do when it died', () => {
    const events = timed(
      [0, workerStarted('worker-1', 'app-1')],
      [0, workerStarted('worker-2', 'app-1')],
      [0, workerStarted('worker-3', 'app-1')],
      [0, workerStarted('worker-4', 'app-2')],
      [1, claimed('t1', 'worker-1')],
      [1, claimed('t2', 'worker-2')],
      [1, claimed('t3', 'worker-3')],
      [1, claimed('t4', 'worker-4')],
      [2, started('t2', 'worker-2')],
      [2, started('t3', 'worker-3')],
      [3, finished('t3', 'worker-3')],
      [4, crashed('app-1')],
      [5, restarted('app-1')],
      [6, crashed('app-1')],
    );
    expect(told(events).slice(-3)).toEqual([
      '4 app-1: dies: worker-1 has claimed t1, worker-2 runs t2, how t3 ended is not written down',
      '5 app-1: boots again',
      '6 app-1: dies',
    ]);
  });

  it('says whose claim a worker takes over, and whose status is written then', () => {
    const events = timed(
      [1, claimed('t1', 'worker-2')],
      [9, { kind: 'recovered', task: 't1', worker: 'worker-1' }],
      [9, status('t1', 'processing', 'pending')],
      [10, claimed('t1', 'worker-1')],
      [20, { kind: 'recovered', task: 't1', worker: 'worker-1' }],
    );
    expect(told(events).slice(1)).toEqual([
      '9 worker-1: takes t1 over: worker-2 claimed it at 1 ms',
      '9 worker-1: t1 → pending',
      '10 worker-1: claims t1',
      '20 worker-1: takes t1 over: itself claimed it at 10 ms',
    ]);
  });

  it('tells once what repeats, with how often and until when, and again where something lies between', () => {
    const events = timed(
      [1, conflict('t1', 'worker-1')],
      [2, conflict('t1', 'worker-2')],
      [3, conflict('t1', 'worker-1')],
      [4, conflict('t1', 'worker-1')],
      [5, started('t2', 'worker-3')],
      [6, conflict('t1', 'worker-1')],
    );
    expect(told(events)).toEqual([
      '1 worker-1: t1: no token left, 3 times until 4 ms',
      '2 worker-2: t1: no token left',
      '5 worker-3: runs t2',
      '6 worker-1: t1: no token left',
    ]);
    expect(storyOf(events)[0]?.indices).toEqual([0, 2, 3]);
  });

  it('tells of a fault what it does, and to whom', () => {
    const events = timed(
      [0, workerStarted('worker-1', 'app-1')],
      [1, struck({ kind: 'reply-lost', host: 'app-1', command: 'exec', nth: 2 })],
      [2, struck({ kind: 'partition', host: 'app-1', atMs: 2, forMs: 30, way: 'from-redis' })],
      [32, { kind: 'fault-over', over: { kind: 'partition', host: 'app-1' } }],
      [40, struck({ kind: 'failover', atMs: 40, lostMs: 10 })],
      [41, struck({ kind: 'clock-jump', host: 'redis', atMs: 41, byMs: -5 })],
      [42, claimed('t1', 'worker-1')],
      [42, started('t1', 'worker-1')],
      [42, struck({ kind: 'handler-hangs', task: 't1' })],
      [43, struck({ kind: 'error-reply', command: 'zadd', nth: 3, error: 'OOM' })],
      [99, { kind: 'process-killed', host: 'app-1' }],
    );
    expect(told(events)).toEqual([
      '1 app-1: loses the reply to its 2nd exec, which Redis has run, and the connection',
      '2 app-1: hears nothing from Redis for 30 ms, but reaches it',
      '32 app-1: is connected with Redis again',
      '40 redis: fails over to a replica without the writes of the last 10 ms, and without scripts',
      '41 redis: has its clock set back by 5 ms',
      '42 worker-1: claims t1',
      '42 worker-1: runs t1',
      '42 worker-1: the handler of t1 hangs: it never ends',
      '43 redis: answers the 3rd zadd with OOM, and does not run it',
      '99 app-1: does not close when the run is over, and is killed: worker-1 runs t1',
    ]);
  });

  it('names the worker whose lock or token it is, or its process where that has several', () => {
    const events = timed(
      [0, workerStarted('worker-1', 'app-1')],
      [0, workerStarted('worker-2', 'app-2')],
      [0, workerStarted('worker-3', 'app-2')],
      [1, { kind: 'lock-acquired', name: 'task:t1', owner: 'app-1.4' }],
      [2, { kind: 'lock-acquired', name: 'task:t2', owner: 'app-2.4' }],
      [3, { kind: 'token-acquired', type: 'email', token: 'worker-3:77' }],
      [4, { kind: 'lock-released', name: 'task:t1', owner: 'app-1.4', held: false }],
    );
    expect(told(events)).toEqual([
      '1 worker-1: takes the lock task:t1',
      '2 app-2: takes the lock task:t2',
      '3 worker-3: takes token worker-3:77 of email',
      '4 worker-1: gives the lock task:t1 back, which it had not any more',
    ]);
  });

  it('tells what Redis has run and nobody, or somebody too late, heard of, where it is about a task of the story', () => {
    const events = timed(
      [0, submitting('t1')],
      [0, submitted('t1')],
      [5, struck({ kind: 'reply-lost', host: 'app-1', command: 'zpopmin', nth: 1 })],
    );
    const answers = [
      answer('app-1', 'ZPOPMIN queue', '[t1, 0]', 5),
      answer('app-2', 'ZRANGE queue 0 0', '[t1]', 1, 9),
      answer('app-2', 'ZRANGE queue 0 0', '[t11]', 2),
    ];
    expect(told(events, answers)).toEqual([
      '0 client: submits t1 (email)',
      '1 redis: runs ZRANGE queue 0 0 → [t1]; app-2 hears of it at 9 ms',
      '5 redis: runs ZPOPMIN queue → [t1, 0]; app-1 never hears of it',
      '5 app-1: loses the reply to its 1st zpopmin, which Redis has run, and the connection',
    ]);
  });

  it('tells what a host heard just before it died, unless it had told something since', () => {
    const pop = { ...answer('app-1', 'ZPOPMIN queue', '[t1, 0]', 5, 6), isLate: false };
    const start = [0, workerStarted('worker-1', 'app-1')] as const;
    const silent = timed(start, [1, submitting('t1')], [8, crashed('app-1')]);
    expect(told(silent, [pop])).toContain('5 redis: runs ZPOPMIN queue → [t1, 0]; app-1 hears of it at 6 ms');
    const telling = timed(start, [1, submitting('t1')], [7, claimed('t1', 'worker-1')], [8, crashed('app-1')]);
    expect(told(telling, [pop]).join()).not.toContain('ZPOPMIN');
  });

  it('tells a status that says nothing new where it is the proof, of whoever claims the task next', () => {
    const events = timed(
      [1, claimed('t1', 'worker-1')],
      [5, status('t1', 'processing', 'processing')],
      [5, claimed('t1', 'worker-2')],
    );
    expect(told(events)).toHaveLength(2);
    expect(told(events, [], [1])[1]).toBe('5 worker-2: t1 → processing');
  });

  it('ends with who asks on and finds nothing', () => {
    const asked = timed([1, submitting('t1')], [2, emptyPoll('worker-1')], [3, emptyPoll('worker-2')]);
    expect(idleEnd(asked)).toMatchObject({ who: 'workers', what: 'ask 2 times more, until 3 ms, and find nothing' });
    expect(idleEnd(asked.slice(0, 2))).toMatchObject({ who: 'worker-1', what: 'asks once more, and finds nothing' });
    expect(idleEnd([...asked, ...timed([4, claimed('t1', 'worker-1')])])).toBeUndefined();
  });

  it('has a word for an event by itself, or its data', () => {
    expect(eventInWords({ timeUs: 1500, event: { kind: 'claimed', task: 't1', worker: 'worker-1' } })).toBe(
      '“worker-1 claims t1” at 1.5 ms',
    );
    expect(eventInWords({ timeUs: 0, event: { kind: 'empty-poll', worker: 'worker-1' } })).toContain('"empty-poll"');
    expect(eventInWords(undefined)).toBe('the end');
  });
});
