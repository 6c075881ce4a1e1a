import { orphanWindowMs } from '../../core/retention.ts';
import { workerCallMs } from '../../core/timing.ts';
import { SageMakerError } from '../../core/errors.ts';
import type { CallOptions, TrainingJobPage, TrainingJobSummary } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { skip } from '../skip.ts';
import { withLease } from '../system/with-lease.ts';
import { adoptIfOwned, adoptOwned, failureText } from './adopt-if-owned.ts';
import { copiedFrom } from './adopt-run.ts';
import { isStuck, type OrphanSearch, rememberForeign, type Walk } from './orphan-search.ts';
import { retrySkipped } from './retry-skipped.ts';

/** The task's lease, and its checkpoint: the CreationTime down to which the next walk goes. */
export const adoptionTask = 'lost-trainings';
/** Lists may lag, and clocks differ. */
const overlapMs = 10 * 60_000;

/**
 * Searches SageMaker's training jobs, newest first, for orphans: jobs of this service that the database does not know, because it was lost
 * or restored from a backup. Adopts them as their tags say (ARCHITECTURE.md#principles). One process at a time searches, down to where the
 * last walk began, or as far back as a training may be monitored. Returns how many jobs it adopted.
 *
 * A job that cannot be handled is skipped. A transient error ends the round, and the next round continues from there. No filter is sent,
 * since SageMaker applies filters after paging: pages are full, and the first one that reaches back far enough is the last
 * (docs/reference/sagemaker-behavior.md#listtrainingjobs-filters-after-paging). After a crash half-way the checkpoint has not moved, and
 * another process begins again. The budget of ListTrainingJobs (ports/call-budget.ts) keeps pages apart.
 */
export async function adoptOrphans(
  ctx: ServiceContext,
  { search, signal }: { search: OrphanSearch; signal?: AbortSignal },
): Promise<number> {
  const { store, settings, now, log } = ctx;
  const lease = await store.leases.acquire({ task: adoptionTask, everyMs: settings.reconcileIntervalMs, now: now() });
  if (lease === null) return 0;
  const options: CallOptions = { signal, maxWaitMs: workerCallMs };
  const count = { adopted: 0 };
  const work = async (renew: () => Promise<void>): Promise<void> => {
    try {
      await continueWalk(ctx, search, lease.checkpointAt, { count, renew, options });
      count.adopted += await retrySkipped(ctx, { renew, options });
    } catch (error) {
      if (!(error instanceof SageMakerError) || signal?.aborted) throw error;
      log.warn({ event: 'orphans.list_failed', err: error }, 'search for orphans failed; retrying');
    }
  };
  await withLease(ctx, { task: adoptionTask, work });
  return count.adopted;
}

interface Round {
  count: { adopted: number };
  /** Renews the lease: a page may take minutes while SageMaker throttles. */
  renew: () => Promise<void>;
  options: CallOptions;
}

async function continueWalk(
  ctx: ServiceContext,
  search: OrphanSearch,
  checkpointAt: number | null,
  { count, renew, options }: Round,
): Promise<void> {
  const { store, now } = ctx;
  const databaseId = await store.processes.databaseId(now());
  // Another process may have finished a walk meanwhile.
  const known = checkpointAt === null ? null : checkpointAt - overlapMs;
  if (search.walk?.databaseId !== databaseId)
    search.walk = { databaseId, since: known, newest: null, nextToken: undefined, unnamed: new Map() };
  const { walk } = search;
  if (known !== null && (walk.since === null || walk.since < known)) walk.since = known;
  for (;;) {
    const page = await listPage(ctx, search, walk, options);
    await renew();
    walk.newest ??= page.jobs.reduce((newest: number | null, { createdAt }) => Math.max(newest ?? createdAt, createdAt), null);
    walk.since ??= farthestBack(ctx, page);
    const { since } = walk;
    for (const { name, reason } of page.odd) await skip(ctx, { kind: 'training_job', name, reason });
    for (const job of page.jobs) {
      if (job.createdAt >= since && (await adoptIfOrphan(ctx, search, walk, job, options))) count.adopted += 1;
      await renew();
    }
    const oldest = page.jobs.at(-1);
    if (page.nextToken === null || (oldest !== undefined && oldest.createdAt < since)) break;
    walk.nextToken = page.nextToken;
  }
  count.adopted += await adoptUnnamed(ctx, walk, options);
  search.walk = null;
  // A database that has replaced it meanwhile needs a walk of its own.
  if (walk.newest !== null && (await store.processes.databaseId(now())) === databaseId) {
    await store.leases.saveCheckpoint({ task: adoptionTask, checkpointAt: Math.max(walk.newest, checkpointAt ?? 0) });
  }
}

/** When the page's token is not valid any more, the next round begins the walk again. */
async function listPage(ctx: ServiceContext, search: OrphanSearch, walk: Walk, options: CallOptions): Promise<TrainingJobPage> {
  try {
    return await ctx.sagemaker.listTrainingJobs({ nextToken: walk.nextToken }, options);
  } catch (error) {
    if (error instanceof SageMakerError && error.kind === 'invalid') search.walk = null;
    throw error;
  }
}

/**
 * Returns how far back a first walk goes, by SageMaker's clock: the service's may be far off, and a job that is left out would never be
 * found. The earlier of two clocks that may be wrong; where SageMaker does not show its time, that of the newest training.
 */
function farthestBack({ settings, now }: ServiceContext, { jobs, respondedAt }: TrainingJobPage): number {
  const newest = jobs[0]?.createdAt ?? now();
  return Math.min(now(), respondedAt ?? newest) - orphanWindowMs(settings);
}

/** Returns whether the training was adopted. @throws {SageMakerError} that is transient, and ends the round. */
async function adoptIfOrphan(
  ctx: ServiceContext,
  search: OrphanSearch,
  walk: Walk,
  job: TrainingJobSummary,
  options: CallOptions,
): Promise<boolean> {
  if (search.foreign.has(job.name) || (await ctx.store.runs.findStatus(job.name)) !== null) return false;
  try {
    const result = await adoptIfOwned(ctx, { job, options });
    if (result.kind === 'unnamed') walk.unnamed.set(job.name, { job, tags: result.tags });
    else if (result.kind !== 'adopted') rememberForeign(search, job.name);
    return result.kind === 'adopted';
  } catch (error) {
    // A job at which SageMaker fails each time must not keep the search from all that are older.
    const isTheJobs = error instanceof SageMakerError && error.kind === 'unavailable' && !options.signal?.aborted;
    if (!isTheJobs || !isStuck(search, job.name)) throw error;
    await skip(ctx, { kind: 'training_job', name: job.name, reason: failureText(error) });
    rememberForeign(search, job.name);
    return false;
  }
}

/** Adopts, of the jobs with one run id, the oldest. */
async function adoptUnnamed(ctx: ServiceContext, { unnamed }: Walk, options: CallOptions): Promise<number> {
  let adopted = 0;
  const byRunId = Map.groupBy(unnamed.values(), ({ tags }) => tags.runId);
  for (const group of byRunId.values()) {
    const [oldest, ...copies] = group.toSorted((a, b) => a.job.createdAt - b.job.createdAt || (a.job.name < b.job.name ? -1 : 1));
    if (oldest === undefined) continue;
    if ((await adoptOwned(ctx, { ...oldest, options })).kind === 'adopted') adopted += 1;
    const reason = copiedFrom(oldest.job.name);
    for (const { job } of copies) await skip(ctx, { kind: 'training_job', name: job.name, reason });
  }
  return adopted;
}
