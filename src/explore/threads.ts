import { existsSync } from 'node:fs';
import { parentPort, Worker } from 'node:worker_threads';
import { UsageError } from '../scenario/usage-error.ts';

/** What a thread answers to a job. A class does not survive the way between threads, hence errors as data. */
export type Answer<R> =
  | { readonly result: R }
  | { readonly error: { readonly message: string; readonly stack: string | undefined; readonly isUsage: boolean } };

/** A job as it travels, and its answer: by its place among all jobs. */
interface Numbered {
  readonly index: number;
}

/**
 * Hands jobs to threads, one at a time to each, until there are no more.
 *
 * @param options.module what the threads run, below src and without its extension: it calls `serve`
 * @param options.next the next job, or undefined: no more. Asked whenever a thread is free
 * @param options.onResult told of each result, in whatever order threads are done, with the job's place in the order of asking
 * @throws what the first job threw that failed, in the order of the jobs, once all before it have answered
 */
export async function inThreads<Job extends object, Result>(options: {
  readonly threads: number;
  readonly module: string;
  readonly needsTypeScript: boolean;
  readonly next: () => Job | undefined;
  readonly onResult: (index: number, result: Result) => void;
}): Promise<void> {
  let asked = 0;
  let failure: { readonly index: number; readonly error: Error } | undefined;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(entry(), {
        workerData: { needsTypeScript: options.needsTypeScript, module: options.module },
      });
      const handOut = () => {
        const job = failure === undefined ? options.next() : undefined;
        if (job !== undefined) worker.postMessage({ job, index: asked++ });
        else worker.terminate().then(() => resolve(), reject);
      };
      worker.on('message', ({ index, ...answer }: Answer<Result> & Numbered) => {
        if ('result' in answer) options.onResult(index, answer.result);
        else if (failure === undefined || index < failure.index) failure = { index, error: rebuilt(answer.error) };
        handOut();
      });
      worker.once('error', reject);
      handOut();
    });
  await Promise.all(Array.from({ length: options.threads }, work));
  if (failure !== undefined) throw (failure as { readonly error: Error }).error;
}

/** The other end, in a thread: does each job that comes. */
export function serve<Job, Result>(work: (job: Job) => Promise<Result>): void {
  parentPort?.on('message', async ({ job, index }: Numbered & { readonly job: Job }) => {
    parentPort?.postMessage({ index, ...(await answerTo(job, work)) });
  });
}

async function answerTo<Job, Result>(job: Job, work: (job: Job) => Promise<Result>): Promise<Answer<Result>> {
  try {
    return { result: await work(job) };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { error: { message, stack, isUsage: error instanceof UsageError } };
  }
}

function rebuilt({ message, stack, isUsage }: { message: string; stack: string | undefined; isUsage: boolean }): Error {
  const error = isUsage ? new UsageError(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** The launcher of threads stands in the package's bin: two folders up from the sources, three from the build. */
function entry(): URL {
  const [near, far] = ['../../bin/worker.js', '../../../bin/worker.js'].map((path) => new URL(path, import.meta.url));
  return existsSync(near as URL) ? (near as URL) : (far as URL);
}
