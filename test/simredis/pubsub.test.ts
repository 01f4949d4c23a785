import { expect, test } from 'vitest';
import type { Reply } from '../../src/simredis/reply.ts';
import { SimBackend } from '../conformance/backends.ts';

/** A connection whose every message, replies and pushes alike, is kept in the order of the wire. */
function wire(sim: SimBackend) {
  const messages: { readonly kind: 'reply' | 'push'; readonly message: Reply }[] = [];
  const session = sim.server.connect(
    (message) => messages.push({ kind: 'reply', message }),
    (message) => messages.push({ kind: 'push', message }),
  );
  return { messages, send: (...argv: string[]) => sim.server.receive(session, argv), session };
}

test('SUBSCRIBE confirms each channel in order, and the last confirmation is its reply', () => {
  const { messages, send } = wire(new SimBackend());
  send('SUBSCRIBE', 'a', 'b', 'c');
  expect(messages).toEqual([
    { kind: 'push', message: ['subscribe', 'a', 1] },
    { kind: 'push', message: ['subscribe', 'b', 2] },
    { kind: 'reply', message: ['subscribe', 'c', 3] },
  ]);
});

test('a message goes to channels before patterns, in the order of subscription', async () => {
  const sim = new SimBackend();
  const first = wire(sim);
  first.send('SUBSCRIBE', 'news');
  first.send('PSUBSCRIBE', 'n*');
  first.messages.length = 0;
  expect(sim.callNow('PUBLISH', 'news', 'hello')).toBe(2);
  expect(first.messages).toEqual([
    { kind: 'push', message: ['message', 'news', 'hello'] },
    { kind: 'push', message: ['pmessage', 'n*', 'news', 'hello'] },
  ]);
});

test('a publisher that has not subscribed hears nothing', () => {
  const sim = new SimBackend();
  expect(sim.callNow('PUBLISH', 'news', 'hello')).toBe(0);
  expect(sim.pushed).toEqual([]);
});

test('a disconnected subscriber is forgotten', () => {
  const sim = new SimBackend();
  const { send, session, messages } = wire(sim);
  send('SUBSCRIBE', 'a');
  send('PSUBSCRIBE', 'a*');
  sim.server.disconnect(session);
  messages.length = 0;
  expect(sim.callNow('PUBLISH', 'a', 'x')).toBe(0);
  expect(sim.callNow('PUBSUB', 'NUMPAT')).toBe(0);
  expect(messages).toEqual([]);
});

test('QUIT is answered, and nothing after it', () => {
  const sim = new SimBackend();
  const { send, session, messages } = wire(sim);
  send('QUIT');
  send('PING');
  expect(messages).toHaveLength(1);
  expect(session.closed).toBe(true);
});
