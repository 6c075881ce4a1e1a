/** Whether a check describes its training, or sleeps again because the feed would have shown a change. */
import { pollDelayMs } from '../retry-delay.ts';
import type { TrainingRun } from '../training/training-run.ts';
import { type FeedState, feedMode, isRelisted } from './feed-state.ts';
import { feedTiming, pacedDelayMs, sleepMs } from './feed-timing.ts';

export interface CheckLimits {
  pollIntervalMs: number;
  maxTrainingWaitMs: number;
}

export interface CheckedRun extends Pick<
  TrainingRun,
  'status' | 'stopRequestedAt' | 'overdueSince' | 'trainingSinceAt' | 'createdAt'
> {
  /** The service did not start it: it may lack the tag by which the feed finds trainings. */
  isAdopted: boolean;
}

export interface CheckInput {
  run: CheckedRun;
  /** When a check last described the training and found nothing to watch closely; null for one that never did, or was added again. */
  describedAt: number | null;
  /** Since when SageMaker fails. */
  failingSince: number | null;
  feed: FeedState;
  now: number;
  limits: CheckLimits;
  random: () => number;
}

export type CheckPlan = { kind: 'observe' } | { kind: 'sleep'; delayMs: number };

const observe: CheckPlan = { kind: 'observe' };

/**
 * Sleeps only while all of this is so: sweeps are fresh and cover the time since the training was last described; walks through the list
 * continue, or it was described lately; nothing fails or is requested of it; its time limit is not reached.
 */
export function planCheck({ run, describedAt, failingSince, feed, now, limits, random }: CheckInput): CheckPlan {
  const { pollIntervalMs } = limits;
  if (feedMode(feed, pollIntervalMs, now) !== 'search') return observe;
  if (run.status !== 'training' || run.isAdopted || run.stopRequestedAt !== null || run.overdueSince !== null) return observe;
  // An instant in the future was written by a clock that was ahead.
  if (failingSince !== null || describedAt === null || describedAt > now) return observe;
  if (feed.coveredSince === null || describedAt < feed.coveredSince) return observe;
  if (now - describedAt > feedTiming(pollIntervalMs).resyncAfterMs && !isRelisted(feed, pollIntervalMs, now)) return observe;
  if (untilLimitMs(run, now, limits) <= 0) return observe;
  return { kind: 'sleep', delayMs: withinLimit(pollDelayMs(sleepMs(feed.fleet, pollIntervalMs), random), run, now, limits) };
}

/** When the next check follows one that has described a training in which nothing is to be watched closely. */
export function nextCheckMs({
  run,
  feed,
  now,
  limits,
  random,
}: Pick<CheckInput, 'run' | 'feed' | 'now' | 'limits' | 'random'>): number {
  const { pollIntervalMs } = limits;
  const isFed = feedMode(feed, pollIntervalMs, now) === 'search' && !run.isAdopted;
  const delayMs = isFed
    ? pollDelayMs(sleepMs(feed.fleet, pollIntervalMs), random)
    : pacedDelayMs(feed.fleet, pollIntervalMs, random);
  return withinLimit(delayMs, run, now, limits);
}

const untilLimitMs = ({ trainingSinceAt, createdAt }: CheckedRun, now: number, { maxTrainingWaitMs }: CheckLimits): number =>
  (trainingSinceAt ?? createdAt) + maxTrainingWaitMs - now;

/** No check sleeps past the time limit of its run. */
function withinLimit(delayMs: number, run: CheckedRun, now: number, limits: CheckLimits): number {
  const leftMs = untilLimitMs(run, now, limits);
  return leftMs <= 0 ? Math.min(delayMs, limits.pollIntervalMs) : Math.ceil(Math.min(delayMs, leftMs));
}
