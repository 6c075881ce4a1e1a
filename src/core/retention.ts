/** How long runs that have ended are kept (HISTORY_RETENTION_DAYS). */

export const dayMs = 24 * 3_600_000;

/** Of each endpoint, the runs whose deployments went live last are kept whatever their age: what is live, and what it can go back to. */
export const keptLive = 10;

/**
 * How far the search for orphans goes back by SageMaker's CreationTime, on its first walk or with a new database: as far as a training may
 * be monitored, and a day.
 */
export const orphanWindowMs = ({ maxTrainingWaitMs }: { maxTrainingWaitMs: number }): number => maxTrainingWaitMs + dayMs;

/** A run that is deleted any sooner might be found again as an orphan. A day more, since clocks differ and lists lag. */
export const leastRetentionMs = (settings: { maxTrainingWaitMs: number }): number => orphanWindowMs(settings) + dayMs;

/**
 * Whether a training that the database does not know is one whose run was deleted for its age: it began before all that is kept, and is
 * over. Its tags still say that it is this service's.
 */
export const isPastRetention = (
  job: { createdAt: number; isEnded: boolean },
  { historyRetentionMs }: { historyRetentionMs: number | null },
  now: number,
): boolean => historyRetentionMs !== null && job.isEnded && job.createdAt < now - historyRetentionMs;
