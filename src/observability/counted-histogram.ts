import { Gauge, type Registry } from 'prom-client';
import { latencyBucketsMs } from '../core/latency-buckets.ts';
import type { LatencyHistogram } from '../ports/store.ts';

/**
 * Registers a histogram that the database has counted. A Histogram of prom-client can only observe values, so this is a metric of
 * another class whose `get` returns what a registry writes: type, name, help and values.
 */
export function registerCountedHistogram(
  registry: Registry,
  { name, help }: { name: string; help: string },
  series: readonly LatencyHistogram[],
): void {
  const values = series.flatMap(({ detectedBy, buckets, count, sumMs }) => {
    const labels = { detected_by: detectedBy ?? 'unknown' };
    const bucket = (le: number | string, value: number) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value });
    return [
      ...latencyBucketsMs.map((mostMs, index) => bucket(mostMs / 1000, buckets[index] ?? 0)),
      bucket('+Inf', count),
      { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
      { metricName: `${name}_count`, labels, value: count },
    ];
  });
  const metric = { name, help, type: 'histogram', aggregator: 'sum', values };
  Object.assign(new Gauge({ name, help, registers: [registry] }), { get: () => Promise.resolve(metric) });
}
