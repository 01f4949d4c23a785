/** The reflected polynomial of IEEE 802.3. */
const POLYNOMIAL = 0xedb88320;

/** What each byte does to the remainder. */
const TABLE: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  return remainder >>> 0;
});

const UTF8 = new TextEncoder();

/** The CRC-32 (IEEE) of a text's UTF-8 bytes, as Go's `crc32.ChecksumIEEE` and zlib compute it: from 0 to 2³² - 1. */
export function crc32(text: string): number {
  let remainder = 0xffffffff;
  for (const byte of UTF8.encode(text)) remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ byte) & 0xff] as number);
  return (remainder ^ 0xffffffff) >>> 0;
}
