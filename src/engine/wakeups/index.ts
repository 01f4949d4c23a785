import { capacityOne } from './capacity-one.ts';
import { counting } from './counting.ts';
import { dedupe } from './dedupe.ts';
import { drain } from './drain.ts';
import { recommended } from './recommended.ts';
import { throttle } from './throttle.ts';
import type { WakeupPolicy } from './wakeup-policy.ts';

/** The catalogue of wake-up policies, in the order of the document. */
export const WAKEUPS: readonly WakeupPolicy[] = [counting, drain, dedupe, capacityOne, throttle, recommended];
