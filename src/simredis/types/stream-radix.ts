import type { StreamId } from './stream-id.ts';

/** An id is a key of 16 bytes: both parts in 64 bits, most significant byte first. */
const KEY_BYTES = 16;
const UINT64_MAX = 2n ** 64n - 1n;

/**
 * Nodes of the radix tree that holds these ascending ids, as XINFO STREAM's `radix-tree-nodes` counts them: the root, a node
 * for every shared run of bytes and every branching, one for every key's rest and one for its end.
 */
export function radixNodeCount(ids: readonly StreamId[]): number {
  return ids.length === 0 ? 1 : countFrom(ids.map(keyOf), 0, ids.length, 0);
}

function countFrom(keys: readonly Uint8Array[], start: number, end: number, depth: number): number {
  if (end - start === 1) return depth === KEY_BYTES ? 1 : 2;
  const first = keys[start] as Uint8Array;
  const last = keys[end - 1] as Uint8Array;
  let fork = depth;
  while (first[fork] === last[fork]) fork++;
  let nodes = fork > depth ? 2 : 1;
  for (let from = start; from < end; ) {
    let to = from + 1;
    while (to < end && keys[to]?.[fork] === keys[from]?.[fork]) to++;
    nodes += countFrom(keys, from, to, fork + 1);
    from = to;
  }
  return nodes;
}

function keyOf(id: StreamId): Uint8Array {
  const key = Buffer.alloc(KEY_BYTES);
  key.writeBigUInt64BE(toUint64(id.ms), 0);
  key.writeBigUInt64BE(toUint64(id.seq), KEY_BYTES / 2);
  return key;
}

function toUint64(part: number): bigint {
  return part === Infinity ? UINT64_MAX : BigInt(part);
}
