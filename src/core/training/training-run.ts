import type { TurnedDown } from '../deployment/delivery-state.ts';
import type { FailureKind } from '../failure-kind.ts';
import type { Actor } from '../history.ts';
import { hasPassed } from '../instants.ts';
import type { ShapeLayers } from '../shapes/shape-layers.ts';
import type { ShapeObject } from '../shapes/shapes.ts';
import { startTiming } from '../timing.ts';

/** The statuses of a training run, as users see them. */
export const trainingRunStatuses = ['requested', 'training', 'completed', 'failed', 'stopped', 'timed_out'] as const;
export type TrainingRunStatus = (typeof trainingRunStatuses)[number];

/**
 * Statuses in which no worker polls the training. `timed_out` ends monitoring only: an event or a requested deployment may still find how
 * the training ended.
 */
export const finishedRunStatuses = ['completed', 'failed', 'stopped', 'timed_out'] as const;
export type FinishedRunStatus = (typeof finishedRunStatuses)[number];

/** Statuses in which a check observes the run. */
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

/** A request in the form of the version before (legacy-request.ts). */
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
  /**
   * What the run is made of: the training without nulls, model and endpoint configuration with those that take something away. null for an
   * adopted training until it has ended, and for a run of the version before.
   */
  shapes: ShapeLayers | null;
  /** As the version before records it, for its programs and for its runs. */
  request: TrainingRequest | null;
  /** Of an adopted run: the digest of what its record held of model and endpoint configuration, by its tags; null where they have none. */
  contentDigest: string | null;
  /** null where the service's own setting holds. */
  servingImage: string | null;
  idempotencyKey: string | null;
  idempotencyHash: string | null;
  /** When the training was requested, by the service's clock; of an adopted one, SageMaker's CreationTime. To show, not to order by. */
  createdAt: number;
  updatedAt: number;
  finishedAt: number | null;
  /** The detector of the end. */
  finishedBy: Actor | null;
  /** When the last start lease was acquired; null when it was released, since its attempt created no training. */
  startAttemptedAt: number | null;
  startAttempts: number;
  /**
   * When the latest attempt before the last one began whose outcome was never known: it may have created the training. null where SageMaker
   * rejected each of them.
   */
  startUnresolvedAt: number | null;
  /** Since when SageMaker refuses the start for a reason that may be permanent. The run's own check retries it, and no line waits for it. */
  startRefusedSince: number | null;
  /** Since when SageMaker is known to have the job: the time limit of monitoring counts from here. */
  trainingSinceAt: number | null;
  stopRequestedAt: number | null;
  /** When the request was refused with 503 although its training may have been started. Workers stop or discard such a run. */
  abandonedAt: number | null;
  /** SageMaker's TrainingEndTime. */
  trainingEndedAt: number | null;
  failureKind: FailureKind | null;
  /** SageMaker's CreationTime, by which trainings are ordered; null until SageMaker has shown it. */
  trainingCreatedAt: number | null;
  /** Since when a time limit is exceeded. It ends the run when a second observation, an interval later, agrees. */
  overdueSince: number | null;
  /** The training had ended before it was adopted from SageMaker. */
  foundEnded: boolean;
  /** The name of the key with which it was requested; null where the service adopted it, and for one of the version before. */
  requestedBy: string | null;
  reason: string | null;
  /** The caller's span, of which the trace of the run is a part: a `traceparent`; null where there is none. */
  traceParent: string | null;
  /** Why only a person deploys it again; null for one that was not turned down. */
  turnedDown: TurnedDown | null;
  /** Whether its tag at SageMaker does not say so yet. */
  tagsDue: boolean;
}

/** Whether the service did not start the training of the run: CreateTrainingJob is sent under a start lease, which counts an attempt. */
export const isAdopted = ({ status, startAttempts }: Pick<TrainingRun, 'status' | 'startAttempts'>): boolean =>
  status !== 'requested' && startAttempts === 0;

/** How a run ended. */
export interface TrainingOutcome {
  status: Exclude<TrainingRunStatus, 'requested' | 'training'>;
  secondaryStatus: string | null;
  failureReason: string | null;
  modelArtifact: string | null;
  metrics: Record<string, number> | null;
  trainingEndedAt: number | null;
  failureKind: FailureKind | null;
  /** SageMaker's CreationTime; null where the job was not observed. */
  trainingCreatedAt: number | null;
  /** Text for the history, where it is not the failure reason. */
  detail?: string;
}

/** Returns an outcome with null for each field that is left out. */
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

/** Statuses at SageMaker in which a training job has ended (docs/reference/sagemaker-behavior.md#training-job-statuses). */
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
  /** When its instances were ready; null until then. */
  startedAt: number | null;
  endedAt: number | null;
  modifiedAt: number | null;
  /** null when SageMaker does not say, as for a job that never received instances. */
  billableSeconds: number | null;
  /** The phases so far, in order, with SageMaker's message for people. */
  phases: { status: string; message: string | null }[];
  /** Of the metrics, those whose last value is no number. */
  oddMetrics: string[];
  /** The members of CreateTrainingJob, as SageMaker shows them. */
  shape: ShapeObject;
}

/**
 * Whether a training job in a response of SageMaker is this run's: by its name as SageMaker spells it or, where that differs in case
 * only, by its ARN.
 */
export const isJobOf = (
  run: Pick<TrainingRun, 'trainingJobName' | 'trainingJobArn'>,
  job: Pick<TrainingJob, 'name' | 'arn'>,
): boolean => run.trainingJobName === job.name || run.trainingJobArn?.toLowerCase() === job.arn.toLowerCase();
