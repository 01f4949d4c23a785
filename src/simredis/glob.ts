const ANY = 42;
const ONE = 63;
const OPEN = 91;
const CLOSE = 93;
const ESCAPE = 92;
const NOT = 94;
const DASH = 45;
const SPECIAL = /[*?[\\]/;

/**
 * A glob pattern as Redis's stringmatchlen reads it: `*`, `?`, `[abc]`, `[a-z]`, `[^a]`, and `\` before a character that is
 * to stand for itself. A bracket that is never closed ends with the pattern, and nothing but the empty pattern matches the
 * empty text, not even `*`: as in Redis.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  if (!SPECIAL.test(pattern)) return (text) => text === pattern;
  if (pattern === '*') return (text) => text !== '';
  const head = pattern.slice(0, -1);
  if (pattern.endsWith('*') && !SPECIAL.test(head)) return (text) => text.startsWith(head);
  return (text) => matches(pattern, text);
}

/** Backtracks to the last `*` only, which decides the same as Redis's recursion, in time O(pattern × text). */
function matches(pattern: string, text: string): boolean {
  if (text === '') return pattern === '';
  let at = 0;
  let index = 0;
  let resumeAt = -1;
  let resumeIndex = 0;
  while (true) {
    if (at < pattern.length && pattern.charCodeAt(at) === ANY) {
      resumeAt = ++at;
      resumeIndex = index;
      if (at === pattern.length) return true;
      continue;
    }
    if (index === text.length) return at === pattern.length;
    const next = at < pattern.length ? matchOne(pattern, at, text.charCodeAt(index)) : -1;
    if (next !== -1) {
      at = next;
      index++;
    } else {
      if (resumeAt === -1) return false;
      at = resumeAt;
      index = ++resumeIndex;
    }
  }
}

/** Where the pattern goes on after the element at `at` took the character, or -1 where it does not take it. */
function matchOne(pattern: string, at: number, code: number): number {
  const element = pattern.charCodeAt(at);
  if (element === ONE) return at + 1;
  if (element === OPEN) return matchSet(pattern, at + 1, code);
  const literal = element === ESCAPE && at + 1 < pattern.length ? at + 1 : at;
  return pattern.charCodeAt(literal) === code ? literal + 1 : -1;
}

function matchSet(pattern: string, start: number, code: number): number {
  const negated = pattern.charCodeAt(start) === NOT;
  let at = negated ? start + 1 : start;
  let found = false;
  for (; at < pattern.length; at++) {
    let low = pattern.charCodeAt(at);
    if (low === ESCAPE && at + 1 < pattern.length) {
      low = pattern.charCodeAt(++at);
      if (low === code) found = true;
      continue;
    }
    if (low === CLOSE) break;
    if (at + 2 < pattern.length && pattern.charCodeAt(at + 1) === DASH) {
      let high = pattern.charCodeAt(at + 2);
      if (low > high) [low, high] = [high, low];
      if (code >= low && code <= high) found = true;
      at += 2;
    } else if (low === code) found = true;
  }
  if (found === negated) return -1;
  return Math.min(at + 1, pattern.length);
}
