import type { Finding } from '../explore/finding.ts';

/** A Vitest file that fails as long as the finding's run still violates its invariant in the same way. */
export function regressionTest({ design, invariant, message, shape, spec, id }: Finding): string {
  const title = JSON.stringify(`${design} holds ${invariant} (${id})`);
  return `import { expect, it } from 'vitest';
import { replay } from 'windtunnel';

// Found by exploration: ${message.replace(/\s+/g, ' ')}
it(${title}, async () => {
  const { violation } = await replay({
    invariant: ${JSON.stringify(invariant)},
    shape: ${JSON.stringify(shape)},
    spec: ${JSON.stringify(spec, undefined, 2).replaceAll('\n', '\n    ')},
  });
  expect(violation?.message).toBeUndefined();
}, 60_000);
`;
}
