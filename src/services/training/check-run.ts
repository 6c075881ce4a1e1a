import { feedMode } from '../../core/feed/feed-state.ts';
import { nextCheck, planCheck } from '../../core/feed/plan-check.ts';
import type { ServiceContext } from '../context.ts';
import type { ReadFeed } from '../feed/read-feed.ts';
import { type JobResult, snooze } from '../job-result.ts';
import type { ObserveInput } from './observe-input.ts';
import { observeRun } from './observe-run.ts';
import type { ReadProgress } from './read-progress.ts';

interface CheckInput extends ObserveInput {
  /** When the last check described the training and found nothing to be watched closely. */
  describedAt: number | null;
  /** It came due together with others. */
  isBatched: boolean;
  readFeed: ReadFeed;
  readProgress: ReadProgress;
}

/**
 * The regular check of a run: observes it, or sleeps again without a call to SageMaker while the change feed would have shown its end
 * (core/feed/plan-check.ts). Of a small fleet, and without the feed, each check observes.
 *
 * @throws as observeRun.
 */
export async function checkRun(
  ctx: ServiceContext,
  { describedAt, isBatched, readFeed, readProgress, ...input }: CheckInput,
): Promise<JobResult> {
  const { settings: limits, now, random } = ctx;
  if (limits.changeFeed === 'off') return observeRun(ctx, input);
  const feed = await readFeed();
  if (feedMode(feed, limits.pollIntervalMs, now()) === 'small') return observeRun(ctx, input);
  const run = await readProgress(input.trainingJobName);
  if (run === undefined) return observeRun(ctx, input);
  const { failingSince } = input;
  const plan = planCheck({ run, describedAt, isBatched, failingSince, feed, now: now(), limits, random });
  if (plan.kind !== 'observe') return { ...snooze(plan.delayMs), batchMs: plan.batchMs, describedAt };
  // What changes while it is described, the feed shows as a change since then.
  const startedAt = now();
  const result = await observeRun(ctx, input);
  if (result.kind !== 'snooze' || result.isSteady !== true) return result;
  return { ...result, ...nextCheck({ run, feed, now: now(), limits, random }), describedAt: startedAt };
}
