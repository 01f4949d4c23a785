import type { ClaimDefinition } from '../claim.ts';
import { atomicScript } from './atomic-script.ts';
import { batchRandomLock } from './batch-random-lock.ts';
import { leasedScript } from './leased-script.ts';
import { partitionedLog } from './partitioned-log.ts';
import { randomOffsetLock } from './random-offset-lock.ts';
import { reliableList } from './reliable-list.ts';
import { shardedQueue } from './sharded-queue.ts';
import { shardedTypeQueue } from './sharded-type-queue.ts';
import { singleQueueLock } from './single-queue-lock.ts';
import { streamGroup } from './stream-group.ts';
import { streamPerType } from './stream-per-type.ts';
import { tokenFirst } from './token-first.ts';
import { typeQueue } from './type-queue.ts';
import { workerQueue } from './worker-queue.ts';
import { zpopminThenToken } from './zpopmin-then-token.ts';

/** The catalogue of claim strategies: the documented ones in the order of the documents, then sound ones. */
export const CLAIMS: readonly ClaimDefinition[] = [
  singleQueueLock,
  zpopminThenToken,
  randomOffsetLock,
  batchRandomLock,
  tokenFirst,
  atomicScript,
  shardedQueue,
  workerQueue,
  streamGroup,
  typeQueue,
  shardedTypeQueue,
  partitionedLog,
  leasedScript,
  streamPerType,
  reliableList,
] as readonly unknown[] as readonly ClaimDefinition[];
