import { setTimeout as delay } from 'node:timers/promises';
import { SagemakerError } from '../../core/errors.ts';
import { adoptIfOurs, adoptOurs, whatFailed } from './adopt-if-owned.ts';
import { copiedFrom } from './adopt-run.ts';
import { isStuck, type LostSearch, noteStranger, type Walk } from './orphan-search.ts';
import { lookAgainAtPassedOver } from './retry-skipped.ts';
import { passOver } from './skip.ts';
import { withLease } from '../system/with-lease.ts';
import type { CallOptions, TrainingJobPage, TrainingJobSummary } from '../../ports/sagemaker.ts';
import type { Services } from '../context.ts';

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
export async function adoptLost(
  services: Services,
  search: LostSearch,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  const { store, settings, now, log } = services;
  const turn = await store.takeTurn(adoptionTask, settings.reconcileIntervalMs, now());
  if (turn === null) return 0;
  const options: CallOptions = { signal, maxWaitMs: callWaitMs };
  const count = { adopted: 0 };
  await withLease(services, adoptionTask, async (keep) => {
    try {
      await walkOn(services, search, turn.reachedAt, { count, keep, options });
      count.adopted += await lookAgainAtPassedOver(services, keep, options);
    } catch (error) {
      if (!(error instanceof SagemakerError) || signal?.aborted) throw error;
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
  services: Services,
  search: LostSearch,
  reachedAt: number | null,
  { count, keep, options }: Walking,
): Promise<void> {
  const { store, now } = services;
  const databaseId = await store.databaseId(now());
  // Another process may have been through meanwhile.
  const known = reachedAt === null ? null : reachedAt - overlapMs;
  if (search.walk?.databaseId !== databaseId)
    search.walk = { databaseId, since: known, newest: null, nextToken: undefined, unnamed: new Map() };
  const { walk } = search;
  if (known !== null && (walk.since === null || walk.since < known)) walk.since = known;
  for (;;) {
    const page = await listPage(services, search, walk, options);
    await keep();
    walk.newest ??= page.jobs.reduce((newest: number | null, { createdAt }) => Math.max(newest ?? createdAt, createdAt), null);
    walk.since ??= farthest(services, page);
    const { since } = walk;
    for (const { name, reason } of page.odd) await passOver(services, 'training_job', name, reason);
    for (const job of page.jobs) {
      if (job.createdAt >= since && (await look(services, search, walk, job, options))) count.adopted += 1;
      await keep();
    }
    const oldest = page.jobs.at(-1);
    if (page.nextToken === null || (oldest !== undefined && oldest.createdAt < since)) break;
    walk.nextToken = page.nextToken;
    await delay(listSpacingMs, undefined, { signal: options.signal });
    await keep();
  }
  count.adopted += await adoptUnnamed(services, walk);
  search.walk = null;
  // Another database in its place is looked for anew.
  if (walk.newest !== null && (await store.databaseId(now())) === databaseId) {
    await store.recordReached(adoptionTask, Math.max(walk.newest, reachedAt ?? 0));
  }
}

/** A token that is not good any more begins the walk anew, at the next turn. */
async function listPage(services: Services, search: LostSearch, walk: Walk, options: CallOptions): Promise<TrainingJobPage> {
  try {
    return await services.sagemaker.listTrainingJobs({ nextToken: walk.nextToken }, options);
  } catch (error) {
    if (error instanceof SagemakerError && error.kind === 'invalid') search.walk = null;
    throw error;
  }
}

/**
 * How far back a first walk goes, by SageMaker's clock: ours may be far off, and what is left out would never be looked for again. The
 * earlier of two clocks that may be wrong; where SageMaker does not tell its time, the newest training's.
 */
function farthest({ settings, now }: Services, { jobs, answeredAt }: TrainingJobPage): number {
  const newest = jobs[0]?.createdAt ?? now();
  return Math.min(now(), answeredAt ?? newest) - settings.maxTrainingWaitMs - dayMs;
}

/** Whether the training is adopted. @throws {SagemakerError} what may pass, and ends the turn. */
async function look(
  services: Services,
  search: LostSearch,
  walk: Walk,
  job: TrainingJobSummary,
  options: CallOptions,
): Promise<boolean> {
  if (search.strangers.has(job.name) || (await services.store.findRunStatus(job.name)) !== null) return false;
  try {
    const looked = await adoptIfOurs(services, job, options);
    if (looked.kind === 'unnamed') walk.unnamed.set(job.name, { job, own: looked.own });
    else if (looked.kind !== 'adopted') noteStranger(search, job.name);
    return looked.kind === 'adopted';
  } catch (error) {
    // One that SageMaker fails at each time must not keep the search from all that are older.
    if (
      !(error instanceof SagemakerError) ||
      error.kind !== 'unavailable' ||
      options.signal?.aborted ||
      !isStuck(search, job.name)
    )
      throw error;
    await passOver(services, 'training_job', job.name, whatFailed(error));
    noteStranger(search, job.name);
    return false;
  }
}

/** Those of a run id that nobody else has, the oldest first. */
async function adoptUnnamed(services: Services, { unnamed }: Walk): Promise<number> {
  let adopted = 0;
  const byRunId = Map.groupBy(unnamed.values(), ({ own }) => own.runId);
  for (const group of byRunId.values()) {
    const [oldest, ...copies] = group.toSorted((a, b) => a.job.createdAt - b.job.createdAt || (a.job.name < b.job.name ? -1 : 1));
    if (oldest === undefined) continue;
    if ((await adoptOurs(services, oldest.job, oldest.own)).kind === 'adopted') adopted += 1;
    for (const { job } of copies) await passOver(services, 'training_job', job.name, copiedFrom(oldest.job.name));
  }
  return adopted;
}
