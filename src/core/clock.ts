/**
 * The clock that all processes share is the database's. A process reads it now and then, and carries it on with its own monotonic clock
 * meanwhile, so that what an operator or a time service does to the host's clock changes nothing. All values in milliseconds.
 */
import { clockTiming } from './timing.ts';

/** One reading: `at` of the database, and when it was requested and received by the process's monotonic clock. */
export interface ClockReading {
  at: number;
  sentAt: number;
  receivedAt: number;
}

/** It was `at` at the database when the monotonic clock showed `readAt`, or `errorMs` earlier or later. */
export interface ClockEstimate {
  at: number;
  readAt: number;
  errorMs: number;
}

/** Databases say milliseconds. */
const resolutionMs = 1;

/** Takes the reading with the shortest round trip. The database read its clock at some instant within it. */
export function estimateOf(readings: readonly [ClockReading, ...ClockReading[]]): ClockEstimate {
  const best = readings.reduce((one, other) => (roundTripOf(other) < roundTripOf(one) ? other : one));
  const half = roundTripOf(best) / 2;
  return { at: best.at, readAt: best.sentAt + half, errorMs: half + resolutionMs };
}

const roundTripOf = ({ sentAt, receivedAt }: ClockReading): number => receivedAt - sentAt;

/** What the database's clock shows, by an estimate. */
export const instantOf = ({ at, readAt }: ClockEstimate, monotonicNow: number): number => at + (monotonicNow - readAt);

/** Returns the known estimate while a new one agrees with it within its error: a slow answer moves no clock. */
export function correctedBy(known: ClockEstimate | null, next: ClockEstimate): ClockEstimate {
  if (known === null) return next;
  return Math.abs(next.at - instantOf(known, next.readAt)) <= next.errorMs ? known : next;
}

/** `skewed`: worth a warning. `unusable`: the host's clock, by which BullMQ makes jobs due, is so wrong that the process must not work. */
export type ClockLevel = 'right' | 'skewed' | 'unusable';

/** The level of a skew. It falls only well below the bound at which it rose, so that none that is close to it flaps. */
export function clockLevelOf(skewMs: number, before: ClockLevel): ClockLevel {
  const size = Math.abs(skewMs);
  const isBeyond = (bound: number, levels: readonly ClockLevel[]): boolean =>
    size > (levels.includes(before) ? bound * clockTiming.fallingBack : bound);
  if (isBeyond(clockTiming.unusableSkewMs, ['unusable'])) return 'unusable';
  return isBeyond(clockTiming.skewMs, ['skewed', 'unusable']) ? 'skewed' : 'right';
}

/** For people to read. */
export function skewText(skewMs: number): string {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  return `the clock of its host is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the database's`;
}
