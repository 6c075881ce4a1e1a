import { requestBucketsMs } from '../core/latency-buckets.ts';
import type { CountedRequests, RequestHistogram, RequestLabels } from '../ports/store.ts';

import { type Counted, cumulative } from './histograms.ts';

/** A route holds no white space, and neither does a method. */
export const labelOfRequests = ({ status, method, route }: RequestLabels): string => `${status} ${method} ${route}`;

/** Each counter once, in one order: two transactions that write the same counters in another order wait for each other. */
export function summedRequests(requests: readonly CountedRequests[]): (CountedRequests & { label: string })[] {
  const keyed = requests.map((one) => ({ ...one, label: labelOfRequests(one) }));
  const byCounter = Map.groupBy(keyed, ({ label, bucket }) => `${label} ${bucket}`);
  return [...byCounter.keys()].toSorted().flatMap((key) => {
    const [first, ...more] = byCounter.get(key) ?? [];
    if (first === undefined) return [];
    const sum = (of: (one: CountedRequests) => number): number => more.reduce((total, one) => total + of(one), of(first));
    return [{ ...first, count: sum(({ count }) => count), sumMs: Math.round(sum(({ sumMs }) => sumMs)) }];
  });
}

export const toRequestHistograms = (found: readonly Counted[]): RequestHistogram[] =>
  [...Map.groupBy(found, ({ label }) => label)].map(([label, counted]) => {
    const [status = '', method = '', route = ''] = label.split(' ');
    return { status, method, route, ...cumulative(counted, requestBucketsMs.length) };
  });
