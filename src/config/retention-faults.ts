import { dayMs, leastRetentionMs } from '../core/retention.ts';

/** A faulty variable has no value here: readVariables has reported it. */
export function retentionFaults(values: {
  HISTORY_RETENTION_DAYS?: number | null;
  MAX_TRAINING_WAIT_SECONDS?: number;
}): string[] {
  const { HISTORY_RETENTION_DAYS: days, MAX_TRAINING_WAIT_SECONDS: maxTrainingWaitMs } = values;
  if (days == null || maxTrainingWaitMs === undefined) return [];
  const least = Math.ceil(leastRetentionMs({ maxTrainingWaitMs }) / dayMs);
  if (days >= least) return [];
  return [
    `HISTORY_RETENTION_DAYS holds ${days}; with this MAX_TRAINING_WAIT_SECONDS it may hold ${least} and more: the search for orphans would find the trainings of deleted runs again`,
  ];
}
