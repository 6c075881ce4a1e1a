/**
 * What a loop over many skips: an item that cannot be handled never stops the others. `run_elsewhere`: a run whose training is in another
 * region or account than the process uses. `removed_run` is no error: a person removed the run, and its training job is not adopted
 * again. `change_feed` is a part of the feed that fails, which has a place of its own in /status and /metrics. `clean_up`: a call by which
 * models or configurations would be deleted, and that SageMaker refuses.
 */
export const skippedKinds = [
  'training_job',
  'run',
  'run_elsewhere',
  'deployment',
  'removed_run',
  'change_feed',
  'clean_up',
] as const;
export type SkippedKind = (typeof skippedKinds)[number];

/** Whether it is shown among what was skipped. */
export const isShownAsSkipped = (kind: SkippedKind): boolean => kind !== 'removed_run' && kind !== 'change_feed';

/** How many of a kind are kept. The oldest ones are deleted. */
export const maxSkipped: Record<SkippedKind, number> = {
  training_job: 1000,
  run: 1000,
  run_elsewhere: 1000,
  deployment: 1000,
  removed_run: 10_000,
  change_feed: 10,
  clean_up: 1000,
};

/** A skipped item, with instants in milliseconds since 1970 UTC. */
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

/** Shortens a reason, since SageMaker's text may be long. */
export const shortReason = (reason: string): string =>
  reason.length <= longestReason ? reason : `${reason.slice(0, longestReason - 1)}…`;
