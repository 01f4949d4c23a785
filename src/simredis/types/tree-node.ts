// The nodes of a `CountedTree`, and what can be done to one of them alone.

/** Entries of a leaf. From 16 to 128 a queue's ZADD + ZPOPMIN measure alike; most queues then are a single leaf. */
const LEAF_MAX = 64;
/** Children of a branch. */
const BRANCH_MAX = 32;

/** Entries in order, in two parallel arrays, chained to their neighbours. */
export class Leaf {
  readonly isLeaf = true;
  scores: number[] = [];
  members: string[] = [];
  previous: Leaf | undefined = undefined;
  next: Leaf | undefined = undefined;
}

/**
 * Children in order. `counts[i]` is how many entries stand below child i; (`scores[i]`, `members[i]`) is a lower bound of
 * child i and an upper bound of what is before it. That of child 0 is never read.
 */
export class Branch {
  readonly isLeaf = false;
  scores: number[] = [];
  members: string[] = [];
  children: Node[] = [];
  counts: number[] = [];
}

export type Node = Leaf | Branch;

export function isFull(node: Node): boolean {
  return node.isLeaf ? node.members.length === LEAF_MAX : node.children.length === BRANCH_MAX;
}

export function isBefore(score: number, member: string, otherScore: number, otherMember: string): boolean {
  return score < otherScore || (score === otherScore && member < otherMember);
}

/** The first position in a leaf that is not before (score, member). */
export function lowerBound(leaf: Leaf, score: number, member: string): number {
  const { scores, members } = leaf;
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = scores[middle] as number;
    if (other < score || (other === score && (members[middle] as string) < member)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child whose range holds (score, member). */
export function childFor(branch: Branch, score: number, member: string): number {
  const { scores, members } = branch;
  let low = 1;
  let high = branch.children.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(score, member, scores[middle] as number, members[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

/** The first position from `low` on, and before `high`, at which the condition fails. */
export function partition(node: Node, low: number, high: number, holds: (node: Node, at: number) => boolean): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(node, middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function sum(counts: readonly number[], end: number): number {
  let total = 0;
  for (let index = 0; index < end; index++) total += counts[index] as number;
  return total;
}

export function lastLeaf(root: Node): Leaf {
  let node = root;
  while (!node.isLeaf) node = node.children[node.children.length - 1] as Node;
  return node;
}

export function isAfterLast(node: Node, score: number, member: string): boolean {
  const leaf = lastLeaf(node);
  const last = leaf.members.length - 1;
  return last >= 0 && isBefore(leaf.scores[last] as number, leaf.members[last] as string, score, member);
}

/** Array.prototype.splice allocates what it removes; this only moves. */
export function insertInLeaf(leaf: Leaf, score: number, member: string): void {
  const { scores, members } = leaf;
  const at = lowerBound(leaf, score, member);
  scores.push(score);
  members.push(member);
  for (let index = members.length - 1; index > at; index--) {
    scores[index] = scores[index - 1] as number;
    members[index] = members[index - 1] as string;
  }
  scores[at] = score;
  members[at] = member;
}

export function removeFromLeaf(leaf: Leaf, at: number): void {
  const { scores, members } = leaf;
  const last = members.length - 1;
  for (let index = at; index < last; index++) {
    scores[index] = scores[index + 1] as number;
    members[index] = members[index + 1] as string;
  }
  scores.pop();
  members.pop();
}

/**
 * Splits a full child in two halves. Where the new entry goes `atEnd` of all, the child keeps nearly everything: growing
 * scores, which are what a queue with timestamps has, then leave full nodes behind and not half full ones.
 */
export function splitChild(parent: Branch, at: number, atEnd: boolean): void {
  const child = parent.children[at] as Node;
  const size = child.isLeaf ? LEAF_MAX : BRANCH_MAX;
  const from = atEnd ? size - 1 : size >>> 1;
  let right: Node;
  let moved: number;
  if (child.isLeaf) {
    right = new Leaf();
    moved = size - from;
    chainAfter(child, right);
  } else {
    right = new Branch();
    right.children = child.children.splice(from);
    right.counts = child.counts.splice(from);
    moved = sum(right.counts, right.counts.length);
  }
  right.scores = child.scores.splice(from);
  right.members = child.members.splice(from);
  parent.counts[at] = (parent.counts[at] as number) - moved;
  parent.children.splice(at + 1, 0, right);
  parent.counts.splice(at + 1, 0, moved);
  parent.scores.splice(at + 1, 0, right.scores[0] as number);
  parent.members.splice(at + 1, 0, right.members[0] as string);
}

function chainAfter(leaf: Leaf, added: Leaf): void {
  added.previous = leaf;
  added.next = leaf.next;
  if (leaf.next) leaf.next.previous = added;
  leaf.next = added;
}

export function unchain(leaf: Leaf): void {
  if (leaf.previous) leaf.previous.next = leaf.next;
  if (leaf.next) leaf.next.previous = leaf.previous;
}
