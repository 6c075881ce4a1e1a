import type { Registry } from 'prom-client';
import { requestBucketsMs } from '../core/latency-buckets.ts';
import type { RequestHistogram } from '../ports/store.ts';
import { registerCountedHistogram } from './counted-histogram.ts';

export function showRequests(requests: readonly RequestHistogram[], registry: Registry): void {
  registerCountedHistogram(registry, {
    name: 'autodeploy_http_request_duration_seconds',
    help: 'From a request to the beginning of its response, by the pattern of its route, its method and the class of its status',
    boundsMs: requestBucketsMs,
    series: requests.map(({ route, method, status, ...counted }) => ({ labels: { route, method, status }, ...counted })),
  });
}
