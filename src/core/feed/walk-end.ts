/** When a walk through the list of training jobs, newest first, has gone far enough. */

export interface WalkSoFar {
  /** How many trainings in progress it has not met yet, of how many. */
  left: number;
  fleet: number;
  /** When the oldest of all trainings in progress was recorded; null where there is none. */
  oldestCreatedAt: number | null;
  /** The oldest training job of the last page; null for an empty page. */
  oldestListedAt: number | null;
  /** How many it has met on each page. */
  foundOn: readonly number[];
}

/** SageMaker's list may lag, and clocks differ. */
const marginMs = 10 * 60_000;
/** A page that finds fewer trainings than this costs more than to describe what is left. */
const unproductive = { pages: 10, found: 10, share: 1 / 20 } as const;

export function isWalkOver({ left, fleet, oldestCreatedAt, oldestListedAt, foundOn }: WalkSoFar): boolean {
  if (left === 0) return true;
  if (oldestListedAt !== null && oldestCreatedAt !== null && oldestListedAt < oldestCreatedAt - marginMs) return true;
  const lately = foundOn.slice(-unproductive.pages);
  return (
    left < fleet * unproductive.share &&
    lately.length === unproductive.pages &&
    lately.reduce((sum, found) => sum + found, 0) < unproductive.found
  );
}
