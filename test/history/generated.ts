import fc from 'fast-check';
import type { EngineEvent } from '../../src/engine/events.ts';
import { TASK_STATUSES, type TaskStatus } from '../../src/engine/task.ts';
import type { History, HistoryEvent } from '../../src/history/history.ts';
import * as event from './written.ts';

const TYPES = ['email', 'example'] as const;
const OUTCOMES = ['success', 'failed', 'timeout'] as const;

/** What is to become of one task. Times are in µs. */
interface Plan {
  readonly type: (typeof TYPES)[number];
  readonly gapUs: number;
  readonly conflicts: number;
  /** Claims given back before the last one. */
  readonly releases: number;
  readonly runUs: number;
  readonly fate: (typeof OUTCOMES)[number] | 'canceled' | 'expired' | 'unanswered';
}

const plan: fc.Arbitrary<Plan> = fc.record({
  type: fc.constantFrom(...TYPES),
  gapUs: fc.integer({ min: 0, max: 3000 }),
  conflicts: fc.integer({ min: 0, max: 2 }),
  releases: fc.integer({ min: 0, max: 1 }),
  runUs: fc.integer({ min: 0, max: 9000 }),
  fate: fc.constantFrom(...OUTCOMES, 'canceled', 'expired', 'unanswered'),
});

/** One thing after the other, in one place: a worker, or one place under a type's limit. */
interface Lane {
  readonly name: string;
  freeAtUs: number;
}

/**
 * Histories of sound designs: legal lives of tasks over several workers, limits kept, tokens given back, no task lost or run
 * twice, and a draining wake-up worker beside them.
 */
export const soundHistory: fc.Arbitrary<History> = fc
  .record({
    plans: fc.array(plan, { maxLength: 25 }),
    workers: fc.integer({ min: 1, max: 4 }),
    limits: fc.record({ email: fc.integer({ min: 1, max: 3 }), example: fc.integer({ min: 1, max: 3 }) }),
    wakeUps: fc.array(fc.record({ signals: fc.integer({ min: 0, max: 3 }), found: fc.boolean() }), { maxLength: 12 }),
  })
  .map(({ plans, workers, limits, wakeUps }) => {
    const story = new Story();
    for (const type of TYPES) story.tell(0, event.limitChanged(limits[type], type));
    const workerLanes = lanes('worker', workers);
    const typeLanes = { email: lanes('email-token', limits.email), example: lanes('example-token', limits.example) };
    for (const { name } of workerLanes) story.tell(0, event.workerStarted(name));
    let nowUs = 0;
    for (const [place, each] of plans.entries()) {
      nowUs += each.gapUs;
      tellTask(story, `t${place}`, each, nowUs, freest(workerLanes), freest(typeLanes[each.type]));
    }
    for (const { name, freeAtUs } of workerLanes) story.tell(freeAtUs, event.workerStopped(name));
    tellWakeUps(story, wakeUps);
    return story.history();
  });

/** Any events at all of a few tasks and workers: well-formed one by one, senseless together. A task keeps its type. */
export const anyHistory: fc.Arbitrary<History> = fc
  .array(
    fc
      .record({
        of: fc.constantFrom(['t1', 'email'] as const, ['t2', 'example'] as const, ['t3', 'example'] as const),
        worker: fc.constantFrom('w1', 'w2'),
        from: fc.constantFrom<TaskStatus>('pending', 'processing', 'success'),
        to: fc.constantFrom(...TASK_STATUSES),
        outcome: fc.constantFrom(...OUTCOMES),
        token: fc.constantFrom('k1', 'k2'),
        limit: fc.integer({ min: 1, max: 2 }),
        found: fc.boolean(),
      })
      .chain(({ of: [task, type], worker, from, to, outcome, token, limit, found }) =>
        fc.constantFrom<EngineEvent>(
          event.submitting(task, type),
          event.submitted(task, type),
          event.status(task, from, to),
          event.claimed(task, worker),
          event.expired(task, worker),
          event.started(task, worker, type),
          event.finished(task, worker, outcome, type),
          event.conflict(task, worker),
          event.emptyPoll(worker),
          event.tokenAcquired(token, type),
          event.tokenReleased(token, found, type),
          event.limitChanged(limit, type),
          event.fetched(found, type),
        ),
      ),
    { maxLength: 40 },
  )
  .chain((events) =>
    fc
      .array(fc.integer({ min: 0, max: 2000 }), { minLength: events.length, maxLength: events.length })
      .map((timesUs) => ({ events, timesUs: timesUs.sort((a, b) => a - b) })),
  );

