import { describe, expect, it } from 'vitest';
import type { Senders } from '../../../src/engine/wakeups/wakeup-policy.ts';
import { WakeupSender } from '../../../src/engine/wakeups/wakeup-sender.ts';

/** Two calls in a batch: the first wakes a, b and a again, the second a. `|` is the end of a call. */
function sentBy(senders: Senders): string {
  let sent = '';
  const sender = new WakeupSender((type) => {
    sent += type;
  }, senders);
  for (const types of ['aba', 'a']) {
    for (const type of types) sender.wakeUp(type);
    sender.endCall();
    sent += '|';
  }
  sender.endBatch();
  return sent;
}

describe('business code that wakes workers', () => {
  it.each([
    ['all', 'aba|a|'],
    ['once-a-call', 'ab|a|'],
    ['once-a-batch', '||ab'],
  ] as const)('signals %s: %s', (senders, sent) => {
    expect(sentBy(senders)).toBe(sent);
  });
});
