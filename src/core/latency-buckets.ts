/** Bounds of the latency histograms: from a deployment that begins at once to one that waits behind others for a night. */
export const latencyBucketsMs = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 43_200].map(
  (seconds) => seconds * 1000,
);

/** Bounds of the histogram of HTTP requests: from a read of one row to a long poll of 25 seconds. */
export const requestBucketsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];

/** The index of the smallest bound that the duration does not exceed; their number for one beyond the last. */
export function bucketOf(durationMs: number, boundsMs: readonly number[]): number {
  const index = boundsMs.findIndex((mostMs) => durationMs <= mostMs);
  return index === -1 ? boundsMs.length : index;
}
