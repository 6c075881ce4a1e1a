import type { MetricAlarmRequest, MetricBucket } from '../state/alarm-records.ts';
import type { State } from '../state/state.ts';

/** One minute of data in CloudWatch, in which the runtime's metrics are stored. */
export const bucketMs = (waitScale: number): number => 60_000 * waitScale;

export const bucketKey = ({ endpointName, variantName, endpointConfigName, startAt }: MetricBucket): string =>
  [endpointName, variantName, endpointConfigName, startAt].join('|');

/** The values that a metric has for one request each are only kept as their sum: they are 0 or 1. */
const counts = {
  Invocations: 'invocations',
  Invocation4XXErrors: 'errors4xx',
  Invocation5XXErrors: 'errors5xx',
  InvocationModelErrors: 'modelErrors',
} as const;

const isCount = (name: string): name is keyof typeof counts => name in counts;

/**
 * The buckets of the alarm's metric. SageMaker publishes a metric under two sets of dimensions, with the configuration and without it
 * (docs/reference/sagemaker-behavior.md#endpointconfigname-watches-the-new-fleet-alone); other sets, namespaces and units have no data.
 */
export function bucketsOf(
  state: State,
  { Namespace, MetricName = '', Dimensions = [], Unit }: MetricAlarmRequest,
): MetricBucket[] {
  const isLatency = MetricName === 'ModelLatency';
  const hasUnit = Unit === undefined || Unit === (isLatency ? 'Microseconds' : 'None');
  if (Namespace !== 'AWS/SageMaker' || !hasUnit || !(isLatency || isCount(MetricName))) return [];
  const values = new Map(Dimensions.map(({ Name, Value }) => [Name, Value]));
  const names = [...values.keys()].toSorted().join();
  if (names !== 'EndpointName,VariantName' && names !== 'EndpointConfigName,EndpointName,VariantName') return [];
  const configName = values.get('EndpointConfigName');
  return [...state.metricBuckets.values()].filter(
    (bucket) =>
      bucket.endpointName === values.get('EndpointName') &&
      bucket.variantName === values.get('VariantName') &&
      (configName === undefined || bucket.endpointConfigName === configName),
  );
}

/** The statistic of the buckets of one period; null without data, and for a statistic that is not simulated. */
export function statisticOf(buckets: readonly MetricBucket[], request: MetricAlarmRequest): number | null {
  const { MetricName = '', Statistic, ExtendedStatistic } = request;
  const samples = sum(buckets.map(({ invocations }) => invocations));
  if (samples === 0) return null;
  if (Statistic === 'SampleCount') return samples;
  if (isCount(MetricName)) {
    const total = sum(buckets.map((bucket) => bucket[counts[MetricName]]));
    if (Statistic === 'Sum') return total;
    if (Statistic === 'Average') return total / samples;
    if (Statistic === 'Maximum') return total > 0 ? 1 : 0;
    return Statistic === 'Minimum' ? Math.floor(total / samples) : null;
  }
  const total = sum(buckets.map(({ latencySum }) => latencySum));
  if (Statistic === 'Sum') return total;
  if (Statistic === 'Average') return total / samples;
  if (Statistic === 'Maximum') return Math.max(...buckets.map(({ latencyMax }) => latencyMax));
  if (Statistic === 'Minimum') return Math.min(...buckets.map(({ latencyMin }) => latencyMin));
  const percent = Number(/^p(\d+(?:\.\d+)?)$/.exec(ExtendedStatistic ?? '')?.[1] ?? Number.NaN);
  const sorted = buckets.flatMap(({ latencies }) => latencies).toSorted((a, b) => a - b);
  return Number.isNaN(percent) ? null : (sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null);
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
