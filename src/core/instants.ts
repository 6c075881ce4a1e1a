/**
 * Instants that a clock wrote which has been put back since, as after a boot without a time server: they lie in the future, and what
 * counts from them would stand still until then.
 */
import type { Deployment } from './deployment/deployment.ts';

/**
 * Whether so long has passed since then. An instant that lies as far in the future was written by a clock that was ahead, and has
 * passed as well: nothing waits for twice as long.
 */
export const hasPassed = (since: number, forMs: number, now: number): boolean => Math.abs(now - since) >= forMs;

/**
 * So far ahead of a reader's `now` an instant may be that was written in good order: the reader took its `now` before it waited for the
 * database, and another process wrote meanwhile. No wait for the database is longer.
 */
export const aheadToleranceMs = 30_000;

export const isAhead = (at: number | null, now: number): at is number => at !== null && at - now > aheadToleranceMs;

const counting = [
  'startedAt',
  'requestedAt',
  'acknowledgedAt',
  'failingSince',
  'overdueSince',
  'waitsForSince',
  'observedAt',
] as const satisfies (keyof Deployment)[];

/** What is to come, and the instant from which its distance was meant. */
const meantFrom = [
  ['deadlineAt', 'startedAt'],
  ['retryAt', 'observedAt'],
] as const;

type Rebased = Pick<Deployment, (typeof counting)[number] | (typeof meantFrom)[number][0]>;

/**
 * The instants of a deployment that is taken in hand, those that lie in the future brought to `now`. Its time limit, and when it is
 * tried again, keep their distance from the instant that they were meant from; a limit that counts anew is longer, never shorter.
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
