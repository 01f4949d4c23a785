import { existsSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { distance } from 'fastest-levenshtein';
import { assertScenario } from './define-scenario.ts';
import type { Scenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/** The project's own scenarios stand beside src, in a checkout as in a built package. */
const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const SCENARIO_FILE = /(?<!\.d)\.(ts|js|mts|mjs)$/;

function knownFiles(): ReadonlyMap<string, string> {
  const files = readdirSync(FOLDER).filter((name) => SCENARIO_FILE.test(name));
  const paths = new Map(files.map((name) => [name.replace(SCENARIO_FILE, ''), resolve(FOLDER, name)]));
  return new Map([...paths.keys()].sort().map((id) => [id, paths.get(id) as string]));
}

/** All scenarios of the project, sorted by id. */
export async function listScenarios(): Promise<Scenario[]> {
  return Promise.all([...knownFiles().values()].map(importScenario));
}

/**
 * A scenario by its id, or by the path of a file that exports one by default.
 * @throws UsageError for an unknown id, and for a file that does not load or breaks the schema
 */
export async function loadScenario(idOrPath: string): Promise<Scenario> {
  const known = knownFiles();
  const own = known.get(idOrPath);
  if (own !== undefined) return importScenario(own);
  if (SCENARIO_FILE.test(idOrPath)) {
    const path = resolve(idOrPath);
    if (!existsSync(path)) throw new UsageError(`there is no scenario file ${idOrPath}: check the path`);
    return importScenario(path);
  }
  const nearest = nearestNames(idOrPath, [...known.keys()]);
  const hint = nearest.length > 0 ? `did you mean ${nearest.join(' or ')}? ` : '';
  throw new UsageError(`there is no scenario '${idOrPath}': ${hint}windtunnel scenario --list shows all`);
}

async function importScenario(path: string): Promise<Scenario> {
  const file = basename(path);
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${file}: ${error.message}`);
    throw new UsageError(`${file} does not load: ${inOneLine(error)}`, { cause: error });
  }
  if (module.default === undefined) {
    throw new UsageError(`${file} exports no scenario: write \`export default defineScenario({ … })\``);
  }
  if (typeof module.default !== 'object' || module.default === null) {
    throw new UsageError(
      `${file} exports no scenario but ${JSON.stringify(module.default)}: write \`export default defineScenario({ … })\``,
    );
  }
  assertScenario(module.default);
  return module.default;
}

/** The first line; of a transform error, which says nothing by itself, the place too. */
function inOneLine(error: unknown): string {
  const [first = '', second = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return first.endsWith(':') ? `${first} ${second.trim()}` : first;
}

/** How many edits a typing mistake may be away. */
const TYPO_EDITS_MAX = 3;

/** Names near to what was typed, or that contain it. */
function nearestNames(typed: string, names: readonly string[]): string[] {
  return names.filter((name) => isPart(typed, name) || distance(typed, name) <= TYPO_EDITS_MAX).slice(0, 2);
}

/** A letter or two are part of too many names to be a hint. */
function isPart(typed: string, name: string): boolean {
  return typed.length > TYPO_EDITS_MAX && (name.includes(typed) || typed.includes(name));
}
