import type { ClaimDefinition } from '../claim.ts';
import { randomOffsetLock } from './random-offset-lock.ts';
import { singleQueueLock } from './single-queue-lock.ts';
import { streamGroup } from './stream-group.ts';
import { zpopminThenToken } from './zpopmin-then-token.ts';

/** The catalogue of claim strategies, in the order of the documents. */
export const CLAIMS: readonly ClaimDefinition[] = [
  singleQueueLock,
  zpopminThenToken,
  randomOffsetLock,
  streamGroup,
] as readonly unknown[] as readonly ClaimDefinition[];
