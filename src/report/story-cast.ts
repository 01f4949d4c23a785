import type { HistoryEvent } from '../history/history.ts';

interface Claim {
  readonly worker: string;
  readonly timeUs: number;
}

/** What has become of a task in a worker's hands. */
type Hold = 'claimed' | 'running' | 'run, its outcome unwritten';

/** Who is who in a story, and who has what at the event that is being told. */
export class Cast {
  /** In the order in which they come up. */
  readonly tasks: readonly string[];
  readonly #answered: ReadonlySet<string>;
  /** Which process each worker is of. */
  readonly #processes = new Map<string, string>();
  readonly #limits = new Map<string, number>();
  readonly #claims = new Map<string, Claim>();
  /** By worker and task. */
  readonly #hands = new Map<string, Map<string, Hold>>();

  constructor(events: readonly HistoryEvent[]) {
    this.tasks = [...new Set(events.flatMap((event) => ('task' in event ? [event.task] : [])))];
    this.#answered = new Set(events.flatMap((event) => (event.kind === 'submitted' ? [event.task] : [])));
    for (const event of events) if (event.kind === 'worker-started') this.#processes.set(event.worker, event.process);
  }

  processOf(worker: string): string | undefined {
    return this.#processes.get(worker);
  }

  isAnswered(task: string): boolean {
    return this.#answered.has(task);
  }

  limitOf(type: string): number | undefined {
    return this.#limits.get(type);
  }

  claimOf(task: string): Claim | undefined {
    return this.#claims.get(task);
  }

  /** Whoever claimed it last, or took it over. */
  ownerOf(task: string): string {
    return this.#claims.get(task)?.worker ?? '';
  }

  /** Whose lock or token it is, as far as its id tells: a worker's, or, where a process has several, that of one of them. */
  holderOf(id: string): string {
    const process = /^(.+?)\.\d+(?=:|$)/.exec(id)?.[1];
    const own = [...this.#processes.keys()].filter(
      (worker) => this.#processes.get(worker) === process || id === worker || id.startsWith(`${worker}:`),
    );
    return own.length === 1 ? (own[0] as string) : (process ?? '');
  }

  /** `, while worker-1 runs t1`: what a host had to do; empty where it had nothing. */
  inHandsOf(host: string): string {
    const parts = [...this.#hands].flatMap(([worker, tasks]) =>
      this.#processes.get(worker) !== host ? [] : [...tasks].map(([task, hold]) => holdInWords(worker, task, hold)),
    );
    return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  }

  see(event: HistoryEvent & { readonly timeUs: number }): void {
    switch (event.kind) {
      case 'limit-changed':
        this.#limits.set(event.type, event.limit);
        return;
      case 'claimed':
      case 'recovered':
        this.#claims.set(event.task, event);
        if (event.kind === 'claimed') this.#handsOf(event.worker).set(event.task, 'claimed');
        return;
      case 'started':
        this.#handsOf(event.worker).set(event.task, 'running');
        return;
      case 'finished':
        this.#handsOf(event.worker).set(event.task, 'run, its outcome unwritten');
        return;
      case 'released':
      case 'expired':
      case 'vanished':
      case 'settle-failed':
        this.#handsOf(event.worker).delete(event.task);
        return;
      case 'status':
        if (event.to !== 'processing') this.#hands.get(this.ownerOf(event.task))?.delete(event.task);
        return;
      case 'host-crashed':
        for (const [worker, process] of this.#processes) if (process === event.host) this.#hands.delete(worker);
        return;
    }
  }

  #handsOf(worker: string): Map<string, Hold> {
    const hands = this.#hands.get(worker) ?? new Map<string, Hold>();
    this.#hands.set(worker, hands);
    return hands;
  }
}

function holdInWords(worker: string, task: string, hold: Hold): string {
  if (hold === 'running') return `${worker} runs ${task}`;
  return hold === 'claimed' ? `${worker} has claimed ${task}` : `how ${task} ended is not written down`;
}
