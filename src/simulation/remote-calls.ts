import type { Host } from './host.ts';
import { Channel, type Latency } from './network.ts';
import type { RandomStream } from './random-stream.ts';
import type { Simulation } from './simulation.ts';

/** The caller's end of a connection. A call whose answer is late holds up no other. */
export interface RemoteCalls {
  /**
   * Runs code on the other host, which answers now or later; what it throws is the answer, too. Never settles once the caller's
   * host has died.
   */
  call<T>(execute: (answer: (value: T) => void) => void): Promise<T>;
}

/** Opens a connection between two hosts. It takes no time, and lasts as long as both live. */
export function openCalls(
  simulation: Simulation,
  from: Host,
  to: Host,
  options: {
    readonly latency: Latency;
    readonly stream: RandomStream;
    /** What a call costs the CPU of the host that is asked. */
    readonly callUs: number;
    /** What taking an answer off the socket costs the caller's. */
    readonly answerUs: number;
  },
): RemoteCalls {
  const { latency, stream, callUs, answerUs } = options;
  const receive = (message: () => void) => message();
  const back = new Channel(simulation, from, { latency, stream, receive, receiveCostUs: answerUs });
  const forth = new Channel(simulation, to, { latency, stream, receive, receiveCostUs: callUs });
  from.onCrash.add(() => {
    forth.close();
    back.close();
  });
  const answer = (settle: () => void) => back.send(settle, Math.max(simulation.nowUs, to.busyUntilUs));
  return {
    call: (execute) =>
      new Promise((resolve, reject) => {
        forth.send(() => {
          try {
            execute((value) => answer(() => resolve(value)));
          } catch (error) {
            answer(() => reject(error));
          }
        });
      }),
  };
}