/**
 * Any events at all of a busy queue: tasks of several priorities, workers that come and go, hosts that crash and stand still, with
 * seconds between them.
 */
export const busyHistory: fc.Arbitrary<History> = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 7000 })),
      fc
        .record({
          of: fc.constantFrom(
            ['t1', 'email'] as const,
            ['t2', 'email'] as const,
            ['t3', 'email'] as const,
            ['t4', 'example'] as const,
          ),
          worker: fc.constantFrom(['w1', 'app-1'] as const, ['w2', 'app-1'] as const, ['w3', 'app-2'] as const),
          priority: fc.integer({ min: 0, max: 2 }),
          limit: fc.integer({ min: 1, max: 2 }),
          token: fc.constantFrom('k1', 'k2'),
        })
        .chain(({ of: [task, type], worker: [worker, process], priority, limit, token }) => {
          const common: fc.Arbitrary<HistoryEvent> = fc.constantFrom<HistoryEvent>(
            event.submitting(task, type, priority),
            event.submitted(task, type),
            event.claimed(task, worker),
            event.conflict(task, worker),
            event.workerStarted(worker, process),
          );
          const rare = fc.constantFrom<HistoryEvent>(
            event.emptyPoll(worker),
            event.started(task, worker, type),
            event.finished(task, worker, 'success', type),
            event.released(task, worker),
            event.expired(task, worker),
            event.limitChanged(limit, type),
            event.tokenAcquired(token, type),
            event.tokenReleased(token, true, type),
            event.workerStopped(worker),
            event.hostPaused(3000, process),
            event.hostCrashed(process),
            { kind: 'recovered', task, worker },
          );
          return fc.oneof({ arbitrary: common, weight: 2 }, { arbitrary: rare, weight: 1 });
        }),
    ),
    { maxLength: 30, size: 'max' },
  )
  .map((entries) => {
    let nowMs = 0;
    return event.written(
      ...entries.map(([gapMs, happened]) => {
        nowMs += gapMs;
        return [nowMs, happened] as const;
      }),
    );
  });

/** Tasks of one type that are claimed in any order, each once, after polls and attempts of its worker. */
export const claimHistory: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      priority: fc.integer({ min: 0, max: 1 }),
      askedMs: fc.integer({ min: 0, max: 3000 }),
      acceptedAfterMs: fc.integer({ min: 0, max: 300 }),
      claimedAfterMs: fc.integer({ min: 0, max: 5000 }),
      worker: fc.constantFrom('w1', 'w2', 'w3'),
      polledBeforeMs: fc.integer({ min: 0, max: 2000 }),
      attemptedBeforeMs: fc.integer({ min: 0, max: 2000 }),
    }),
    { minLength: 2, maxLength: 8 },
  )
  .map((tasks) => {
    const told = tasks.flatMap(
      ({ priority, askedMs, acceptedAfterMs, claimedAfterMs, worker, polledBeforeMs, attemptedBeforeMs }, place) => {
        const claimedMs = askedMs + claimedAfterMs;
        return [
          [askedMs, event.submitting(`t${place}`, 'email', priority)],
          [askedMs + acceptedAfterMs, event.submitted(`t${place}`, 'email')],
          [Math.max(0, claimedMs - polledBeforeMs), event.emptyPoll(worker)],
          [Math.max(0, claimedMs - attemptedBeforeMs), event.conflict(`t${place}`, worker)],
          [claimedMs, event.claimed(`t${place}`, worker)],
        ] as const;
      },
    );
    return event.written(...told.toSorted(([a], [b]) => a - b));
  });

