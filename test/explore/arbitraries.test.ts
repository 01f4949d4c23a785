import fc from 'fast-check';
import { expect, it } from 'vitest';
import { faultPlans } from '../../src/explore/arbitraries.ts';

const profile = {
  spanMs: 1000,
  hosts: ['app-1', 'app-2'],
  tasks: ['t1'],
  limits: [{ type: 'email', limit: 2 }],
  commands: [{ host: 'app-1', name: 'lpop', count: 3 }],
  events: [],
  messages: [],
  lasting: [],
  gapsMs: [],
};

it('fault plans shrink by leaving faults out', () => {
  const failed = fc.check(
    fc.property(faultPlans(['crash', 'reply-lost'], profile), (faults) => !faults.some(({ kind }) => kind === 'crash')),
  );
  expect(failed.counterexample?.[0]).toMatchObject([{ kind: 'crash' }]);
});
