/**
 * Byte strings: JavaScript strings in which every character stands for one byte. Text that is ASCII is its own byte string,
 * which is the case nearly always and costs one scan.
 */

/** UTF-8 text to a byte string. */
export function toBytes(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** A byte string to text, decoding UTF-8 as ioredis does. */
export function fromBytes(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