/** One worker of delayed tasks under any policy: signals come when they like, fetches find something or not, or fail. */
export const wakeUpHistory: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      signals: fc.tuple(fc.boolean(), fc.boolean()),
      by: fc.constantFrom('signal' as const, 'timer' as const),
      fetch: fc.constantFrom('found', 'nothing', 'failed'),
    }),
    { maxLength: 15 },
  )
  .map((wakeUps) => {
    const events = wakeUps.flatMap(({ signals: [before, during], by, fetch }) => [
      ...(before ? [event.signalled()] : []),
      event.woken(by),
      ...(during ? [event.signalled()] : []),
      ...(fetch === 'failed' ? [] : [event.fetched(fetch === 'found')]),
      ...(fetch === 'nothing' ? [event.askedNextTime()] : []),
    ]);
    return { events, timesUs: events.map((_, place) => place) };
  });

/** Events in any order of telling; a history is their order in time, and of telling where that is the same. */
class Story {
  readonly #told: { readonly timeUs: number; readonly event: EngineEvent }[] = [];

  tell(timeUs: number, happened: EngineEvent): void {
    this.#told.push({ timeUs, event: happened });
  }

  history(): History {
    const told = this.#told.toSorted((a, b) => a.timeUs - b.timeUs);
    return { events: told.map((each) => each.event), timesUs: told.map(({ timeUs }) => timeUs) };
  }
}

function tellTask(story: Story, task: string, life: Plan, atUs: number, worker: Lane, room: Lane): void {
  const { type, fate } = life;
  story.tell(atUs, event.submitting(task, type));
  if (fate === 'unanswered') return;
  story.tell(atUs + 2, event.submitted(task, type));
  if (fate === 'canceled') {
    story.tell(atUs + 4, event.status(task, 'pending', 'canceled'));
    return;
  }
  let nowUs = Math.max(atUs + 1, worker.freeAtUs, room.freeAtUs);
  for (let count = 0; count < life.conflicts; count++) story.tell(nowUs++, event.conflict(task, worker.name));
  for (let attempt = 0; attempt <= life.releases; attempt++) {
    const token = `${task}-${attempt}`;
    story.tell(nowUs++, event.tokenAcquired(token, type));
    story.tell(nowUs++, event.status(task, 'pending', 'processing'));
    story.tell(nowUs++, event.claimed(task, worker.name));
    if (attempt < life.releases) {
      story.tell(nowUs++, event.status(task, 'processing', 'pending'));
      story.tell(nowUs++, event.tokenReleased(token, true, type));
      story.tell(nowUs++, event.released(task, worker.name));
      continue;
    }
    if (fate === 'expired') {
      story.tell(nowUs++, event.expired(task, worker.name));
    } else {
      story.tell(nowUs, event.started(task, worker.name, type));
      nowUs += life.runUs;
      story.tell(nowUs++, event.finished(task, worker.name, fate, type));
    }
    story.tell(nowUs++, event.status(task, 'processing', fate === 'expired' ? 'timeout' : fate));
    story.tell(nowUs++, event.tokenReleased(token, true, type));
  }
  worker.freeAtUs = nowUs;
  room.freeAtUs = nowUs;
}

function tellWakeUps(story: Story, wakeUps: readonly { readonly signals: number; readonly found: boolean }[]): void {
  for (const [place, { signals, found }] of wakeUps.entries()) {
    const atUs = place * 1000;
    for (let count = 0; count < signals; count++) story.tell(atUs, event.signalled('delayed'));
    story.tell(atUs + 10, event.woken(signals > 0 ? 'signal' : 'timer', Math.max(0, signals - 1), 'delayed'));
    story.tell(atUs + 20, event.fetched(found, 'delayed'));
    if (!found) story.tell(atUs + 30, event.askedNextTime('delayed'));
  }
}

function lanes(name: string, count: number): Lane[] {
  return Array.from({ length: count }, (_, place) => ({ name: `${name}-${place + 1}`, freeAtUs: 0 }));
}

function freest(all: readonly Lane[]): Lane {
  return all.reduce((best, lane) => (lane.freeAtUs < best.freeAtUs ? lane : best));
}
