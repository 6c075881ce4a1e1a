import { setTimeout as delay } from 'node:timers/promises';
import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError } from '../../core/errors.ts';
import { type FeedState, needsSweeps } from '../../core/feed/feed-state.ts';
import {
  burstSpacingMs,
  feedTiming,
  maxSweepPages,
  searchBurst,
  searchSpacingMs,
  smallFleet,
} from '../../core/feed/feed-timing.ts';
import { workerCallMs } from '../../core/timing.ts';
import type { FoundTrainingJob, SearchPage } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { skip } from '../skip.ts';
import { withLease } from '../system/with-lease.ts';
import { feedTasks, findFeedCheckpoint, raiseCounter, saveFeedCheckpoint } from './feed-checkpoints.ts';
import { reasonOf, reportFeedProblem, resolveFeedProblem } from './feed-problem.ts';
import { findRunning, nudgeEnded, recordPhases } from './note-found.ts';
import { readFeedState } from './read-feed.ts';

/** What one process remembers between two sweeps. Another process, or a restart, costs one sweep over the overlap. */
export interface SweepMemory {
  /** Where a sweep that was cut short continues, by SageMaker's clock. */
  resumeFrom: number | null;
  /** How many sweeps in a row have failed with a transient error. */
  failures: number;
}

export const newSweepMemory = (): SweepMemory => ({ resumeFrom: null, failures: 0 });

/** After a gap like this all trainings are described once, in place of reading all that has changed. */
const longestGapMs = 6 * 3_600_000;
/** One that passes at once is none of an operator's concern. */
const reportedFailures = 2;

/**
 * Reads, in one process at a time, what has changed of the project's training jobs since the last sweep, and makes the checks of ended
 * trainings due. The watermark moves only when Redis has taken the nudges of a page: after a crash between the two, another process reads
 * the page again. What fails costs time and nothing else: the sweeps are not fresh any more, and the checks describe their trainings.
 *
 * @throws {StoreUnavailableError}, {QueueUnavailableError}; the signal's reason.
 */
export async function sweepChanges(
  ctx: ServiceContext,
  { memory, signal }: { memory: SweepMemory; signal?: AbortSignal },
): Promise<void> {
  const { store, settings, now } = ctx;
  const feed = await readFeedState(store);
  if (!needsSweeps(feed, settings.pollIntervalMs, now())) return;
  const { sweepEveryMs } = feedTiming(settings.pollIntervalMs);
  const turn = await store.leases.acquire({ task: feedTasks.sweep, everyMs: sweepEveryMs, now: now() });
  if (turn === null) return;
  const watermark = turn.checkpointAt === 0 ? null : turn.checkpointAt;
  await withLease(ctx, {
    task: feedTasks.sweep,
    work: async (renew) => {
      try {
        await sweep(ctx, { feed, watermark, memory, renew, signal });
        memory.failures = 0;
      } catch (error) {
        if (!(error instanceof SageMakerError) || signal?.aborted) throw error;
        await fail(ctx, memory, error);
      }
    },
  });
}

/** A refusal counts at once; what may pass by itself once it lasts, and by then the last sweep is not fresh any more. */
async function fail(ctx: ServiceContext, memory: SweepMemory, error: SageMakerError): Promise<void> {
  memory.failures += 1;
  memory.resumeFrom = null;
  const isPassing = isTransient(error.kind) && error.kind !== 'unauthenticated';
  if (!isPassing) await saveFeedCheckpoint(ctx.store, feedTasks.swept, null);
  if (!isPassing || memory.failures >= reportedFailures)
    await reportFeedProblem(ctx, { part: 'search', reason: reasonOf(error) });
}

interface Sweep {
  feed: FeedState;
  /** null where none was kept. */
  watermark: number | null;
  memory: SweepMemory;
  renew: () => Promise<void>;
  signal: AbortSignal | undefined;
}

