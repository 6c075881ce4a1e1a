import { setTimeout as delay } from 'node:timers/promises';
import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError } from '../../core/errors.ts';
import { isOngoing } from '../../core/feed/found-training.ts';
import { type FeedState, feedMode, needsSweeps } from '../../core/feed/feed-state.ts';
import { feedTiming, relistSpacingMs, spreadDelayMs } from '../../core/feed/feed-timing.ts';
import { isWalkOver } from '../../core/feed/walk-end.ts';
import { hasPassed } from '../../core/instants.ts';
import { retryDelayMs } from '../../core/retry-delay.ts';
import { workerCallMs } from '../../core/timing.ts';
import type { TrainingJobPage, TrainingJobSummary } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { withLease } from '../system/with-lease.ts';
import { expectedRuns, namesOf } from './expected-runs.ts';
import { feedTasks, findFeedCheckpoint, raiseCounter, saveFeedCheckpoint } from './feed-checkpoints.ts';
import { reasonOf, reportFeedProblem, resolveFeedProblem } from './feed-problem.ts';
import { type FoundRun, findRunning, nudge, nudgeEnded } from './note-found.ts';
import { readFeedState } from './read-feed.ts';

/** Below this a walk says nothing about Search. */
const leastMissed = 3;

/**
 * Walks through the list of training jobs, newest first, in one process at a time and slowly, for what the index of Search loses: makes the
 * checks due of trainings that have ended, or that the list does not have. A walk reaches back to the oldest training in progress, or until
 * it costs less to describe the rest.
 *
 * @throws {StoreUnavailableError}, {QueueUnavailableError}; the signal's reason. An error of SageMaker ends the walk; the next round
 *   begins another one.
 */
export async function relistTrainings(ctx: ServiceContext, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const { store, settings, now } = ctx;
  const { pollIntervalMs } = settings;
  const feed = await readFeedState(store);
  const { relistEveryMs } = feedTiming(pollIntervalMs);
  const isDue = feed.relistedAt === null || hasPassed(feed.relistedAt, relistEveryMs, now());
  if (!isDue || !needsSweeps(feed, pollIntervalMs, now())) return;
  if ((await store.leases.acquire({ task: feedTasks.relist, everyMs: pollIntervalMs, now: now() })) === null) return;
  await withLease(ctx, {
    task: feedTasks.relist,
    work: async (renew) => {
      try {
        await walk(ctx, { feed, renew, signal });
        await resolveFeedProblem(ctx, 'list');
      } catch (error) {
        if (!(error instanceof SageMakerError) || signal?.aborted) throw error;
        await reportFeedProblem(ctx, { part: 'list', reason: reasonOf(error) });
      }
    },
  });
}

interface WalkInput {
  feed: FeedState;
  renew: () => Promise<void>;
  signal: AbortSignal | undefined;
}

async function walk(ctx: ServiceContext, { feed, renew, signal }: WalkInput): Promise<void> {
  const { store, now } = ctx;
  const startedAt = now();
  const { expected, oldestCreatedAt } = await expectedRuns(ctx, { startedAt, signal });
  const foundOn: number[] = [];
  let missed = 0;
  let nextToken: string | undefined;
  for (;;) {
    const page = await listPage(ctx, { nextToken, renew, signal });
    await saveFeedCheckpoint(store, feedTasks.relistRead, now());
    const found = await findRunning(ctx, page.jobs);
    await nudgeEnded(ctx, found);
    missed += await countMissed(ctx, found);
    foundOn.push(found.filter(({ run }) => expected.delete(run.seq)).length);
    nextToken = page.nextToken ?? undefined;
    const oldestListedAt = page.jobs.at(-1)?.createdAt ?? null;
    const soFar = { left: expected.size, fleet: feed.fleet, oldestCreatedAt, oldestListedAt, foundOn };
    if (nextToken === undefined || isWalkOver(soFar)) break;
    await pause(relistSpacingMs, renew, signal);
  }
  await nudgeUnlisted(ctx, expected, signal);
  await concludeWalk(ctx, { startedAt, missed });
}

/** Those that sweeps should have found: they are relied on at this moment, since a walk outlasts what it read of them when it began. */
async function countMissed(
  { store, settings, now }: ServiceContext,
  found: readonly FoundRun<TrainingJobSummary>[],
): Promise<number> {
  const { pollIntervalMs } = settings;
  // What has just ended, the next sweep may still find.
  const late = found.filter(({ job }) => !isOngoing(job) && hasPassed(job.endedAt ?? 0, 3 * pollIntervalMs, now()));
  if (late.length === 0) return 0;
  return feedMode(await readFeedState(store), pollIntervalMs, now()) === 'search' ? late.length : 0;
}

/** Those that the list does not have, or that lie too far back in it, are described. */
async function nudgeUnlisted(ctx: ServiceContext, left: ReadonlySet<number>, signal: AbortSignal | undefined): Promise<void> {
  const { settings, random } = ctx;
  for await (const runs of namesOf(ctx, { seqs: left, signal }))
    await nudge(ctx, { runs, delayMs: () => spreadDelayMs(left.size, settings.pollIntervalMs, random) });
}

/** Most of what ended since the last walk was missed by the sweeps: they are not relied on until they find something. */
async function concludeWalk(ctx: ServiceContext, { startedAt, missed }: { startedAt: number; missed: number }): Promise<void> {
  const { store, log } = ctx;
  const found = (await findFeedCheckpoint(store, feedTasks.found)) ?? 0;
  const foundSince = found - ((await findFeedCheckpoint(store, feedTasks.foundAtRelist)) ?? 0);
  await saveFeedCheckpoint(store, feedTasks.foundAtRelist, found);
  await raiseCounter(store, feedTasks.missed, missed);
  if (missed > 0) log.warn({ event: 'feed.changes_missed', trainings: missed }, 'trainings ended that Search did not show');
  if (missed >= leastMissed && missed > foundSince) {
    await saveFeedCheckpoint(store, feedTasks.distrusted, found + 1);
    await saveFeedCheckpoint(store, feedTasks.swept, null);
  }
  await saveFeedCheckpoint(store, feedTasks.relisted, startedAt);
}

/** Repeats a page that fails for a moment, as when the list is throttled; the others follow at their pace. */
async function listPage(
  ctx: ServiceContext,
  { nextToken, renew, signal }: { nextToken: string | undefined } & Pick<WalkInput, 'renew' | 'signal'>,
): Promise<TrainingJobPage> {
  const { sagemaker, settings, now, random } = ctx;
  const since = now();
  for (;;) {
    try {
      const page = await sagemaker.listTrainingJobs({ nextToken }, { signal, maxWaitMs: workerCallMs, retryThrottles: false });
      await renew();
      return page;
    } catch (error) {
      const lastsMs = now() - since;
      const isPassing = error instanceof SageMakerError && isTransient(error.kind) && error.kind !== 'unauthenticated';
      if (!isPassing || lastsMs > feedTiming(settings.pollIntervalMs).relistStuckAfterMs) throw error;
      await pause(Math.max(relistSpacingMs, retryDelayMs(lastsMs, random)), renew, signal);
    }
  }
}

const leaseStepMs = 2_000;

/** Renews the lease meanwhile. */
async function pause(ms: number, renew: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= leaseStepMs) {
    await delay(Math.min(leftMs, leaseStepMs), undefined, { signal });
    await renew();
  }
}
