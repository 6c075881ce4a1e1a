import { runPeriodically } from '../async/run-periodically.ts';
import type { Logger } from '../ports/logger.ts';
import type { CountedCalls, MetricsStore } from '../ports/store.ts';

const flushIntervalMs = 5000;

/** Counts the SageMaker calls of this process and adds them to the counters that all processes share. */
export interface CallCounter {
  count: (operation: string, result: string) => void;
  /** Adds what was counted since the last time; what can't be added is kept for the next. Never fails. */
  flush(): Promise<void>;
  /** Ends the regular flushes, with a last one. */
  stop(): Promise<void>;
}

interface CallCounterOptions {
  store: { metrics: Pick<MetricsStore, 'addCalls'> };
  log: Logger;
  now: () => number;
  random: () => number;
}

export function createCallCounter({ store, log, now, random }: CallCounterOptions): CallCounter {
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
      await store.metrics.addCalls({ calls, now: now() });
    } catch (error) {
      log.debug({ event: 'metrics.not_recorded', err: error }, 'SageMaker call counts not recorded; retrying');
      for (const { operation, result, count } of calls) add(operation, result, count);
    }
  };
  const flush = (): Promise<void> => (flushing = flushing.then(addToStore));
  const flushes = runPeriodically({ initialDelayMs: flushIntervalMs, intervalMs: flushIntervalMs, random, run: flush });

  return {
    count: (operation, result) => add(operation, result, 1),
    flush,
    async stop() {
      await flushes.stop();
      await flush();
    },
  };
}
