import { bucketOf, requestBucketsMs } from '../core/latency-buckets.ts';
import type { Logger } from '../ports/logger.ts';
import type { CountedRequests, MetricsStore } from '../ports/store.ts';
import { shareCounts, type SharedCounts } from './shared-counts.ts';

/** One request that this process has responded to. */
export interface RespondedRequest {
  /** The pattern of its route, like `/training-jobs/{name}`; null where it reached none. */
  route: string | null;
  method: string;
  status: number;
  durationMs: number;
}

/** Counts the HTTP requests of this process by route, method and class of status: a bounded number of series. */
export interface RequestCounter extends Pick<SharedCounts<CountedRequests>, 'flush' | 'stop'> {
  count: (request: RespondedRequest) => void;
}

interface RequestCounterOptions {
  store: { metrics: Pick<MetricsStore, 'addRequests'> };
  log: Logger;
  random: () => number;
}

/** Of requests that reached no route: whatever path and method a client chose would else be a series. */
const noRoute = { route: 'none', method: 'any' };

export function createRequestCounter({ store, log, random }: RequestCounterOptions): RequestCounter {
  const { add, flush, stop } = shareCounts<CountedRequests>({
    keyOf: ({ route, method, status, bucket }) => `${route} ${method} ${status} ${bucket}`,
    plus: (one, { count, sumMs }) => ({ ...one, count: one.count + count, sumMs: one.sumMs + sumMs }),
    send: (requests) => store.metrics.addRequests(requests),
    onFailure: (error) =>
      log.debug({ event: 'metrics.requests_not_recorded', err: error }, 'HTTP request counts not recorded; retrying'),
    random,
  });
  return {
    count: ({ route, method, status, durationMs }) =>
      add({
        ...(route === null ? noRoute : { route, method }),
        status: `${Math.floor(status / 100)}xx`,
        bucket: bucketOf(durationMs, requestBucketsMs),
        count: 1,
        sumMs: durationMs,
      }),
    flush,
    stop,
  };
}
