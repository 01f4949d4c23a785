import type { Backend, BackendClient } from './backends.ts';
import type { Comparison, NormalReply } from './normal-reply.ts';

/** Commands that run in order on an empty server, one reply compared each. */
export interface Sequence {
  /** A sentence about what it shows. */
  readonly name: string;
  readonly commands: readonly Step[];
}

/**
 * A step of a sequence: an argument vector alone, of client 0 and compared to the byte, or
 *
 * - `call`: the same with another client, or another comparison;
 * - `begin`: a call that must block: its reply is taken by a later `join`. The number of parked clients is awaited;
 * - `join`: the reply to the call that this client began;
 * - `pushed`: the messages that were published to this client since it was last asked;
 * - `advanceMs`: time goes on; real servers really wait, so keep it short.
 */
export type Step =
  | readonly string[]
  | { readonly call: readonly string[]; readonly client?: number; readonly compare?: Comparison }
  | { readonly begin: readonly string[]; readonly client: number }
  | { readonly join: number; readonly compare?: Comparison }
  | { readonly pushed: number; readonly compare?: Comparison }
  | { readonly advanceMs: number };

/** What one step answered; undefined for a step that has no answer. */
export interface Answer {
  readonly step: Step;
  readonly reply: NormalReply | undefined;
  readonly compare: Comparison;
}

/** How long a message may take to a subscriber of a real server. */
const PUSH_DELAY_MS = 15;
/** How long a joined call may stay open: it was served, or its timeout is over. */
const JOIN_LIMIT_MS = 3_000;

/** Runs one sequence on an emptied backend. `until` may end it early. */
export async function runSequence(
  backend: Backend,
  { commands }: Sequence,
  until: (answer: Answer, index: number) => boolean = () => false,
): Promise<Answer[]> {
  await backend.call('FLUSHALL');
  const clients = new Map<number, BackendClient>();
  const begun = new Map<number, Promise<NormalReply>>();
  const taken = new Map<number, number>();
  const clientOf = async (number: number): Promise<BackendClient> => {
    const client = clients.get(number) ?? (await backend.client());
    clients.set(number, client);
    return client;
  };
  const answers: Answer[] = [];
  for (const [index, step] of commands.entries()) {
    let reply: NormalReply | undefined;
    if (isVector(step)) reply = await (await clientOf(0)).call(...step);
    else if ('call' in step) reply = await (await clientOf(step.client ?? 0)).call(...step.call);
    else if ('begin' in step) {
      begun.set(step.client, (await clientOf(step.client)).call(...step.begin));
      await backend.parked(begun.size);
    } else if ('join' in step) {
      reply = await withinLimit(begun.get(step.join) as Promise<NormalReply>);
      begun.delete(step.join);
    } else if ('pushed' in step) {
      if (backend.name !== 'sim') await backend.advance(PUSH_DELAY_MS);
      const { pushed } = await clientOf(step.pushed);
      reply = pushed.slice(taken.get(step.pushed) ?? 0);
      taken.set(step.pushed, pushed.length);
    } else await backend.advance(step.advanceMs);
    const compare = isVector(step) || !('compare' in step) ? 'exact' : (step.compare ?? 'exact');
    const answer = { step, reply, compare };
    answers.push(answer);
    if (until(answer, index)) break;
  }
  for (const client of clients.values()) client.close();
  return answers;
}

export function describeStep(step: Step): string {
  if (isVector(step)) return words(step);
  if ('call' in step) return words(step.call);
  if ('begin' in step) return words(step.begin);
  if ('join' in step) return `reply to client ${step.join}`;
  if ('pushed' in step) return `messages to client ${step.pushed}`;
  return `${step.advanceMs} ms pass`;
}

/** The argument vector of a step that has one. */
export function vectorOf(step: Step): readonly string[] | undefined {
  if (isVector(step)) return step;
  if ('call' in step) return step.call;
  return 'begin' in step ? step.begin : undefined;
}

function words(argv: readonly string[]): string {
  return argv.map((arg) => (/^[!-~]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ');
}

function isVector(step: Step): step is readonly string[] {
  return Array.isArray(step);
}

async function withinLimit(reply: Promise<NormalReply>): Promise<NormalReply> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<NormalReply>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the call is still blocked')), JOIN_LIMIT_MS);
  });
  try {
    return await Promise.race([reply, limit]);
  } finally {
    clearTimeout(timer);
  }
}
