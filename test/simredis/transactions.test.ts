import { expect, test } from 'vitest';
import { SimBackend } from '../conformance/backends.ts';

const QUEUED = { status: 'QUEUED' };

test('EXEC answers every queued call, and one that fails stops no other', () => {
  const sim = new SimBackend();
  sim.callNow('MULTI');
  expect(sim.callNow('SET', 'k', 'v')).toEqual(QUEUED);
  expect(sim.callNow('INCR', 'k')).toEqual(QUEUED);
  expect(sim.callNow('GET', 'k')).toEqual(QUEUED);
  expect(sim.callNow('EXEC')).toEqual([
    { status: 'OK' },
    { error: 'ERR value is not an integer or out of range' },
    'v',
  ]);
});

test('a call that could not be queued aborts the whole transaction', () => {
  const sim = new SimBackend();
  sim.callNow('MULTI');
  sim.callNow('SET', 'k', 'v');
  sim.callNow('GET');
  expect(sim.callNow('EXEC')).toEqual({
    error: 'EXECABORT Transaction discarded because of previous errors.',
  });
  expect(sim.callNow('EXISTS', 'k')).toBe(0);
});

test('a write by another client between WATCH and EXEC is seen', async () => {
  const sim = new SimBackend();
  const other = await sim.client();
  sim.callNow('WATCH', 'k');
  other.callNow('SET', 'k', '1');
  sim.callNow('MULTI');
  sim.callNow('SET', 'k', '2');
  expect(sim.callNow('EXEC')).toEqual({ nilArray: true });
  expect(sim.callNow('GET', 'k')).toBe('1');
});

test('a watched key that expires breaks the watch, with nobody reading it meanwhile', async () => {
  const sim = new SimBackend();
  sim.callNow('SET', 'k', 'v', 'PX', '10');
  sim.callNow('WATCH', 'k');
  await sim.advance(20);
  sim.callNow('MULTI');
  sim.callNow('PING');
  expect(sim.callNow('EXEC')).toEqual({ nilArray: true });
});

test('a key that had expired before WATCH does not break it', async () => {
  const sim = new SimBackend();
  sim.callNow('SET', 'k', 'v', 'PX', '10');
  await sim.advance(20);
  sim.callNow('WATCH', 'k');
  sim.callNow('MULTI');
  sim.callNow('PING');
  expect(sim.callNow('EXEC')).toEqual([{ status: 'PONG' }]);
});

test('a subscriber may call only what has to do with subscriptions', () => {
  const sim = new SimBackend();
  sim.callNow('SUBSCRIBE', 'a');
  expect(sim.callNow('GET', 'k')).toEqual({
    error:
      "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
  });
  expect(sim.callNow('PING')).toEqual(['pong', '']);
  sim.callNow('UNSUBSCRIBE', 'a');
  expect(sim.callNow('GET', 'k')).toBeNull();
});

test('RESET makes a connection as new', async () => {
  const sim = new SimBackend();
  sim.callNow('CLIENT', 'SETNAME', 'worker-1');
  sim.callNow('MULTI');
  sim.callNow('SET', 'k', 'v');
  expect(sim.callNow('RESET')).toEqual({ status: 'RESET' });
  expect(sim.callNow('CLIENT', 'GETNAME')).toBeNull();
  expect(sim.callNow('EXEC')).toEqual({ error: 'ERR EXEC without MULTI' });
});
