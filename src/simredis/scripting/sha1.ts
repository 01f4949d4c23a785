import { createHash } from 'node:crypto';

/** Scripts whose digests are kept: more than a run has. */
const SCRIPTS_MAX = 256;

const digests = new Map<string, string>();

/** SHA1 of a byte string, in lower-case hexadecimal digits. */
export function sha1(bytes: string): string {
  return createHash('sha1').update(bytes, 'latin1').digest('hex');
}

/** The same, of a script: run after run sends the same few. */
export function scriptSha1(body: string): string {
  const known = digests.get(body);
  if (known !== undefined) return known;
  if (digests.size >= SCRIPTS_MAX) digests.clear();
  const digest = sha1(body);
  digests.set(body, digest);
  return digest;
}
