import type { Registry } from 'prom-client';
import { latencyBucketsMs } from '../core/latency-buckets.ts';
import type { LatencyHistogram } from '../ports/store.ts';
import { registerCountedHistogram } from './counted-histogram.ts';

const latencyMetrics: Record<LatencyHistogram['reached'], { name: string; help: string }> = {
  queued: {
    name: 'autodeploy_deploy_queued_latency_seconds',
    help: 'From the end of a training to its deployment being recorded, by who detected the end',
  },
  requested: {
    name: 'autodeploy_deploy_requested_latency_seconds',
    help: 'From the end of a training to the first request for its endpoint, by who detected the end',
  },
  in_service: {
    name: 'autodeploy_deploy_latency_seconds',
    help: 'From the end of a training to its model being in service, by who detected the end',
  },
};

export function showLatencies(latencies: readonly LatencyHistogram[], registry: Registry): void {
  for (const [reached, metric] of Object.entries(latencyMetrics)) {
    const series = latencies
      .filter((one) => one.reached === reached)
      .map(({ detectedBy, ...counted }) => ({ labels: { detected_by: detectedBy ?? 'unknown' }, ...counted }));
    registerCountedHistogram(registry, { ...metric, boundsMs: latencyBucketsMs, series });
  }
}
