/**
 * Instants that were written by a clock which has been put back since, as after a boot without a time server. They lie in the future, and
 * what counts from them would not pass until then.
 */
import type { Deployment } from './deployment/deployment.ts';
import { timeLimitTiming } from './timing.ts';

/**
 * Whether `forMs` have passed since an instant. One that lies as far in the future was written by a clock that was ahead and has passed as
 * well, so that nothing waits for twice as long.
 */
export const hasPassed = (since: number, forMs: number, now: number): boolean => Math.abs(now - since) >= forMs;

/**
 * Whether an instant lies in the future by more than a reader may be late: it takes its `now` before it waits for the database, and
 * another process writes meanwhile.
 */
export const isAhead = (at: number | null, now: number): at is number =>
  at !== null && at - now > timeLimitTiming.aheadToleranceMs;

/** The instants of a deployment from which something counts, and those that are to come. */
type Instants = Pick<
  Deployment,
  'startedAt' | 'deadlineAt' | 'observedAt' | 'retryAt' | 'failingSince' | 'overdueSince' | 'waitsForSince' | 'endpointChange'
>;

/**
 * Returns the instants of a deployment that is claimed, with those that lie in the future set to `now`. Its time limit and its next retry
 * keep their distance from the instant that they count from: a limit becomes longer, never shorter.
 */
export function rebased(deployment: Deployment, now: number): { instants: Instants; wereAhead: boolean } {
  let wereAhead = false;
  const brought = <At extends number | null>(at: At): At | number => {
    if (!isAhead(at, now)) return at;
    wereAhead = true;
    return now;
  };
  const later = (at: number | null, from: number | null): number | null =>
    at !== null && isAhead(from, now) ? at - (from - now) : at;
  const { startedAt, deadlineAt, observedAt, retryAt, failingSince, overdueSince, waitsForSince } = deployment;
  const { endpointChange: change } = deployment;
  const instants: Instants = {
    startedAt: brought(startedAt),
    deadlineAt: later(deadlineAt, startedAt),
    observedAt: brought(observedAt),
    retryAt: later(retryAt, observedAt),
    failingSince: brought(failingSince),
    overdueSince: brought(overdueSince),
    waitsForSince: brought(waitsForSince),
    endpointChange: change && {
      ...change,
      requestedAt: brought(change.requestedAt),
      respondedAt: brought(change.respondedAt),
      acknowledgedAt: brought(change.acknowledgedAt),
    },
  };
  return { instants, wereAhead };
}
