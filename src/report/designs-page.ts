import type { ClaimDefinition, Parameters } from '../engine/claim.ts';
import { CLAIMS } from '../engine/claims/index.ts';
import type { PoolDefinition } from '../engine/pool.ts';
import { POOLS } from '../engine/pools/index.ts';
import { figure } from './figure.ts';
import { code, escaped, markdownTable } from './markdown-text.ts';

/** Every claim strategy and every pool: where it comes from, what it promises, what breaks it, its parameters. Markdown. */
export function designsPage(): string {
  const blocks = [
    '# The designs',
    'Claim strategies and worker pools, with their promises: what the judges of a run hold them to, and no more. Written by ' +
      '`npm run report`; do not edit.',
    '## Claim strategies at a glance',
    markdownTable(
      [
        'claim strategy',
        'source',
        'delivery',
        'order of claims',
        'limits hold',
        'waits by itself',
        'a full type holds up others',
      ],
      CLAIMS.map(({ id, source, guarantees }) => [
        `[${code(id)}](#${id})`,
        escaped(source),
        guarantees.delivery,
        guarantees.order.replace(/ of claims$/, ''),
        yes(guarantees.limits),
        yes(guarantees.blocks),
        yes(guarantees.holdsUpOthers),
      ]),
    ),
    ...CLAIMS.flatMap(claims),
    '## Worker pools',
    ...POOLS.flatMap(pool),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function claims({ id, source, summary, guarantees, defaults, choices }: ClaimDefinition): string[] {
  return [
    `### ${id}`,
    `${escaped(sentence(summary))} Source: ${escaped(source)}.`,
    broken(guarantees.brokenBy),
    ...parameters(defaults, choices),
  ];
}

function pool({ id, source, summary, guarantees, defaults, choices }: PoolDefinition): string[] {
  return [
    `### ${id}`,
    `${escaped(sentence(summary))} An idle worker takes a task ${guarantees.pickUp}. Source: ${escaped(source)}.`,
    broken(guarantees.brokenBy),
    ...parameters(defaults, choices),
  ];
}

function broken(by: readonly string[]): string {
  return by.length === 0
    ? 'Nothing is known to break it.'
    : `What breaks it:\n\n${by.map((line) => `- ${escaped(line)}`).join('\n')}`;
}

function parameters(defaults: Parameters, choices: Readonly<Record<string, unknown>> = {}): string[] {
  const names = Object.keys(defaults).sort();
  if (names.length === 0) return [];
  return [
    markdownTable(
      ['parameter', 'as documented', 'other readings'],
      names.map((name) => {
        const own = defaults[name];
        const others = ((choices[name] ?? []) as readonly unknown[]).filter((choice) => choice !== own);
        return [code(name), text(own), others.map(text).join(', ')];
      }),
    ),
  ];
}

function text(value: unknown): string {
  return typeof value === 'number' ? figure(value) : code(String(value));
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
