import { removeGuardAlarms } from '../deployment/remove-guard-alarms.ts';
import { removeOrphanedAlarms } from '../deployment/remove-orphaned-alarms.ts';
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

export interface Reconciled {
  restoredChecks: number;
  restoredDeployments: number;
}

interface ReconcileInput {
  /** Renews the lease of the one process that does this (reconcile-in-turn.ts). */
  renew?: () => Promise<void>;
  signal?: AbortSignal;
}

/**
 * Compares the database with the queue and restores what is missing: a check for every run that has not ended, a job for every deployment
 * that has not ended. It goes page by page and holds no more than one. Any number of processes may do so at once, since a job's id follows
 * from what it is for. Checks of running trainings are spread over a polling interval, and very many others over a shorter time, so that
 * an emptied Redis causes no burst of calls to SageMaker. A row of which no job can be made is skipped.
 */
export async function reconcile(
  ctx: ServiceContext,
  { renew = () => Promise.resolve(), signal }: ReconcileInput = {},
): Promise<Reconciled> {
  const { store, queue, settings, now, random } = ctx;
  const isSettled = ({ createdAt, trainingSinceAt = null }: { createdAt: number; trainingSinceAt?: number | null }): boolean =>
    // The process that has just recorded a row is about to queue its job.
    hasPassed(trainingSinceAt ?? createdAt, justRecordedMs, now());
  const { runs, deployments } = await store.metrics.counts();
  const many = runs.requested + deployments.queued + deployments.awaiting_approval + deployments.in_progress;
  const soonWithinMs = Math.max(soonMs, Math.min(settings.endpointPollMs, many * apartMs));
  const soon = (): number => Math.round(random() * soonWithinMs);
  const spread = (): number =>
    settings.changeFeed === 'off'
      ? Math.round(random() * settings.pollIntervalMs)
      : spreadDelayMs(runs.training, settings.pollIntervalMs, random);
  const total: Totals = { checks: 0, deployments: 0, unfinishedRuns: 0, lines: 0, refused: [] };

  for await (const page of pagesOf((afterSeq) => store.runs.listUnfinished({ afterSeq, limit: pageSize }), { renew, signal })) {
    const settled = page.filter(isSettled);
    const requested = settled.filter((run) => run.status === 'requested');
    const started = await queue.restore({ runs: requested, deployments: [] }, soon);
    const training = settled.filter((run) => run.status === 'training');
    const watched = await queue.restore({ runs: training, deployments: [] }, spread);
    // A process that waits for SageMaker's response queues the check after it: its run has lost nothing.
    const starting = new Set(requested.filter((run) => isBeingStarted(run, now())).map(({ trainingJobName }) => trainingJobName));
    const checks = [...started.runs, ...watched.runs].filter(({ trainingJobName }) => !starting.has(trainingJobName));
    total.unfinishedRuns += settled.length;
    add(ctx, total, { checks, deployments: [], refused: [...started.refused, ...watched.refused] });
  }
  const readDeployments = (afterSeq: number) => store.deployments.listUnfinished({ afterSeq, limit: pageSize });
  for await (const page of pagesOf(readDeployments, { renew, signal })) {
    const restored = await queue.restore({ runs: [], deployments: page.filter(isSettled) }, soon);
    add(ctx, total, { checks: [], deployments: restored.deployments, refused: restored.refused });
  }
  logTotals(ctx, total);
  await recordSkipped(ctx, total.refused);
  await pullForward(ctx);
  await removeGuardAlarms(ctx, { signal });
  await removeOrphanedAlarms(ctx, { signal });
  return { restoredChecks: total.checks, restoredDeployments: total.deployments };
}

/** An emptied Redis with 10,000 runs must not fill the log. */
const maxLines = 20;

interface Totals {
  checks: number;
  deployments: number;
  unfinishedRuns: number;
  /** How many jobs have a log line of their own. */
  lines: number;
  /** As many as the table of skipped items holds. */
  refused: Refused;
}

interface Restored {
  checks: readonly WatchedRun[];
  deployments: readonly WatchedDeployment[];
  refused: Refused;
}

function add({ log }: ServiceContext, total: Totals, { checks, deployments, refused }: Restored): void {
  total.checks += checks.length;
  total.deployments += deployments.length;
  total.refused.push(...refused.slice(0, Math.max(0, maxSkipped.run - total.refused.length)));
  const fields = [
    ...checks.map(({ trainingJobName }) => ({ training_job_name: trainingJobName })),
    ...deployments.map(({ trainingJobName, deploymentId }) => ({
      training_job_name: trainingJobName,
      deployment_id: deploymentId,
    })),
  ].slice(0, maxLines - total.lines);
  total.lines += fields.length;
  for (const own of fields) log.warn({ event: 'queue.job_restored', ...own }, 'missing job restored');
}

function logTotals({ log }: ServiceContext, { checks, deployments, unfinishedRuns }: Totals): void {
  if (checks + deployments === 0) return;
  const counts = { restored_checks: checks, restored_deployments: deployments, unfinished_runs: unfinishedRuns };
  log.warn({ event: 'queue.jobs_restored', ...counts }, 'restored missing jobs');
}

/** Each observation of such a run records it again. */
const elsewhereForMs = 5 * 60_000;

/** A row that an earlier round skipped, and this one does not, is handled again or gone. */
async function recordSkipped(ctx: ServiceContext, refused: Refused): Promise<void> {
  const { store, settings, now } = ctx;
  for (const { kind, name, reason } of refused) await skip(ctx, { kind, name, reason });
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

async function* pagesOf<T extends { seq: number }>(
  readPage: (afterSeq: number) => Promise<T[]>,
  { renew, signal }: Required<Pick<ReconcileInput, 'renew'>> & Pick<ReconcileInput, 'signal'>,
): AsyncGenerator<T[]> {
  for (let after = 0; ;) {
    signal?.throwIfAborted();
    await renew();
    const page = await readPage(after);
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last.seq;
    // Lets other work of the process run between pages.
    await delay(0);
  }
}
