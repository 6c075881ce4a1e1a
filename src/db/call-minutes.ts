/** The counters of calls to SageMaker that are kept a minute each. */
const minuteMs = 60_000;

export const keptMinutes = 60;

/** Minutes since 1970 UTC. */
export const minuteOf = (instant: number): number => Math.floor(instant / minuteMs);