async function sweep(ctx: ServiceContext, input: Sweep): Promise<void> {
  const { store, settings, now, log } = ctx;
  const { feed, memory, renew, signal } = input;
  const timing = feedTiming(settings.pollIntervalMs);
  const startedAt = now();
  const isKept = input.watermark !== null && feed.sweptAt !== null && Math.abs(startedAt - feed.sweptAt) < longestGapMs;
  const first = isKept ? input.watermark : await firstWatermark(ctx, { startedAt, signal });
  if (first === null) return reportFeedProblem(ctx, { part: 'search', reason: 'Search shows no training job of this project' });
  if (!isKept) memory.resumeFrom = null;
  const isResumed = memory.resumeFrom !== null;
  let watermark: number = first;
  const since = memory.resumeFrom ?? watermark - timing.overlapMs;
  const count = { pages: 0, jobs: 0, ended: 0 };
  let nextToken: string | undefined;
  do {
    if (count.pages > 0) await delay(count.pages < searchBurst ? burstSpacingMs : searchSpacingMs, undefined, { signal });
    const page: SearchPage = await searchPage(ctx, { changed: { since, nextToken }, signal });
    await renew();
    count.ended += await noteFound(ctx, page);
    count.pages += 1;
    count.jobs += page.jobs.length + page.odd.length;
    const newest = newestOf(page.jobs, watermark, now());
    if (newest > watermark) await saveFeedCheckpoint(store, feedTasks.sweep, (watermark = newest));
    memory.resumeFrom = page.jobs.at(-1)?.modifiedAt ?? memory.resumeFrom;
    nextToken = page.nextToken ?? undefined;
  } while (nextToken !== undefined && count.pages < maxSweepPages && now() - startedAt < settings.pollIntervalMs);
  const tookMs = now() - startedAt;
  await raiseCounter(store, feedTasks.found, count.ended);
  log.debug({ event: 'feed.swept', ...count, took_ms: tookMs }, 'change feed read');
  if (nextToken === undefined) memory.resumeFrom = null;
  await concludeSweep(ctx, { feed, startedAt, jobs: count.jobs, isWhole: nextToken === undefined && !isResumed, tookMs });
  // On average one call a second, whatever the interval.
  const restMs = (count.pages - 1) * searchSpacingMs - tookMs;
  if (restMs > 0) await delay(Math.min(restMs, searchBurst * searchSpacingMs), undefined, { signal });
}

interface Conclusion {
  feed: FeedState;
  startedAt: number;
  jobs: number;
  /** It has read everything from the overlap on. */
  isWhole: boolean;
  tookMs: number;
}

async function concludeSweep(ctx: ServiceContext, { feed, startedAt, jobs, isWhole, tookMs }: Conclusion): Promise<void> {
  const { store, settings } = ctx;
  if (jobs === 0) {
    // An index that has the job by which the watermark was set returns at least that one.
    await saveFeedCheckpoint(store, feedTasks.sweep, null);
    await saveFeedCheckpoint(store, feedTasks.swept, null);
    return reportFeedProblem(ctx, {
      part: 'search',
      reason: 'Search does not return a training job that it has returned before',
    });
  }
  if (!isWhole || tookMs > feedTiming(settings.pollIntervalMs).longestSweepMs)
    return reportFeedProblem(ctx, { part: 'search', reason: 'more has changed than Search returns within an interval' });
  if (!(await isTrusted(ctx)))
    return reportFeedProblem(ctx, { part: 'search', reason: 'Search has not shown most of the trainings that ended' });
  if (feed.fleet > smallFleet) await saveFeedCheckpoint(store, feedTasks.swept, startedAt);
  await resolveFeedProblem(ctx, 'search');
}

/** Search is trusted again once it has shown a training that ended. */
async function isTrusted({ store }: ServiceContext): Promise<boolean> {
  const distrusted = await findFeedCheckpoint(store, feedTasks.distrusted);
  return distrusted === null || ((await findFeedCheckpoint(store, feedTasks.found)) ?? 0) + 1 > distrusted;
}

/** An instant far ahead is no change of SageMaker's: behind it, sweeps would see nothing. */
const mostAheadMs = 10 * 60_000;

const newestOf = (jobs: readonly FoundTrainingJob[], watermark: number, now: number): number =>
  jobs.reduce((latest, { modifiedAt }) => (modifiedAt - now > mostAheadMs ? latest : Math.max(latest, modifiedAt)), watermark);

/**
 * The feed begins with the last change that Search shows. A training that was described before this moment is described again; null where
 * Search shows none, so that nothing proves that it would show a change.
 */
async function firstWatermark(
  ctx: ServiceContext,
  { startedAt, signal }: { startedAt: number; signal: AbortSignal | undefined },
): Promise<number | null> {
  const { jobs } = await searchPage(ctx, { changed: 'last', signal });
  const [last] = jobs;
  if (last === undefined) return null;
  await saveFeedCheckpoint(ctx.store, feedTasks.covered, startedAt);
  const watermark = Math.min(last.modifiedAt, ctx.now());
  await saveFeedCheckpoint(ctx.store, feedTasks.sweep, watermark);
  return watermark;
}

function searchPage(
  { sagemaker, settings }: ServiceContext,
  {
    changed,
    signal,
  }: { changed: Parameters<ServiceContext['sagemaker']['searchTrainingJobs']>[0]['changed']; signal?: AbortSignal },
): Promise<SearchPage> {
  const options = { signal, maxWaitMs: workerCallMs, retryThrottles: false };
  return sagemaker.searchTrainingJobs({ project: settings.projectName, changed }, options);
}

/** Returns how many trainings have ended that are in progress here. */
async function noteFound(
  ctx: ServiceContext,
  { jobs, odd }: { jobs: FoundTrainingJob[]; odd: SearchPage['odd'] },
): Promise<number> {
  for (const { name, reason } of odd) await skip(ctx, { kind: 'training_job', name, reason });
  const found = await findRunning(ctx, jobs);
  const ended = await nudgeEnded(ctx, found);
  await recordPhases(ctx, found);
  return ended;
}
