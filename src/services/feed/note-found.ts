import { isLaterPhase, isOngoing } from '../../core/feed/found-training.ts';
import { isJobOf } from '../../core/training/training-run.ts';
import type { TrainingJobSummary } from '../../ports/sagemaker.ts';
import type { RunProgress } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';
import { skip } from '../skip.ts';

/** A run that is in progress here, and its training job as Search or ListTrainingJobs shows it. */
export interface FoundRun<Job extends TrainingJobSummary> {
  run: RunProgress;
  job: Job;
}

/** Returns those of the jobs that have a run in progress. Other trainings, and other projects', are none of the feed's concern. */
export async function findRunning<Job extends TrainingJobSummary>(
  { store }: ServiceContext,
  jobs: readonly Job[],
): Promise<FoundRun<Job>[]> {
  if (jobs.length === 0) return [];
  const runs = await store.runs.findProgress(jobs.map(({ name }) => name));
  const byName = Map.groupBy(runs, ({ trainingJobName }) => trainingJobName.toLowerCase());
  return jobs.flatMap((job) => {
    const run = byName.get(job.name.toLowerCase())?.find((one) => isJobOf(one, job));
    return run?.status === 'training' ? [{ run, job }] : [];
  });
}

/**
 * Makes the checks of ended trainings due, which describe them: the outcome never comes from here. Returns how many. Redis has taken
 * all of it then.
 *
 * @throws {QueueUnavailableError} and {StoreUnavailableError}
 */
export async function nudgeEnded(ctx: ServiceContext, found: readonly FoundRun<TrainingJobSummary>[]): Promise<number> {
  const ended = found.filter(({ job }) => !isOngoing(job)).map(({ run }) => run);
  if (ended.length > 0) await nudge(ctx, { runs: ended, delayMs: () => 0 });
  return ended.length;
}

export async function nudge(
  ctx: ServiceContext,
  { runs, delayMs }: { runs: readonly RunProgress[]; delayMs: () => number },
): Promise<void> {
  const refused = await ctx.queue.nudgeTrainingChecks(runs, delayMs);
  for (const { trainingJobName, reason } of refused) await skip(ctx, { kind: 'run', name: trainingJobName, reason });
}

/** Records the phases of trainings that continue, for people to read. */
export async function recordPhases(ctx: ServiceContext, found: readonly FoundRun<TrainingJobSummary>[]): Promise<void> {
  const { store, log, now } = ctx;
  for (const { run, job } of found) {
    const { trainingJobName } = run;
    const { secondaryStatus, createdAt: trainingCreatedAt } = job;
    if (!isOngoing(job) || !isLaterPhase(run.secondaryStatus, secondaryStatus)) continue;
    const changed = { trainingJobName, secondaryStatus, trainingCreatedAt, actor: 'poll', now: now() } as const;
    if ((await store.runs.recordSecondaryStatus(changed)) !== null)
      log.info(
        { event: 'training.phase_changed', training_job_name: trainingJobName, secondary_status: secondaryStatus },
        `training: ${secondaryStatus}`,
      );
  }
}
