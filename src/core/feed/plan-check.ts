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
  /** It came due together with others. */
  isBatched: boolean;
  /** Since when SageMaker fails. */
  failingSince: number | null;
  feed: FeedState;
  now: number;
  limits: CheckLimits;
  random: () => number;
}

/** When a check comes next. With `batchMs` it may come earlier by so much, so that it comes together with others. */
export interface NextCheck {
  delayMs: number;
  batchMs: number;
}

/** The instant at which a job with this delay comes due. */
export const dueAtOf = ({ delayMs, batchMs }: NextCheck, now: number): number =>
  batchMs > 0 ? Math.floor((now + delayMs) / batchMs) * batchMs : now + delayMs;

/** `spread`: the check observes when it comes next, apart from those with which it came due, of which each would call SageMaker now. */
export type CheckPlan = { kind: 'observe' } | ({ kind: 'sleep' | 'spread' } & NextCheck);

const observe: CheckPlan = { kind: 'observe' };

/**
 * Sleeps only while all of this is so: sweeps are fresh and cover the time since the training was last described; walks through the list
 * continue, or it was described lately; nothing fails or is requested of it; its time limit is not reached.
 */
export function planCheck(input: CheckInput): CheckPlan {
  const { run, describedAt, isBatched, failingSince, now, limits, random } = input;
  if (run.status !== 'training' || run.isAdopted || run.stopRequestedAt !== null || run.overdueSince !== null) return observe;
  // An instant in the future was written by a clock that was ahead.
  if (failingSince !== null || describedAt === null || describedAt > now) return observe;
  if (untilLimitMs(run, now, limits) <= 0) return observe;
  if (isWatched(input, describedAt)) return { kind: 'sleep', ...whileWatched(input) };
  // What ends the watch ends it for all.
  const { batchMs } = feedTiming(limits.pollIntervalMs);
  return isBatched ? { kind: 'spread', delayMs: Math.round(batchMs * random()), batchMs: 0 } : observe;
}

/** Whether the feed would have shown the end of a training that was described at that time. */
function isWatched({ feed, now, limits: { pollIntervalMs } }: CheckInput, describedAt: number): boolean {
  if (feedMode(feed, pollIntervalMs, now) !== 'search') return false;
  if (feed.coveredSince === null || describedAt < feed.coveredSince) return false;
  return now - describedAt <= feedTiming(pollIntervalMs).resyncAfterMs || isRelisted(feed, pollIntervalMs, now);
}

type NextCheckInput = Pick<CheckInput, 'run' | 'feed' | 'now' | 'limits' | 'random'>;

/** When the next check follows one that has described a training in which nothing is to be watched closely. */
export function nextCheck(input: NextCheckInput): NextCheck {
  const { run, feed, now, limits, random } = input;
  const { pollIntervalMs } = limits;
  if (feedMode(feed, pollIntervalMs, now) === 'search' && !run.isAdopted) return whileWatched(input);
  return { delayMs: withinLimit(pacedDelayMs(feed.fleet, pollIntervalMs, random), run, now, limits), batchMs: 0 };
}

/** A check at its time limit comes by itself: earlier it would find that the limit is not reached. */
function whileWatched({ run, feed, now, limits, random }: NextCheckInput): NextCheck {
  const { pollIntervalMs } = limits;
  const sleepsMs = pollDelayMs(sleepMs(feed.fleet, pollIntervalMs), random);
  const delayMs = withinLimit(sleepsMs, run, now, limits);
  return { delayMs, batchMs: delayMs < sleepsMs ? 0 : feedTiming(pollIntervalMs).batchMs };
}

const untilLimitMs = ({ trainingSinceAt, createdAt }: CheckedRun, now: number, { maxTrainingWaitMs }: CheckLimits): number =>
  (trainingSinceAt ?? createdAt) + maxTrainingWaitMs - now;

/** No check sleeps past the time limit of its run. */
function withinLimit(delayMs: number, run: CheckedRun, now: number, limits: CheckLimits): number {
  const leftMs = untilLimitMs(run, now, limits);
  return leftMs <= 0 ? Math.min(delayMs, limits.pollIntervalMs) : Math.ceil(Math.min(delayMs, leftMs));
}
