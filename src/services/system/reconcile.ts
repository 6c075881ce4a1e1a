import { setTimeout as delay } from 'node:timers/promises';
import { longestDelayMs } from '../../core/retry-delay.ts';
import { maxSkipped } from '../../core/skipped.ts';
import { hasPassed } from '../../core/instants.ts';
import { isBeingStarted } from '../../core/training/training-run.ts';
import { skip } from '../adoption/skip.ts';
import type { Queue, WatchedDeployment, WatchedRun } from '../../ports/queue.ts';
import type { ServiceContext } from '../context.ts';

type Refused = Awaited<ReturnType<Queue['restore']>>['refused'];

const pageSize = 1000;
/** Runs whose start was lost, and deployments, go on within this time; not all of them in one instant. */
const soonMs = 1000;
/** Of very many, so far apart on average, but within the time in which a deployment is looked at anyway. */
const apartMs = 20;
const justRecordedMs = 2000;

/**
 * Compares the database with the queue and puts back what is missing: a check for every run that is not over, a job for every
 * deployment that is not over. Any number of workers may do it at once, since a job's id follows from what it is for. Checks of
 * running trainings are spread over a polling interval, and very many others over a shorter time, so that a flushed Redis causes no
 * burst of calls to SageMaker. A row of which no job can be made is passed over.
 */
export async function reconcile(
  ctx: ServiceContext,
  { signal }: { signal?: AbortSignal } = {},
): Promise<{ restoredChecks: number; restoredDeployments: number }> {
  const { store, queue, settings, now, random, log } = ctx;
  // Whoever has just recorded something is about to tell the queue of it.
  const settled = ({ createdAt, trainingSinceAt = null }: { createdAt: number; trainingSinceAt?: number | null }): boolean =>
    hasPassed(trainingSinceAt ?? createdAt, justRecordedMs, now());
  const runs = (await allPages((after) => store.runs.listUnfinished({ afterSeq: after, limit: pageSize }), signal)).filter(
    settled,
  );
  const deployments = (
    await allPages((after) => store.deployments.listUnfinished({ afterSeq: after, limit: pageSize }), signal)
  ).filter(settled);
  signal?.throwIfAborted();
  const requested = runs.filter(({ status }) => status === 'requested');
  const training = runs.filter(({ status }) => status === 'training');
  const manyMs = Math.min(settings.endpointPollMs, (requested.length + deployments.length) * apartMs);
  const soonWithinMs = Math.max(soonMs, manyMs);
  const soon = await queue.restore({ runs: requested, deployments }, () => Math.round(random() * soonWithinMs));
  const spread = await queue.restore({ runs: training, deployments: [] }, () => Math.round(random() * settings.pollIntervalMs));
  // Who waits for SageMaker's answer tells the queue after it: its run has lost nothing.
  const starting = new Set(requested.filter((run) => isBeingStarted(run, now())).map(({ trainingJobName }) => trainingJobName));
  const checks = [...soon.runs, ...spread.runs].filter(({ trainingJobName }) => !starting.has(trainingJobName));
  for (const { trainingJobName } of checks.slice(0, mostLines)) {
    log.warn({ training_job_name: trainingJobName }, 'the run had no job in the queue: it is watched again');
  }
  for (const { trainingJobName, deploymentId } of soon.deployments.slice(0, mostLines)) {
    log.warn(
      { training_job_name: trainingJobName, deployment_id: deploymentId },
      'the deployment had no job in the queue: it goes on',
    );
  }
  const restored = { restoredChecks: checks.length, restoredDeployments: soon.deployments.length };
  if (checks.length + soon.deployments.length > 0)
    log.warn({ ...restored, unfinished_runs: runs.length }, 'jobs were missing and are restored');
  await recordSkipped(ctx, [...soon.refused, ...spread.refused]);
  await pullForward({ queue, settings, random, log });
  return restored;
}

/** Each look at such a run says so anew. */
const elsewhereForMs = 5 * 60_000;

/** What was passed over at an earlier turn, and is not now, is handled again or gone. */
async function recordSkipped(ctx: ServiceContext, refused: Refused): Promise<void> {
  const { store, settings, now } = ctx;
  for (const { kind, name, reason } of refused.slice(0, maxSkipped.run)) await skip(ctx, kind, name, reason);
  const still = new Set(refused.map(({ kind, name }) => `${kind} ${name}`));
  for (const { kind, name, lastAt } of await store.skipped.list()) {
    const isOver =
      kind === 'run_elsewhere'
        ? Math.abs(now() - lastAt) > Math.max(elsewhereForMs, 3 * settings.pollIntervalMs)
        : (kind === 'run' || kind === 'deployment') && !still.has(`${kind} ${name}`);
    if (isOver) await store.skipped.resolve({ kind, name });
  }
}

/** Within two intervals all of them are due, and very many cause no burst of calls to SageMaker. */
async function pullForward({
  queue,
  settings,
  random,
  log,
}: Pick<ServiceContext, 'queue' | 'settings' | 'random' | 'log'>): Promise<void> {
  const pulled = await queue.pullForward(longestDelayMs(settings), (count) =>
    Math.round(random() * Math.min(settings.reconcileIntervalMs, count * apartMs)),
  );
  if (pulled > 0)
    log.warn({ jobs: pulled }, 'jobs lay too far in the future, as after a clock that was put back; they are due now');
}

/** A flushed Redis with 10,000 runs must not fill the log. */
const mostLines = 20;

async function allPages<T extends WatchedRun | WatchedDeployment>(
  readPage: (afterSeq: number) => Promise<(T & { seq: number })[]>,
  signal: AbortSignal | undefined,
): Promise<T[]> {
  const all: T[] = [];
  for (let after = 0; ;) {
    signal?.throwIfAborted();
    const page = await readPage(after);
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return all;
    after = last.seq;
    // better-sqlite3 is synchronous: let others have the process between pages.
    await delay(0);
  }
}
