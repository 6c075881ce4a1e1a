import { setTimeout as delay } from 'node:timers/promises';
import { SagemakerError } from '../core/errors.ts';
import { adoptTraining, readOwnTags } from './adopt-training.ts';
import { enqueueCheck } from './enqueue.ts';
import type { CallOptions, Services, TrainingJobSummary } from './ports.ts';

/** The turn, and how far the trainings at SageMaker are known. */
const task = 'adopt-trainings';
/** ListTrainingJobs is limited to 2 a second for the whole account (sagemaker-facts, section 3). */
const listSpacingMs = 600;
/** Lists may lag behind, and clocks differ. */
const overlapMs = 10 * 60_000;
const dayMs = 24 * 3_600_000;

/** Names of training jobs that are not ours, so that their tags are read once by each process. */
export type Strangers = Set<string>;
const mostStrangers = 50_000;

/**
 * Looks through SageMaker's training jobs, newest first, for ones of ours that the database does not know, because it was lost or
 * restored from a backup; they are adopted as their tags say (design, promise 2). One process at a time; from where the last look
 * began, or as far back as a training may be monitored. Answers how many were adopted.
 *
 * No filter is sent, since filters are applied after paging: pages are full, and the first one that reaches back far enough is the
 * last (sagemaker-facts, section 2). A crash half-way: the mark is not moved, and the next turn begins anew.
 */
export async function adoptLost(
  services: Services,
  strangers: Strangers,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  const { store, settings, now, log } = services;
  const startedAt = now();
  const turn = await store.takeTurn(task, settings.reconcileIntervalMs, startedAt);
  if (turn === null) return 0;
  const since = turn.reachedAt === null ? startedAt - settings.maxTrainingWaitMs - dayMs : turn.reachedAt - overlapMs;
  try {
    const adopted = await adoptSince(services, strangers, since, { signal, maxWaitMs: 10_000 });
    await store.recordReached(task, startedAt);
    return adopted;
  } catch (error) {
    if (!(error instanceof SagemakerError) || signal?.aborted) throw error;
    log.warn({ err: error }, 'SageMaker’s training jobs could not be listed; trying again');
    return 0;
  }
}

async function adoptSince(services: Services, strangers: Strangers, since: number, options: CallOptions): Promise<number> {
  const { sagemaker, store, now } = services;
  let adopted = 0;
  let nextToken: string | undefined;
  for (;;) {
    const page = await sagemaker.listTrainingJobs({ nextToken }, options);
    for (const job of page.jobs)
      if (job.createdAt >= since && (await adoptIfOurs(services, strangers, job, options))) adopted += 1;
    const oldest = page.jobs.at(-1);
    if (page.nextToken === null || (oldest !== undefined && oldest.createdAt < since)) return adopted;
    nextToken = page.nextToken;
    await delay(listSpacingMs, undefined, { signal: options.signal });
    // Still at it: nobody else need begin.
    await store.takeTurn(task, 0, now());
  }
}

async function adoptIfOurs(
  services: Services,
  strangers: Strangers,
  job: TrainingJobSummary,
  options: CallOptions,
): Promise<boolean> {
  const { store, settings, random } = services;
  if (strangers.has(job.name) || (await store.findRun(job.name)) !== null) return false;
  const own = await readOwnTags(services, job.arn, options);
  if (own === null || own.project !== settings.projectName) {
    if (strangers.size >= mostStrangers) strangers.clear();
    strangers.add(job.name);
    return false;
  }
  const run = await adoptTraining(services, job, own, 'reconcile');
  // Many at once must not make a burst of calls.
  await enqueueCheck(services, run, Math.round(random() * Math.min(settings.pollIntervalMs, maxFirstLookMs)));
  return true;
}

const maxFirstLookMs = 10_000;
