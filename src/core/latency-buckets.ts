/** Bounds of the latency histograms: from a deployment that begins at once to one that waits behind others for a night. */
export const latencyBucketsMs = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 43_200].map(
  (seconds) => seconds * 1000,
);
