import { counting } from './counting.ts';
import { drain } from './drain.ts';
import type { WakeupPolicy } from './wakeup-policy.ts';

/** The catalogue of wake-up policies, in the order of the document. */
export const WAKEUPS: readonly WakeupPolicy[] = [counting, drain];
