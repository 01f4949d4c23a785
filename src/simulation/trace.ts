import { AsyncLocalStorage } from 'node:async_hooks';

/** What a goroutine does to a shared variable, before it does it. */
export interface Access {
  readonly variable: string;
  readonly operation: string;
  /** In words: `0, 1`. */
  readonly given: string;
}

/** A line of an interleaving. */
export type Step =
  /** `waits`: it does not go on until another lets it; a step of its own says when it does. */
  | (Access & { readonly kind: 'access'; readonly who: string; readonly answer: string; readonly waits: boolean })
  /** Something was reported: its place among the events of the run. */
  | { readonly kind: 'event'; readonly who: string; readonly event: number }
  /** The schedule stops a goroutine before what it was about to do. */
  | { readonly kind: 'switch'; readonly who: string; readonly before: string };

/** What has no id of its own: a step of the program's. */
export const UNNAMED = 'a step';

/** Whoever runs without being a goroutine: a timer, a store's answer. */
const NOBODY = 'clock';

/**
 * Writes down which goroutine does what to which shared variable, in order. One for a run; nothing in the run depends on it.
 *
 * Knows the goroutine by the async context that it was spawned in. `end` gives that up again: while any is kept, Node.js pays for
 * every promise.
 */
export class Trace {
  readonly steps: Step[] = [];
  readonly #goroutine = new AsyncLocalStorage<string>();
  /** How often each name was given. */
  readonly #named = new Map<string, number>();

  get who(): string {
    return this.#goroutine.getStore() ?? NOBODY;
  }

  /** A name that no other goroutine of the run has: the second `run loop` is `run loop #2`. */
  nameOf(goroutine: string): string {
    const count = (this.#named.get(goroutine) ?? 0) + 1;
    this.#named.set(goroutine, count);
    return count === 1 ? goroutine : `${goroutine} #${count}`;
  }

  /** Runs a goroutine under its name. */
  run<T>(name: string, main: () => T): T {
    return this.#goroutine.run(name, main);
  }

  /** Carries an access out, and writes down what came of it. */
  tell<T>(access: Access, act: () => T | Promise<T>): T | Promise<T> {
    const { who } = this;
    const answered = act();
    if (!(answered instanceof Promise)) {
      this.#access(access, who, answerInWords(answered), false);
      return answered;
    }
    this.#access(access, who, '', true);
    return answered.then(
      (answer) => {
        this.#access(access, who, answerInWords(answer), false);
        return answer;
      },
      (error: unknown) => {
        this.#access(access, who, 'fails', false);
        throw error;
      },
    );
  }

  event(index: number): void {
    this.steps.push({ kind: 'event', who: this.who, event: index });
  }

  switched(who: string, before: string): void {
    this.steps.push({ kind: 'switch', who, before });
  }

  end(): void {
    this.#goroutine.disable();
  }

  #access(access: Access, who: string, answer: string, waits: boolean): void {
    this.steps.push({ kind: 'access', who, ...access, answer, waits });
  }
}

/** A value for a line of text: an object by its id. */
export function inWords(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inWords).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const { id, status } = value as { readonly id?: unknown; readonly status?: unknown };
    if (id === undefined) return '…';
    if (id === '') return UNNAMED;
    return status === undefined ? String(id) : `${String(id)} (${String(status)})`;
  }
  return String(value);
}

function answerInWords(answer: unknown): string {
  return answer === undefined ? '' : inWords(answer);
}
