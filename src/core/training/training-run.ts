import type { FailureKind } from '../failure-kind.ts';
import type { Actor } from '../history.ts';
import { hasPassed } from '../instants.ts';
import { startTiming } from '../timing.ts';

/** The statuses of a training run, as users see them. */
export const trainingRunStatuses = ['requested', 'training', 'completed', 'failed', 'stopped', 'timed_out'] as const;
export type TrainingRunStatus = (typeof trainingRunStatuses)[number];

/**
 * Statuses in which nothing is polled any more. `timed_out` ends monitoring only: an event or a manual deploy may still
 * find out how the training ended.
 */
export const finishedRunStatuses = ['completed', 'failed', 'stopped', 'timed_out'] as const;

/** Those that a check observes. */
export const unfinishedRunStatuses = ['requested', 'training'] as const;

export const isFinishedRun = (status: TrainingRunStatus): boolean => (finishedRunStatuses as readonly string[]).includes(status);

/**
 * Whether a start lease holds: a process may be waiting for the response to CreateTrainingJob. The training job's name keeps a second
 * call from starting the training twice; the lease saves the call.
 */
export const isBeingStarted = (
  { status, startAttemptedAt }: Pick<TrainingRun, 'status' | 'startAttemptedAt'>,
  now: number,
): boolean => status === 'requested' && startAttemptedAt !== null && !hasPassed(startAttemptedAt, startTiming.leaseMs, now);

/** What the caller requested: all that CreateTrainingJob and, later, CreateModel need to know. */
export interface TrainingRequest {
  trainingImage: string;
  roleArn: string;
  instanceType: string;
  instanceCount: number;
  volumeGb: number;
  maxRuntimeSeconds: number;
  inputS3Uri: string | null;
  outputS3Uri: string;
  hyperparameters: Record<string, string>;
  environment: Record<string, string>;
  tags: Record<string, string>;
}

/** One training run: a row of the database, with instants in milliseconds since 1970 UTC. */
export interface TrainingRun {
  /** Order of recording; breaks ties between trainings of one instant. */
  seq: number;
  runId: string;
  trainingJobName: string;
  trainingJobArn: string | null;
  project: string;
  endpointName: string;
  autoDeploy: boolean;
  status: TrainingRunStatus;
  secondaryStatus: string | null;
  failureReason: string | null;
  modelArtifact: string | null;
  metrics: Record<string, number> | null;
  /** null for a training that the service adopted and did not start. */
  request: TrainingRequest | null;
  /** null where the service's own setting holds. */
  servingImage: string | null;
  idempotencyKey: string | null;
  idempotencyHash: string | null;
  /** When the training was requested, by our clock; for an adopted one SageMaker's CreationTime. To be shown, not to order by. */
  createdAt: number;
  updatedAt: number;
  finishedAt: number | null;
  /** Who recorded the end. */
  finishedBy: Actor | null;
  /** When CreateTrainingJob was last about to be sent. */
  startAttemptedAt: number | null;
  startAttempts: number;
  /** When SageMaker was first known to have the job: monitoring's deadline counts from here. */
  trainingSinceAt: number | null;
  stopRequestedAt: number | null;
  /** When the request was answered with 503 although its training may have been started; such a run is only cleared up. */
  abandonedAt: number | null;
  /** SageMaker's TrainingEndTime. */
  trainingEndedAt: number | null;
  failureKind: FailureKind | null;
  /** SageMaker's CreationTime, by which trainings are ordered; null until SageMaker has shown it. */
  trainingCreatedAt: number | null;
  /** Since when a limit of its is seen to be over; a second observation, an interval later, has to agree before that ends it. */
  overdueSince: number | null;
  /** The training was over already when it was adopted from SageMaker. */
  foundEnded: boolean;
}

/** How a run ended. */
export interface TrainingOutcome {
  status: Exclude<TrainingRunStatus, 'requested' | 'training'>;
  secondaryStatus: string | null;
  failureReason: string | null;
  modelArtifact: string | null;
  metrics: Record<string, number> | null;
  trainingEndedAt: number | null;
  failureKind: FailureKind | null;
  /** SageMaker's CreationTime; null where the job was not seen. */
  trainingCreatedAt: number | null;
  /** What the history says of it, where that is not the failure's reason. */
  detail?: string;
}

/** Returns an outcome with null for what is not given. */
export const toOutcome = (outcome: Pick<TrainingOutcome, 'status'> & Partial<TrainingOutcome>): TrainingOutcome => ({
  secondaryStatus: null,
  failureReason: null,
  failureKind: null,
  modelArtifact: null,
  metrics: null,
  trainingEndedAt: null,
  trainingCreatedAt: null,
  ...outcome,
});

/** Statuses of a training job at SageMaker in which it is over (docs/reference/sagemaker-behavior.md#training-job-statuses). */
const endedJobStatuses: readonly string[] = ['Completed', 'Failed', 'Stopped'];

export const isEndedJob = ({ status }: Pick<TrainingJob, 'status'>): boolean => endedJobStatuses.includes(status);

export interface FinalMetric {
  name: string;
  value: number;
}

/** A training job as SageMaker describes it; statuses are plain strings, because SageMaker adds new ones. */
export interface TrainingJob {
  name: string;
  arn: string;
  status: string;
  secondaryStatus: string | null;
  failureReason: string | null;
  modelArtifact: string | null;
  metrics: FinalMetric[];
  createdAt: number;
  /** When its instances were there; null while they are not. */
  startedAt: number | null;
  endedAt: number | null;
  modifiedAt: number | null;
  /** null when SageMaker does not say, as of a job that never got its instances. */
  billableSeconds: number | null;
  /** The phases so far, in order, with what SageMaker tells people of each. */
  phases: { status: string; message: string | null }[];
  roleArn: string | null;
  trainingImage: string | null;
  outputS3Uri: string | null;
  /** null where SageMaker shows no input, as of a job without any. */
  inputS3Uris: string[] | null;
  hyperparameters: Record<string, string>;
  environment: Record<string, string>;
  instanceType: string | null;
  instanceCount: number | null;
  volumeGb: number | null;
  maxRuntimeSeconds: number | null;
}

/**
 * Whether SageMaker means this run by a training job that it answered with: by the name as SageMaker spells it or, where that differs in
 * case only, by the ARN.
 */
export const isJobOf = (
  run: Pick<TrainingRun, 'trainingJobName' | 'trainingJobArn'>,
  job: Pick<TrainingJob, 'name' | 'arn'>,
): boolean => run.trainingJobName === job.name || run.trainingJobArn?.toLowerCase() === job.arn.toLowerCase();
