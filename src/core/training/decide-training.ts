/**
 * What becomes of a run that SageMaker has: a pure function of the run, an observation of its training job and the instant. The services
 * carry the decision out.
 */
import { advised } from '../sagemaker/missing-permission.ts';
import { confirmLimit } from '../confirm-time-limit.ts';
import type { SageMakerErrorKind } from '../errors.ts';
import { trainingNotFoundBudgetMs } from '../timing.ts';
import { kindOfFailed, kindOfStopped } from './training-failure-kind.ts';
import { type TrainingJob, type TrainingOutcome, type TrainingRun, toOutcome } from './training-run.ts';

export type TrainingObservation =
  | { kind: 'job'; job: TrainingJob }
  /** DescribeTrainingJob failed; `message` is SageMaker's own text. */
  | { kind: 'error'; error: SageMakerErrorKind; message: string }
  /** SageMaker has no such job here, and the run's is of another region or account. */
  | { kind: 'elsewhere'; why: string };

export type TrainingDecision =
  /** Observe again later. `problem`: the observation failed, so that the delays grow. */
  | {
      kind: 'wait';
      secondaryStatus: string | null;
      requestStop: boolean;
      problem: boolean;
      why: string;
      /** What to record of the run's time limit: since when the time counts, and since when it is exceeded. */
      limit: { since: number; overdueSince: number | null };
      /** When the second observation that may end the run is due; null when the next one comes after a polling interval. */
      confirmInMs: number | null;
    }
  /** Record the outcome, and with `deploy` queue the deployment in the same transaction. */
  | { kind: 'finish'; outcome: TrainingOutcome; deploy: boolean; detail: string };

export interface TrainingLimits {
  /** Monitoring ends as `timed_out` when SageMaker has had the job for this long. */
  maxTrainingWaitMs: number;
  pollIntervalMs: number;
}

type Finish = Extract<TrainingDecision, { kind: 'finish' }>;
type Seen = Omit<Extract<TrainingDecision, { kind: 'wait' }>, 'limit' | 'confirmInMs'>;

/**
 * An end that SageMaker shows ends the run at once. A time limit ends it only when a second observation, an interval later, agrees: the
 * clock may have been wrong for a moment.
 */
export function decideTraining(
  run: TrainingRun,
  observation: TrainingObservation,
  now: number,
  limits: TrainingLimits,
): TrainingDecision {
  const seen = observe(run, observation);
  if (seen.kind === 'finish') return seen;
  // An instant in the future was recorded by a clock that was ahead: the time counts from now.
  const since = Math.min(run.trainingSinceAt ?? run.createdAt, now);
  const end = endByLimit(observation, seen, now - since, limits);
  if (end === null) return { ...seen, limit: { since, overdueSince: null }, confirmInMs: null };
  const { confirmed, overdueSince, confirmInMs } = confirmLimit(run.overdueSince, now, limits.pollIntervalMs);
  if (confirmed) return end;
  return {
    ...seen,
    why: `${seen.why}; ${end.detail}, unless the next observation disagrees`,
    limit: { since, overdueSince },
    confirmInMs: confirmInMs,
  };
}

/** Whether a completed training is not to be deployed, also by a rebuilt database, because its stop was requested. */
export const isUnwanted = (run: Pick<TrainingRun, 'stopRequestedAt'>, { status }: Pick<TrainingOutcome, 'status'>): boolean =>
  run.stopRequestedAt !== null && status === 'completed';

function observe(run: TrainingRun, observation: TrainingObservation): Finish | Seen {
  switch (observation.kind) {
    case 'job':
      return decideJob(run, observation.job);
    case 'error':
      return unseen(`${observation.error}: ${observation.message}`);
    case 'elsewhere':
      return unseen(observation.why);
  }
}

const unseen = (why: string): Seen => ({ kind: 'wait', secondaryStatus: null, requestStop: false, problem: true, why });

/**
 * A training continues whether or not the service can observe it, so no error but "not found" ends its run before the time limit: an early
 * end would lose a model that was paid for. A training that is elsewhere has no time limit here.
 */
