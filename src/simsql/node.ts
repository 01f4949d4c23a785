import type { SqlClient } from '../engine/wakeups/sql-client.ts';
import type { Host } from '../simulation/host.ts';
import { DATA_CENTRE, type Latency } from '../simulation/network.ts';
import { openCalls, type RemoteCalls } from '../simulation/remote-calls.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { Database } from './database.ts';

/**
 * What the database spends on a statement, and a client on taking the answer off the socket, in µs. A PostgreSQL 15 with a thousand
 * tasks, all in memory, was measured at 45 for a fetch and 240 for the next due time, which come in pairs: this is their mean.
 */
const STATEMENT_US = 140;
const CLIENT_ANSWER_US = 2;

/** Of a pool, as pg's: what comes while all of them are in use waits for one. */
const CONNECTIONS_MAX = 10;

/** A database server on a host of the simulation: statements travel, and run one at a time. */
export class SqlNode {
  readonly host: Host;
  readonly #database = new Database();
  readonly #simulation: Simulation;
  readonly #latency: Latency;
  /** How many connections each host has opened. */
  readonly #connections = new Map<Host, number>();
  #statementsRun = 0;

  constructor(simulation: Simulation, host: Host, latency: Latency = DATA_CENTRE) {
    this.#simulation = simulation;
    this.host = host;
    this.#latency = latency;
  }

  /** Since the start, those that failed with them. */
  get statementsRun(): number {
    return this.#statementsRun;
  }

  /** Opens a pool of connections from a host, each when it is first needed. It lasts as long as the host lives. */
  connect(from: Host): SqlClient {
    const idle: RemoteCalls[] = [];
    const waiting: ((connection: RemoteCalls) => void)[] = [];
    let opened = 0;
    const open = () => {
      opened++;
      return this.#open(from);
    };
    return {
      query: async (text, params = []) => {
        const connection =
          idle.pop() ??
          (opened < CONNECTIONS_MAX ? open() : await new Promise<RemoteCalls>((resolve) => waiting.push(resolve)));
        try {
          const rows = await connection.call<readonly unknown[]>((answer) => {
            this.#statementsRun++;
            answer(this.#database.execute(text, params));
          });
          return { rows };
        } finally {
          const next = waiting.shift();
          if (next === undefined) idle.push(connection);
          else next(connection);
        }
      },
    };
  }

  #open(from: Host): RemoteCalls {
    const count = this.#connections.get(from) ?? 0;
    this.#connections.set(from, count + 1);
    return openCalls(this.#simulation, from, this.host, {
      latency: this.#latency,
      stream: this.#simulation.random(`sql-connection-${from.name}-${count}`),
      callUs: STATEMENT_US,
      answerUs: CLIENT_ANSWER_US,
    });
  }
}
