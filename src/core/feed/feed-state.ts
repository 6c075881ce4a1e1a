import { feedTiming, smallFleet } from './feed-timing.ts';

/** What all processes know of the change feed. Instants are of the service's clock, in milliseconds since 1970 UTC. */
export interface FeedState {
  /** How many trainings are in progress. */
  fleet: number;
  /** When the last sweep began that was complete and in time; null while Search cannot be relied on. */
  sweptAt: number | null;
  /** Since when all changes are read, without a gap. */
  coveredSince: number | null;
  /** When the last complete walk through the list began, and when a walk last read a page. */
  relistedAt: number | null;
  relistReadAt: number | null;
}

/**
 * `small`: each training is described at its interval. `search`: sweeps find what changes. `describe`: the sweeps fail, are late or
 * incomplete, so that trainings are described at the pace that their number allows.
 */
export type FeedMode = 'small' | 'search' | 'describe';

/** Whether an instant lies within the last `withinMs`. One in the future was written by a clock that was ahead. */
const isWithin = (at: number | null, withinMs: number, now: number): boolean =>
  at !== null && now - at <= withinMs && at - now <= withinMs;

export function feedMode({ fleet, sweptAt, coveredSince }: FeedState, intervalMs: number, now: number): FeedMode {
  if (fleet <= smallFleet) return 'small';
  return coveredSince !== null && isWithin(sweptAt, feedTiming(intervalMs).freshForMs, now) ? 'search' : 'describe';
}

/** Whether walks through the list find what the index loses: one is complete, or continues. */
export function isRelisted({ relistedAt, relistReadAt }: FeedState, intervalMs: number, now: number): boolean {
  const { relistFreshForMs, relistStuckAfterMs } = feedTiming(intervalMs);
  return isWithin(relistedAt, relistFreshForMs, now) || isWithin(relistReadAt, relistStuckAfterMs, now);
}

/** Whether sweeps are due at all: for a large fleet, and for checks that still sleep since it was one. */
export const needsSweeps = ({ fleet, sweptAt }: FeedState, intervalMs: number, now: number): boolean =>
  fleet > smallFleet || isWithin(sweptAt, feedTiming(intervalMs).lingerMs, now);
