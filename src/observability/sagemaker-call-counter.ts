import type { Logger } from '../ports/logger.ts';
import type { CountedCalls, MetricsStore } from '../ports/store.ts';
import { shareCounts, type SharedCounts } from './shared-counts.ts';

/** Counts the SageMaker calls of this process. */
export interface CallCounter extends Pick<SharedCounts<CountedCalls>, 'flush' | 'stop'> {
  count: (operation: string, result: string) => void;
}

interface CallCounterOptions {
  store: { metrics: Pick<MetricsStore, 'addCalls'> };
  log: Logger;
  now: () => number;
  random: () => number;
}

export function createCallCounter({ store, log, now, random }: CallCounterOptions): CallCounter {
  const { add, flush, stop } = shareCounts<CountedCalls>({
    keyOf: ({ operation, result }) => `${operation} ${result}`,
    plus: (one, { count }) => ({ ...one, count: one.count + count }),
    send: (calls) => store.metrics.addCalls({ calls, now: now() }),
    onFailure: (error) =>
      log.debug({ event: 'metrics.not_recorded', err: error }, 'SageMaker call counts not recorded; retrying'),
    random,
  });
  return { count: (operation, result) => add({ operation, result, count: 1 }), flush, stop };
}
