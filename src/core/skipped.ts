/**
 * What a loop over many may pass over: one that can't be handled never stops the others. `run_elsewhere`: a run whose training is in
 * another region or account than the process speaks to. `removed_run` is no error: a run that a
 * person has removed, whose training job is not to be adopted again.
 */
export const skippedKinds = ['training_job', 'run', 'run_elsewhere', 'deployment', 'endpoint', 'removed_run'] as const;
export type SkippedKind = (typeof skippedKinds)[number];

/** So many of a kind are kept; the oldest give way. */
export const maxSkipped: Record<SkippedKind, number> = {
  training_job: 1000,
  run: 1000,
  run_elsewhere: 1000,
  deployment: 1000,
  endpoint: 1000,
  removed_run: 10_000,
};

/** One that was skipped, with instants in milliseconds since 1970 UTC. */
export interface SkippedItem {
  kind: SkippedKind;
  name: string;
  reason: string;
  firstAt: number;
  lastAt: number;
  /** How often. */
  count: number;
}

const longestReason = 500;

/** What people read of it; SageMaker's words may be long. */
export const shortReason = (reason: string): string =>
  reason.length <= longestReason ? reason : `${reason.slice(0, longestReason - 1)}…`;
