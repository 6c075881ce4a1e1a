import { setTimeout as delay } from 'node:timers/promises';
import { SageMakerError } from '../../core/errors.ts';
import { adoptIfOwned, adoptOwned, whatFailed } from './adopt-if-owned.ts';
import { copiedFrom } from './adopt-run.ts';
import { isStuck, type OrphanSearch, noteForeign, type Walk } from './orphan-search.ts';
import { retrySkipped } from './retry-skipped.ts';
import { skip } from './skip.ts';
import { withLease } from '../system/with-lease.ts';
import type { CallOptions, TrainingJobPage, TrainingJobSummary } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

/** The turn, and how far the trainings at SageMaker are known: down to which CreationTime the next walk goes. */
export const adoptionTask = 'lost-trainings';
/**
 * ListTrainingJobs is limited to 2 a second for the whole account (docs/reference/sagemaker-behavior.md#request-rates-are-low).
 */
const listSpacingMs = 600;
/** Lists may lag behind. */
const overlapMs = 10 * 60_000;
const dayMs = 24 * 3_600_000;
const callWaitMs = 10_000;

/**
 * Looks through SageMaker's training jobs, newest first, for ones of ours that the database does not know, because it was lost or
 * restored from a backup; they are adopted as their tags say (ARCHITECTURE.md#principles). One process at a time; down to where
 * the last walk began, or as far back as a training may be monitored. Answers how many were adopted.
 *
 * What can't be handled is passed over (adopt-if-ours.ts). What may pass ends the turn, and the next one goes on from there. No
 * filter is sent, since filters are applied after paging: pages are full, and the first one that reaches back far enough is the
 * last (docs/reference/sagemaker-behavior.md#listtrainingjobs-filters-after-paging). A crash half-way: the mark is not moved, and
 * another process begins anew.
 */
export async function adoptOrphans(
  ctx: ServiceContext,
  search: OrphanSearch,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  const { store, settings, now, log } = ctx;
  const turn = await store.leases.acquire({ task: adoptionTask, everyMs: settings.reconcileIntervalMs, now: now() });
  if (turn === null) return 0;
  const options: CallOptions = { signal, maxWaitMs: callWaitMs };
  const count = { adopted: 0 };
  await withLease(ctx, adoptionTask, async (keep) => {
    try {
      await walkOn(ctx, search, turn.checkpointAt, { count, keep, options });
      count.adopted += await retrySkipped(ctx, keep, options);
    } catch (error) {
      if (!(error instanceof SageMakerError) || signal?.aborted) throw error;
      log.warn({ err: error }, 'SageMaker’s training jobs could not be looked through; going on at the next turn');
    }
  });
  return count.adopted;
}

interface Walking {
  count: { adopted: number };
  /** Renews the lease: a page may take minutes, where SageMaker throttles. */
  keep: () => Promise<void>;
  options: CallOptions;
}

async function walkOn(
  ctx: ServiceContext,
  search: OrphanSearch,
  checkpointAt: number | null,
  { count, keep, options }: Walking,
): Promise<void> {
  const { store, now } = ctx;
  const databaseId = await store.processes.databaseId(now());
  // Another process may have been through meanwhile.
  const known = checkpointAt === null ? null : checkpointAt - overlapMs;
  if (search.walk?.databaseId !== databaseId)
    search.walk = { databaseId, since: known, newest: null, nextToken: undefined, unnamed: new Map() };
  const { walk } = search;
  if (known !== null && (walk.since === null || walk.since < known)) walk.since = known;
  for (;;) {
    const page = await listPage(ctx, search, walk, options);
    await keep();
    walk.newest ??= page.jobs.reduce((newest: number | null, { createdAt }) => Math.max(newest ?? createdAt, createdAt), null);
    walk.since ??= farthest(ctx, page);
    const { since } = walk;
    for (const { name, reason } of page.odd) await skip(ctx, 'training_job', name, reason);
    for (const job of page.jobs) {
      if (job.createdAt >= since && (await observe(ctx, search, walk, job, options))) count.adopted += 1;
      await keep();
    }
    const oldest = page.jobs.at(-1);
    if (page.nextToken === null || (oldest !== undefined && oldest.createdAt < since)) break;
    walk.nextToken = page.nextToken;
    await delay(listSpacingMs, undefined, { signal: options.signal });
    await keep();
  }
  count.adopted += await adoptUnnamed(ctx, walk);
  search.walk = null;
  // Another database in its place is looked for anew.
  if (walk.newest !== null && (await store.processes.databaseId(now())) === databaseId) {
    await store.leases.saveCheckpoint({ task: adoptionTask, checkpointAt: Math.max(walk.newest, checkpointAt ?? 0) });
  }
}

/** A token that is not good any more begins the walk anew, at the next turn. */
async function listPage(ctx: ServiceContext, search: OrphanSearch, walk: Walk, options: CallOptions): Promise<TrainingJobPage> {
  try {
    return await ctx.sagemaker.listTrainingJobs({ nextToken: walk.nextToken }, options);
  } catch (error) {
    if (error instanceof SageMakerError && error.kind === 'invalid') search.walk = null;
    throw error;
  }
}

/**
 * How far back a first walk goes, by SageMaker's clock: ours may be far off, and what is left out would never be looked for again. The
 * earlier of two clocks that may be wrong; where SageMaker does not tell its time, the newest training's.
 */
function farthest({ settings, now }: ServiceContext, { jobs, respondedAt }: TrainingJobPage): number {
  const newest = jobs[0]?.createdAt ?? now();
  return Math.min(now(), respondedAt ?? newest) - settings.maxTrainingWaitMs - dayMs;
}

/** Whether the training is adopted. @throws {SageMakerError} what may pass, and ends the turn. */
async function observe(
  ctx: ServiceContext,
  search: OrphanSearch,
  walk: Walk,
  job: TrainingJobSummary,
  options: CallOptions,
): Promise<boolean> {
  if (search.foreign.has(job.name) || (await ctx.store.runs.findStatus(job.name)) !== null) return false;
  try {
    const observed = await adoptIfOwned(ctx, job, options);
    if (observed.kind === 'unnamed') walk.unnamed.set(job.name, { job, own: observed.own });
    else if (observed.kind !== 'adopted') noteForeign(search, job.name);
    return observed.kind === 'adopted';
  } catch (error) {
    // One that SageMaker fails at each time must not keep the search from all that are older.
    if (
      !(error instanceof SageMakerError) ||
      error.kind !== 'unavailable' ||
      options.signal?.aborted ||
      !isStuck(search, job.name)
    )
      throw error;
    await skip(ctx, 'training_job', job.name, whatFailed(error));
    noteForeign(search, job.name);
    return false;
  }
}

/** Those of a run id that nobody else has, the oldest first. */
async function adoptUnnamed(ctx: ServiceContext, { unnamed }: Walk): Promise<number> {
  let adopted = 0;
  const byRunId = Map.groupBy(unnamed.values(), ({ own }) => own.runId);
  for (const group of byRunId.values()) {
    const [oldest, ...copies] = group.toSorted((a, b) => a.job.createdAt - b.job.createdAt || (a.job.name < b.job.name ? -1 : 1));
    if (oldest === undefined) continue;
    if ((await adoptOwned(ctx, oldest.job, oldest.own)).kind === 'adopted') adopted += 1;
    for (const { job } of copies) await skip(ctx, 'training_job', job.name, copiedFrom(oldest.job.name));
  }
  return adopted;
}
