import { setTimeout as delay } from 'node:timers/promises';
import { longestCheckMs, spreadDelayMs } from '../../core/feed/feed-timing.ts';
import { hasPassed } from '../../core/instants.ts';
import { longestDelayMs } from '../../core/retry-delay.ts';
import { maxSkipped } from '../../core/skipped.ts';
import { isBeingStarted } from '../../core/training/training-run.ts';
import type { Queue, WatchedDeployment, WatchedRun } from '../../ports/queue.ts';
import type { ServiceContext } from '../context.ts';
import { skip } from '../skip.ts';

type Refused = Awaited<ReturnType<Queue['restore']>>['refused'];

const pageSize = 1000;
/** Runs whose start was lost, and deployments, continue within this time, not all at one instant. */
const soonMs = 1000;
/** The average distance of very many, which continue within the polling interval of an endpoint. */
const apartMs = 20;
const justRecordedMs = 2000;

/**
 * Compares the database with the queue and restores what is missing: a check for every run that has not ended, a job for every deployment
 * that has not ended. Any number of workers may do so at once, since a job's id follows from what it is for. Checks of running trainings
 * are spread over a polling interval, and very many others over a shorter time, so that an emptied Redis causes no burst of calls to
 * SageMaker. A row of which no job can be made is skipped.
 */
export async function reconcile(
  ctx: ServiceContext,
  { signal }: { signal?: AbortSignal } = {},
): Promise<{ restoredChecks: number; restoredDeployments: number }> {
  const { store, queue, settings, now, random } = ctx;
  const isSettled = ({ createdAt, trainingSinceAt = null }: { createdAt: number; trainingSinceAt?: number | null }): boolean =>
    // The process that has just recorded a row is about to queue its job.
    hasPassed(trainingSinceAt ?? createdAt, justRecordedMs, now());
  const runs = await allPages((afterSeq) => store.runs.listUnfinished({ afterSeq, limit: pageSize }), signal);
  const deployments = await allPages((afterSeq) => store.deployments.listUnfinished({ afterSeq, limit: pageSize }), signal);
  signal?.throwIfAborted();
  const requested = runs.filter((run) => run.status === 'requested' && isSettled(run));
  const training = runs.filter((run) => run.status === 'training' && isSettled(run));
  const queued = deployments.filter(isSettled);
  const manyMs = Math.min(settings.endpointPollMs, (requested.length + queued.length) * apartMs);
  const soonWithinMs = Math.max(soonMs, manyMs);
  const soon = await queue.restore({ runs: requested, deployments: queued }, () => Math.round(random() * soonWithinMs));
  const spread = await queue.restore({ runs: training, deployments: [] }, () =>
    settings.changeFeed === 'off'
      ? Math.round(random() * settings.pollIntervalMs)
      : spreadDelayMs(training.length, settings.pollIntervalMs, random),
  );
  // A process that waits for SageMaker's response queues the check after it: its run has lost nothing.
  const starting = new Set(requested.filter((run) => isBeingStarted(run, now())).map(({ trainingJobName }) => trainingJobName));
  const checks = [...soon.runs, ...spread.runs].filter(({ trainingJobName }) => !starting.has(trainingJobName));
  logRestored(ctx, { checks, deployments: soon.deployments, unfinishedRuns: requested.length + training.length });
  await recordSkipped(ctx, [...soon.refused, ...spread.refused]);
  await pullForward(ctx);
  return { restoredChecks: checks.length, restoredDeployments: soon.deployments.length };
}

/** An emptied Redis with 10,000 runs must not fill the log. */
const maxLines = 20;

interface Restored {
  checks: WatchedRun[];
  deployments: WatchedDeployment[];
  unfinishedRuns: number;
}

function logRestored({ log }: ServiceContext, { checks, deployments, unfinishedRuns }: Restored): void {
  const event = 'queue.job_restored';
  for (const { trainingJobName } of checks.slice(0, maxLines))
    log.warn({ event, training_job_name: trainingJobName }, 'missing job restored');
  for (const { trainingJobName, deploymentId } of deployments.slice(0, maxLines))
    log.warn({ event, training_job_name: trainingJobName, deployment_id: deploymentId }, 'missing job restored');
  if (checks.length + deployments.length === 0) return;
  const counts = { restored_checks: checks.length, restored_deployments: deployments.length, unfinished_runs: unfinishedRuns };
  log.warn({ event: 'queue.jobs_restored', ...counts }, 'restored missing jobs');
}

/** Each observation of such a run records it again. */
const elsewhereForMs = 5 * 60_000;

/** A row that an earlier round skipped, and this one does not, is handled again or gone. */
async function recordSkipped(ctx: ServiceContext, refused: Refused): Promise<void> {
  const { store, settings, now } = ctx;
  for (const { kind, name, reason } of refused.slice(0, maxSkipped.run)) await skip(ctx, { kind, name, reason });
  const still = new Set(refused.map(({ kind, name }) => `${kind} ${name}`));
  for (const { kind, name, lastAt } of await store.skipped.list()) {
    const isOver =
      kind === 'run_elsewhere'
        ? Math.abs(now() - lastAt) > Math.max(elsewhereForMs, 3 * settings.pollIntervalMs)
        : (kind === 'run' || kind === 'deployment') && !still.has(`${kind} ${name}`);
    if (isOver) await store.skipped.resolve({ kind, name });
  }
}

/** Within two intervals all such jobs are due, and very many cause no burst of calls to SageMaker. */
async function pullForward({ queue, settings, random, log }: ServiceContext): Promise<void> {
  const longestMs = Math.max(
    longestDelayMs(settings),
    settings.changeFeed === 'off' ? 0 : longestCheckMs(settings.pollIntervalMs),
  );
  const pulled = await queue.pullForward(longestMs, (count) =>
    Math.round(random() * Math.min(settings.reconcileIntervalMs, count * apartMs)),
  );
  if (pulled > 0) log.warn({ event: 'queue.jobs_pulled_forward', jobs: pulled }, 'jobs delayed by a wrong clock are due now');
}

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
    // Lets other work of the process run between pages.
    await delay(0);
  }
}
