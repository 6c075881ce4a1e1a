import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { CountedCalls } from '../ports/store.ts';

const flushEveryMs = 5000;

/** Counts SageMaker calls in this process and adds them to the counters that all processes share. */
export interface CallCounter {
  count: (operation: string, result: string) => void;
  /** Adds what was counted since the last time; what could not be added is kept for the next. Never fails. */
  flush(): Promise<void>;
  /** Ends the regular flushes, with a last one. */
  stop(): Promise<void>;
}

export function createCallCounter(
  { store, log, now }: { store: Pick<Store, 'addSageMakerCalls'>; log: Logger; now: () => number },
  everyMs = flushEveryMs,
): CallCounter {
  const counts = new Map<string, CountedCalls>();
  let flushing: Promise<void> = Promise.resolve();

  const add = (operation: string, result: string, more: number): void => {
    const key = `${operation} ${result}`;
    counts.set(key, { operation, result, count: (counts.get(key)?.count ?? 0) + more });
  };
  const addToStore = async (): Promise<void> => {
    const calls = [...counts.values()];
    if (calls.length === 0) return;
    counts.clear();
    try {
      await store.addSageMakerCalls(calls, now());
    } catch (error) {
      log.debug({ err: error }, 'SageMaker calls could not be counted in the database; kept for the next time');
      for (const { operation, result, count } of calls) add(operation, result, count);
    }
  };
  const flush = (): Promise<void> => (flushing = flushing.then(addToStore));
  const timer = setInterval(() => void flush(), everyMs);
  timer.unref();

  return {
    count: (operation, result) => add(operation, result, 1),
    flush,
    stop() {
      clearInterval(timer);
      return flush();
    },
  };
}
