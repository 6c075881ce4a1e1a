import { Gauge, type Registry } from 'prom-client';

export interface CountedHistogram {
  name: string;
  help: string;
  boundsMs: readonly number[];
  /** `buckets`: how many were at most as long as the bound of the same index. */
  series: readonly {
    labels: Readonly<Record<string, string>>;
    buckets: readonly number[];
    count: number;
    sumMs: number;
  }[];
}

/**
 * Registers a histogram that the database has counted. A Histogram of prom-client can only observe values, so this is a metric of
 * another class whose `get` returns what a registry writes: type, name, help and values.
 */
export function registerCountedHistogram(registry: Registry, { name, help, boundsMs, series }: CountedHistogram): void {
  const values = series.flatMap(({ labels, buckets, count, sumMs }) => {
    const bucket = (le: number | string, value: number) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value });
    return [
      ...boundsMs.map((mostMs, index) => bucket(mostMs / 1000, buckets[index] ?? 0)),
      bucket('+Inf', count),
      { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
      { metricName: `${name}_count`, labels, value: count },
    ];
  });
  const metric = { name, help, type: 'histogram', aggregator: 'sum', values };
  Object.assign(new Gauge({ name, help, registers: [registry] }), { get: () => Promise.resolve(metric) });
}
