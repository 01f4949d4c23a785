import { expect, test } from 'vitest';
import type { Clock } from '../../src/engine/ports.ts';
import type { SqlClient } from '../../src/engine/wakeups/sql-client.ts';
import { SqlDelayedTaskStore } from '../../src/engine/wakeups/sql-delayed-task-store.ts';
import { SqlNode } from '../../src/simsql/node.ts';
import type { Host } from '../../src/simulation/host.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

/** A simulated database, and code on hosts of its own. */
class SqlLab {
  readonly simulation = new Simulation({ seed: 1 });
  readonly node: SqlNode;

  /** @param oneWayUs between the database and anybody */
  constructor(oneWayUs = 100) {
    const latency = { baseUs: oneWayUs, jitterUs: 0 };
    this.node = new SqlNode(this.simulation, this.simulation.addHost('database'), latency);
  }

  start(name: string, main: (sql: SqlClient, clock: Clock) => Promise<void>): Host {
    const host = this.simulation.addHost(name);
    this.simulation.start(host, () => main(this.node.connect(host), this.simulation.clock(host)));
    return host;
  }
}

const task = (id: string) => ({ id, type: 'end', dueAtMs: 5 });

test('statements run one at a time, in the order in which they arrive', async () => {
  const lab = new SqlLab();
  const answeredUs: number[] = [];
  lab.start('app', async (sql) => {
    const store = new SqlDelayedTaskStore(sql);
    await store.create();
    const fromUs = lab.simulation.nowUs;
    await Promise.all(
      ['a', 'b', 'c'].map(async (id) => {
        await store.add(task(id));
        answeredUs.push(lab.simulation.nowUs - fromUs);
      }),
    );
  });
  await lab.simulation.run();
  // There, 140 µs for each statement before and for its own, and back; the client's CPU has its share.
  expect(answeredUs.map((us) => Math.round(us / 10) * 10)).toEqual([340, 480, 620]);
  expect(lab.node.statementsRun).toBe(5);
});

test('a pool has ten connections: an eleventh statement leaves when the first is answered', async () => {
  const lab = new SqlLab(1000);
  const answeredUs: number[] = [];
  lab.start('app', async (sql) => {
    await new SqlDelayedTaskStore(sql).create();
    const fromUs = lab.simulation.nowUs;
    await Promise.all(
      Array.from({ length: 11 }, async (_, index) => {
        await new SqlDelayedTaskStore(sql).add(task(`t${index}`));
        answeredUs.push(lab.simulation.nowUs - fromUs);
      }),
    );
  });
  await lab.simulation.run();
  const roundUs = 1000 + 140 + 1000;
  expect(Math.round((answeredUs[9] as number) / 100)).toBe(Math.round((roundUs + 9 * 140) / 100));
  expect(Math.round((answeredUs[10] as number) / 100)).toBe(Math.round((2 * roundUs) / 100));
});

test('refuses what SqlDelayedTaskStore does not ask, and counts it', async () => {
  const lab = new SqlLab();
  lab.start('app', async (sql) => {
    await expect(sql.query('SELECT 1')).rejects.toThrow(
      'knows only the statements of SqlDelayedTaskStore, not: SELECT 1',
    );
    await expect(new SqlDelayedTaskStore(sql).minNextTime('end')).rejects.toThrow('"async_task" does not exist');
  });
  await lab.simulation.run();
  expect(lab.node.statementsRun).toBe(2);
});

test('a statement of a host that crashed before the answer has been carried out, and nobody hears of it', async () => {
  const lab = new SqlLab();
  let answered = false;
  const doomed = lab.start('doomed', async (sql) => {
    const store = new SqlDelayedTaskStore(sql);
    await store.create();
    await store.add(task('a'));
    answered = true;
  });
  // Two statements take 340 µs each; the third has arrived after 780.
  lab.simulation.at(800, lab.simulation.addHost('fate'), () => lab.simulation.crash(doomed), undefined);
  let next: number | undefined;
  lab.start('reader', async (sql, clock) => {
    await clock.sleep(5);
    next = await new SqlDelayedTaskStore(sql).minNextTime('end');
  });
  await lab.simulation.run();
  expect(answered).toBe(false);
  expect(next).toBe(5);
});