function endByLimit(
  observation: TrainingObservation,
  { why, secondaryStatus }: Seen,
  sinceMs: number,
  limits: TrainingLimits,
): Finish | null {
  if (observation.kind === 'elsewhere') return null;
  const isGone = observation.kind === 'error' && observation.error === 'not_found';
  if (isGone && sinceMs > trainingNotFoundBudgetMs) {
    const failureReason = `SageMaker no longer knows the training job: ${observation.message}`;
    return finish({ status: 'failed', failureReason, failureKind: 'other' });
  }
  if (sinceMs <= limits.maxTrainingWaitMs) return null;
  const failureReason = `not over within ${Math.round(limits.maxTrainingWaitMs / 1000)} s (MAX_TRAINING_WAIT_SECONDS); last seen: ${why}`;
  return finish({ status: 'timed_out', failureReason, failureKind: 'timeout', secondaryStatus });
}

function decideJob(run: TrainingRun, job: TrainingJob): Finish | Seen {
  const seen = {
    secondaryStatus: job.secondaryStatus,
    metrics: metricsOf(job),
    trainingEndedAt: job.endedAt ?? job.modifiedAt,
    trainingCreatedAt: job.createdAt,
  };
  switch (job.status) {
    case 'Completed':
      return {
        ...finish({ status: 'completed', modelArtifact: job.modelArtifact, ...seen, ...noteOnMetrics(job) }),
        // The caller that requested a stop does not want the model live.
        deploy: run.autoDeploy && run.stopRequestedAt === null,
      };
    case 'Failed': {
      const failureKind = kindOfFailed(job);
      const failureReason = advised(job.failureReason ?? 'SageMaker gave no reason', failureKind);
      return finish({ status: 'failed', failureReason, failureKind, ...seen });
    }
    case 'Stopped':
      // Stopped is not Completed: there may be an artifact, but of a training that was cut short
      // (docs/reference/sagemaker-behavior.md#stopped-is-not-completed).
      return finish({ status: 'stopped', ...whyStopped(run, job), ...seen });
    case 'Deleting': {
      const failureReason = 'the training job is being deleted at SageMaker';
      return finish({ status: 'failed', failureReason, failureKind: 'other', ...seen });
    }
    default:
      // InProgress, Stopping, and what SageMaker may add.
      return {
        kind: 'wait',
        secondaryStatus: job.secondaryStatus,
        requestStop: run.stopRequestedAt !== null && job.status !== 'Stopping',
        problem: false,
        why: `the training job is ${job.status}${job.secondaryStatus === null ? '' : ` (${job.secondaryStatus})`}`,
      };
  }
}

function finish(outcome: Pick<TrainingOutcome, 'status'> & Partial<TrainingOutcome>): Finish {
  const full = toOutcome(outcome);
  return { kind: 'finish', outcome: full, deploy: false, detail: full.failureReason ?? `training ${full.status}` };
}

function whyStopped(run: TrainingRun, job: TrainingJob): Pick<TrainingOutcome, 'failureReason' | 'failureKind'> {
  const failureKind = run.stopRequestedAt === null ? kindOfStopped(job) : null;
  if (job.failureReason !== null) return { failureReason: job.failureReason, failureKind };
  const { secondaryStatus } = job;
  const early = failureKind === 'capacity' ? ', without the instances that it waited for' : '';
  if (secondaryStatus !== null && secondaryStatus !== 'Stopped') {
    return { failureReason: `stopped by SageMaker: ${secondaryStatus}${early}`, failureKind };
  }
  if (run.stopRequestedAt !== null) return { failureReason: null, failureKind };
  return {
    failureReason: early === '' ? 'stopped at SageMaker, not by this service' : `stopped at SageMaker${early}`,
    failureKind,
  };
}

/** A metric that is NaN or infinite at the end often means that the training diverged. */
const noteOnMetrics = ({ oddMetrics }: TrainingJob): { detail?: string } =>
  oddMetrics.length === 0
    ? {}
    : { detail: `metrics whose last value is no finite number are left out: ${oddMetrics.join(', ')}` };

/** Returns the last value of each metric that is a number: JSON has no NaN and no infinity. */
export function metricsOf(job: TrainingJob): Record<string, number> | null {
  const entries = job.metrics.flatMap(({ name, value }): [string, number][] => (Number.isFinite(value) ? [[name, value]] : []));
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
