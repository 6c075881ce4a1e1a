/**
 * What becomes of a run that SageMaker has, given what was just seen of it: a pure function of the row, the observation and the
 * instant. The services carry its decisions out and decide nothing themselves.
 */
import type { SagemakerErrorKind } from './errors.ts';
import type { TrainingJob, TrainingOutcome, TrainingRun } from './training-run.ts';

export type TrainingObservation =
  | { kind: 'job'; job: TrainingJob }
  /** DescribeTrainingJob failed; `message` is SageMaker's own. */
  | { kind: 'error'; error: SagemakerErrorKind; message: string };

export type TrainingDecision =
  /** Look again later. `trouble`: SageMaker did not answer as it should, so wait longer each time. */
  | { kind: 'wait'; secondaryStatus: string | null; askStop: boolean; trouble: boolean; why: string }
  /** Record the outcome, and with `deploy` queue the deployment in the same transaction. */
  | { kind: 'finish'; outcome: TrainingOutcome; deploy: boolean; detail: string };

export interface TrainingLimits {
  /** Monitoring ends as `timed_out` when SageMaker has had the job for this long. */
  maxTrainingWaitMs: number;
}

/** A new job may not be visible at once, and a tag or role may still be spreading. */
export const notFoundGraceMs = 5 * 60_000;

export function decideTraining(
  run: TrainingRun,
  observation: TrainingObservation,
  now: number,
  limits: TrainingLimits,
): TrainingDecision {
  const sinceAt = run.trainingSinceAt ?? run.createdAt;
  const overdue = now - sinceAt > limits.maxTrainingWaitMs;
  if (observation.kind === 'error') return decideOnError(observation, now - sinceAt, overdue, limits);
  return decideOnJob(run, observation.job, overdue, limits);
}

/**
 * A training goes on whether or not we can see it, so no error but "not found" ends its run before the deadline: giving up early
 * would lose a model that was paid for.
 */
function decideOnError(
  { error, message }: Extract<TrainingObservation, { kind: 'error' }>,
  sinceMs: number,
  overdue: boolean,
  limits: TrainingLimits,
): TrainingDecision {
  if (error === 'not_found' && sinceMs > notFoundGraceMs) {
    return finish({ status: 'failed', failureReason: `SageMaker no longer knows the training job: ${message}` });
  }
  if (overdue) return timedOut(`${error}: ${message}`, limits);
  return { kind: 'wait', secondaryStatus: null, askStop: false, trouble: true, why: `${error}: ${message}` };
}

function decideOnJob(run: TrainingRun, job: TrainingJob, overdue: boolean, limits: TrainingLimits): TrainingDecision {
  const seen = {
    secondaryStatus: job.secondaryStatus,
    metrics: metricsOf(job),
    trainingEndedAt: job.endedAt ?? job.modifiedAt,
  };
  switch (job.status) {
    case 'Completed':
      return {
        ...finish({ status: 'completed', modelArtifact: job.modelArtifact, ...seen }),
        // Whoever asked for a stop does not want the model live.
        deploy: run.autoDeploy && run.stopRequestedAt === null,
      };
    case 'Failed':
      return finish({ status: 'failed', failureReason: job.failureReason ?? 'SageMaker gave no reason', ...seen });
    case 'Stopped':
      // Stopped is not Completed: there may be an artifact, but of a training that was cut short (sagemaker-facts, section 1).
      return finish({ status: 'stopped', failureReason: stoppedReason(run, job), ...seen });
    case 'Deleting':
      return finish({ status: 'failed', failureReason: 'the training job is being deleted at SageMaker', ...seen });
    default: {
      // InProgress, Stopping, and what SageMaker may add: not over.
      if (overdue) return timedOut(`the training job is ${job.status}`, limits, job.secondaryStatus);
      const askStop = run.stopRequestedAt !== null && job.status !== 'Stopping';
      return {
        kind: 'wait',
        secondaryStatus: job.secondaryStatus,
        askStop,
        trouble: false,
        why: `the training job is ${job.status}${job.secondaryStatus === null ? '' : ` (${job.secondaryStatus})`}`,
      };
    }
  }
}

function finish(
  outcome: Pick<TrainingOutcome, 'status'> & Partial<TrainingOutcome>,
): Extract<TrainingDecision, { kind: 'finish' }> {
  const full = {
    secondaryStatus: null,
    failureReason: null,
    modelArtifact: null,
    metrics: null,
    trainingEndedAt: null,
    ...outcome,
  };
  return { kind: 'finish', outcome: full, deploy: false, detail: full.failureReason ?? `training ${full.status}` };
}

function timedOut(lastSeen: string, limits: TrainingLimits, secondaryStatus: string | null = null): TrainingDecision {
  const failureReason = `not over within ${Math.round(limits.maxTrainingWaitMs / 1000)} s (MAX_TRAINING_WAIT_SECONDS); last seen: ${lastSeen}`;
  return finish({ status: 'timed_out', failureReason, secondaryStatus });
}

function stoppedReason(run: TrainingRun, job: TrainingJob): string | null {
  if (job.failureReason !== null) return job.failureReason;
  if (job.secondaryStatus !== null && job.secondaryStatus !== 'Stopped') return `stopped by SageMaker: ${job.secondaryStatus}`;
  return run.stopRequestedAt === null ? 'stopped at SageMaker by somebody else' : null;
}

/** The last value of each metric that is a number: NaN and infinities have no JSON. */
function metricsOf(job: TrainingJob): Record<string, number> | null {
  const entries = job.metrics.flatMap(({ name, value }): [string, number][] => (Number.isFinite(value) ? [[name, value]] : []));
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
