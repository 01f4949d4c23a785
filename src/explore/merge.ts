import { UsageError } from '../scenario/usage-error.ts';
import { addCoverage, gapsOf } from './coverage.ts';
import { type DesignExploration, type Exploration, verdictOf } from './explore.ts';
import { type Finding, namedApart } from './finding.ts';

/**
 * The parts of one search as if it had been one: runs and coverage added up, of equal findings the one of the lowest seed.
 * @throws UsageError for parts of different searches, for a part given twice, and for one that is missing
 */
export function mergeExplorations(parts: readonly Exploration[]): Exploration {
  const [first] = parts;
  if (first === undefined) throw new UsageError('there is nothing to merge: give the JSON files of all shards');
  for (const part of parts) assertSameSearch(first, part);
  const shards = parts.map(({ shard }) => shard.index);
  const twice = shards.find((index, place) => shards.indexOf(index) !== place);
  if (twice !== undefined) throw new UsageError(`shard ${twice}/${first.shard.of} is given twice: give each once`);
  const missing = Array.from({ length: first.shard.of }, (_, index) => index + 1).filter((of) => !shards.includes(of));
  if (missing.length > 0) {
    const named = missing.map((index) => `${index}/${first.shard.of}`).join(', ');
    throw new UsageError(`${named} ${missing.length === 1 ? 'is' : 'are'} missing: give the JSON files of all shards`);
  }
  const ordered = [...parts].sort((a, b) => a.shard.index - b.shard.index);
  return {
    ...first,
    shard: { index: 1, of: 1 },
    designs: first.designs.map((_, place) =>
      mergeDesign(ordered.map(({ designs }) => designs[place] as DesignExploration)),
    ),
    nondeterminism: ordered.find(({ nondeterminism }) => nondeterminism !== null)?.nondeterminism ?? null,
  };
}

function mergeDesign(parts: readonly DesignExploration[]): DesignExploration {
  const first = parts[0] as DesignExploration;
  const runs = parts.reduce((sum, part) => sum + part.runs, 0);
  const coverage = parts.map((part) => part.coverage).reduce(addCoverage);
  const findings = namedApart(distinct(parts.flatMap((part) => part.findings)));
  const gaps = gapsOf(coverage);
  return { ...first, verdict: verdictOf(runs, findings, gaps), runs, coverage, findings, gaps };
}

function distinct(findings: readonly Finding[]): Finding[] {
  const byKey = new Map<string, Finding>();
  for (const finding of [...findings].sort((a, b) => a.found.seed - b.found.seed)) {
    const key = `${finding.invariant}/${finding.shape}/${finding.verdict}`;
    if (!byKey.has(key)) byKey.set(key, finding);
  }
  return [...byKey.values()];
}

function assertSameSearch(first: Exploration, part: Exploration): void {
  const [one, other] = [termsOf(first), termsOf(part)];
  for (const [term, value] of Object.entries(one)) {
    if (value === other[term]) continue;
    throw new UsageError(
      `these are parts of different searches: ${term} ${value || 'none'} and ${other[term] || 'none'}; give those of one`,
    );
  }
}

/** What all parts of a search have in common. */
function termsOf(search: Exploration): Readonly<Record<string, string>> {
  const { scenario, schedule, faults, firstSeed, seeds, shard, designs } = search;
  return {
    scenario,
    schedule,
    faults: faults.join(', '),
    seeds: `${firstSeed} to ${firstSeed + seeds - 1}`,
    shards: `${shard.of}`,
    designs: designs.map(({ design }) => design).join(', '),
  };
}
