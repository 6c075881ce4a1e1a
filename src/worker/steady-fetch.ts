import { setTimeout as wait } from 'node:timers/promises';
import type { IQueueBackend } from 'bullmq';
import { refusalOf } from '../queue/refusal.ts';

const pauseMs = 1000;

interface FetchOptions {
  random: () => number;
  /** Ends the pauses. */
  signal: AbortSignal;
  /** Redis let the worker look for a job, whether or not there was one. */
  onFetched: () => void;
}

/**
 * Makes every fetch that fails wait for about a second. BullMQ's own loop tries again at once, with no wait at all, when Redis
 * replies with an error (`retryIfFailed` of its Worker): a user without a right, or a full memory, cost a whole core, and no signal
 * was heeded any more. Only what has no reply, a broken connection, does it wait for.
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
  // Null is as if nothing had come in time: then the loop looks for jobs, instead of waiting for a sign of them for up to 10 s.
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
