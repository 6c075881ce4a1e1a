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

const counting = [
  'startedAt',
  'requestedAt',
  'acknowledgedAt',
  'failingSince',
  'overdueSince',
  'waitsForSince',
  'observedAt',
] as const satisfies (keyof Deployment)[];

/** Instants to come, and the instant that each keeps its distance from. */
const meantFrom = [
  ['deadlineAt', 'startedAt'],
  ['retryAt', 'observedAt'],
] as const;

type Rebased = Pick<Deployment, (typeof counting)[number] | (typeof meantFrom)[number][0]>;

/**
 * Returns the instants of a deployment that is claimed, with those that lie in the future set to `now`. Its time limit and its next retry
 * keep their distance from the instant that they count from: a limit becomes longer, never shorter.
 */
export function rebased(deployment: Deployment, now: number): { instants: Rebased; wereAhead: boolean } {
  const aheadMs = (name: (typeof counting)[number]): number => {
    const at = deployment[name];
    return isAhead(at, now) ? at - now : 0;
  };
  const { deadlineAt, retryAt } = deployment;
  const instants: Rebased = { ...pick(deployment), deadlineAt, retryAt };
  for (const name of counting) if (aheadMs(name) > 0) instants[name] = now;
  for (const [name, from] of meantFrom) {
    const at = deployment[name];
    if (at !== null) instants[name] = at - aheadMs(from);
  }
  return { instants, wereAhead: counting.some((name) => aheadMs(name) > 0) };
}

const pick = (deployment: Deployment): Pick<Deployment, (typeof counting)[number]> =>
  Object.fromEntries(counting.map((name) => [name, deployment[name]])) as Pick<Deployment, (typeof counting)[number]>;
