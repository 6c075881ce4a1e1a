/**
 * The times of the change feed. All follow the polling interval (`I` below), so that its promises hold for any interval
 * (docs/reference/timing.md#the-change-feed).
 */
import { pollDelayMs } from '../retry-delay.ts';

/** Up to so many trainings in progress each is described at its interval, as without a feed. */
export const smallFleet = 100;

/** How many DescribeTrainingJob calls a second an account bears beside its other work; no documented number. */
const describesPerSecond = 300;

/** Of Search: the rate of one call a second, for all hosts. */
export const searchSpacingMs = 1_000;
/** The first pages of a sweep follow each other faster; it rests for it afterwards. */
export const searchBurst = 4;
export const burstSpacingMs = 100;
/** A sweep with more pages than this is not over: trainings are described meanwhile. */
export const maxSweepPages = 50;
/** A quarter of a call of ListTrainingJobs a second. */
export const relistSpacingMs = 4_000;

/** The index may be late: each sweep reads the last changes again. AWS's own tests wait for up to a minute. */
const leastOverlapMs = 180_000;

export interface FeedTiming {
  /** How often a process looks whether the next sweep is due. */
  tickMs: number;
  /** From the start of a sweep to the start of the next one. */
  sweepEveryMs: number;
  /** How far a sweep reaches back behind the newest change that was seen. */
  overlapMs: number;
  /** A sweep that takes longer shows no fresh state. */
  longestSweepMs: number;
  /** How long a check relies on the last complete sweep, from its start. */
  freshForMs: number;
  /** From the start of a walk through the list to the start of the next one, unless one takes longer. */
  relistEveryMs: number;
  /** How long a check relies on the last complete walk, from its start. */
  relistFreshForMs: number;
  /** A walk that reads no page for so long is stuck. */
  relistStuckAfterMs: number;
  /** After this a training that no walk covers is described. */
  resyncAfterMs: number;
  /** How long sweeps continue for checks that sleep when the fleet becomes small. */
  lingerMs: number;
  /** Checks that sleep come due together at each multiple of it, since each that comes due by itself wakes a worker. */
  batchMs: number;
}

/** Of very short intervals, so that the database is not asked all the time. */
export const shortestTickMs = 250;

export const feedTiming = (intervalMs: number): FeedTiming => ({
  tickMs: intervalMs / 4,
  sweepEveryMs: 0.85 * intervalMs,
  overlapMs: Math.max(leastOverlapMs, 3 * intervalMs),
  longestSweepMs: 0.75 * intervalMs,
  freshForMs: 2.5 * intervalMs,
  relistEveryMs: 12 * intervalMs,
  relistFreshForMs: 13 * intervalMs,
  relistStuckAfterMs: Math.max(3 * intervalMs, 5 * relistSpacingMs),
  resyncAfterMs: 12 * intervalMs,
  lingerMs: 6 * intervalMs,
  batchMs: Math.ceil(intervalMs / 12),
});

/** No check waits for longer than so many intervals, so that one without a feed is seen within 6. */
const longestCheckIntervals = 4.5;
const sleepIntervals = 3;

/** The interval between two descriptions of a training without a feed: as configured, or as many trainings allow. */
export const checkIntervalMs = (fleet: number, intervalMs: number): number =>
  Math.min(longestCheckIntervals * intervalMs, Math.max(intervalMs, (fleet / describesPerSecond) * 1000));

/** The interval between two checks of a training that the feed watches. */
export const sleepMs = (fleet: number, intervalMs: number): number =>
  Math.max(sleepIntervals * intervalMs, checkIntervalMs(fleet, intervalMs));

/** The longest delay of a check. */
export const longestCheckMs = (intervalMs: number): number => longestCheckIntervals * intervalMs;

/** Spreads the checks that are added for many trainings at once, so that they cause no burst of calls. */
export const spreadDelayMs = (fleet: number, intervalMs: number, random: () => number): number =>
  Math.round(random() * checkIntervalMs(fleet, intervalMs));

/** As pollDelayMs, of an interval that follows the fleet. */
export const pacedDelayMs = (fleet: number, intervalMs: number, random: () => number): number =>
  pollDelayMs(checkIntervalMs(fleet, intervalMs), random);
