import { setTimeout as wait } from 'node:timers/promises';
import type { IQueueBackend } from 'bullmq';
import { refusalOf } from '../queue/refusal.ts';

const pauseMs = 1000;

interface FetchOptions {
  random: () => number;
  /** Ends the pauses. */
  signal: AbortSignal;
  /** Called when Redis let the worker fetch, whether or not there was a job. */
  onFetched: () => void;
}

/**
 * Makes every fetch that fails wait for about a second. BullMQ's own loop retries at once when Redis replies with an error
 * (`retryIfFailed` of its Worker): a user without a permission, or a full memory, used a whole core, and the process handled no signal
 * any more. BullMQ waits only for what has no reply, such as a broken connection.
 */
export function steadyFetch(backend: IQueueBackend, { random, signal, onFetched }: FetchOptions): void {
  const pause = (): Promise<unknown> => wait(pauseMs * (1 + random() / 4), undefined, { signal }).catch(() => {});
  const moveToActive = backend.moveToActive.bind(backend);
  const waitForJob = backend.waitForJob.bind(backend);

  let failed = false;

  backend.moveToActive = async (token, name) => {
    try {
      const fetched: unknown[] = await moveToActive(token, name);
      failed = false;
      onFetched();
      return fetched;
    } catch (error) {
      failed = true;
      await pause();
      throw error;
    }
  };
  // Null means that no job came in time: then the loop fetches, instead of blocking for up to 10 s.
  backend.waitForJob = async (timeoutSeconds) => {
    if (failed) return null;
    try {
      return await waitForJob(timeoutSeconds);
    } catch (error) {
      if (refusalOf(error) === null) throw error;
      await pause();
      return null;
    }
  };
}
