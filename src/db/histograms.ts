/** Metrics out of the tallies that the engines read. */
import type { Actor } from '../core/history.ts';
import { latencyBucketsMs } from '../core/latency-buckets.ts';
import type { LatencyHistogram } from '../ports/store.ts';
import { unknownDetector } from './tallies.ts';

export interface Counted {
  label: string;
  bucket: number;
  count: number;
  sumMs: number;
}

/** Every status with its count, those that no row has included. */
export function countByStatus<Status extends string>(
  statuses: readonly Status[],
  found: readonly Counted[],
): Record<Status, number> {
  const zeros = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
  return { ...zeros, ...Object.fromEntries(found.map(({ label, count }) => [label, count])) };
}

/** A histogram out of its buckets, of which the last one holds what is beyond all bounds. */
export function cumulative(found: readonly Counted[], bounds: number): { buckets: number[]; count: number; sumMs: number } {
  const sum = (of: (tally: Counted) => number): number => found.reduce((total, tally) => total + of(tally), 0);
  return {
    buckets: Array.from({ length: bounds }, (_, index) => sum(({ bucket, count }) => (bucket <= index ? count : 0))),
    count: sum(({ count }) => count),
    sumMs: sum(({ sumMs }) => sumMs),
  };
}

/** How long it took from a training's end until then, over all deployments that came so far, by who detected the end. */
export function toHistograms(reached: LatencyHistogram['reached'], found: readonly Counted[]): LatencyHistogram[] {
  const byDetector = Map.groupBy(found, ({ label }) => label);
  return [...byDetector].flatMap(([label, tallies]) => {
    const histogram = cumulative(tallies, latencyBucketsMs.length);
    if (histogram.count === 0) return [];
    return [{ reached, detectedBy: label === unknownDetector ? null : (label as Actor), ...histogram }];
  });
}

export const toDetections = (found: readonly Counted[]): { detectedBy: Actor; count: number }[] =>
  found.flatMap(({ label, count }) => (count === 0 ? [] : [{ detectedBy: label as Actor, count }]));
