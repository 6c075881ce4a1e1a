import type { FailureKind } from '../failure-kind.ts';
import type { Actor } from '../history.ts';

/** The statuses of a deployment, as users see them. */
export const deploymentStatuses = ['queued', 'in_progress', 'deployed', 'rolled_back', 'failed', 'superseded'] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];

export const activeDeploymentStatuses = ['queued', 'in_progress'] as const;
export const finishedDeploymentStatuses = ['deployed', 'rolled_back', 'failed', 'superseded'] as const;

export const isFinishedDeployment = (status: DeploymentStatus): boolean =>
  (finishedDeploymentStatuses as readonly string[]).includes(status);

/** Who noticed that a training was completed, or asked for the deployment. */
export const triggers = ['poll', 'event', 'api', 'reconcile'] as const;
export type Trigger = (typeof triggers)[number];

/** A deployment by which the service puts back what is live; nobody else asks for one like this. */
export const isRestore = ({ forced, trigger }: { forced: boolean; trigger: Trigger }): boolean =>
  forced && trigger === 'reconcile';

/**
 * How far a deployment has come; each step is persisted after SageMaker confirmed it. `settle`: SageMaker was seen working on the
 * endpoint.
 */
export const deploymentSteps = ['model', 'endpoint_config', 'endpoint', 'settle'] as const;
export type DeploymentStep = (typeof deploymentSteps)[number];

export type EndpointAction = 'create' | 'update' | 'delete';

/** What a deployment waits for, as users see it. */
export const waitKinds = ['turn', 'hold', 'approval', 'alarm', 'endpoint', 'sagemaker', 'bake'] as const;
export type WaitKind = (typeof waitKinds)[number];

/** One deployment: a row of the database, with instants in milliseconds since 1970 UTC. */
export interface Deployment {
  seq: number;
  deploymentId: string;
  runSeq: number;
  trainingJobName: string;
  endpointName: string;
  status: DeploymentStatus;
  step: DeploymentStep;
  forced: boolean;
  trigger: Trigger;
  /** Which attempt of this training run it is, from 1. */
  attempts: number;
  modelName: string;
  endpointConfigName: string | null;
  /** The effect on the endpoint that was about to be asked for, persisted before the call. */
  requestedAction: EndpointAction | null;
  requestedAt: number | null;
  /** When SageMaker confirmed the call, or was last seen working on it. */
  acknowledgedAt: number | null;
  /** The endpoint's LastModifiedTime before the call, to tell a stale or a settled answer from ours. */
  baselineModifiedAt: number | null;
  /** The endpoint configuration that was live before the call: where a rollback returns to. */
  previousEndpointConfigName: string | null;
  failureReason: string | null;
  supersededBy: string | null;
  /** A lasting trouble (access denied, quota, …), so that its grace or deadline survives a restart. */
  lastErrorKind: string | null;
  failingSince: number | null;
  /** Counts up whenever a worker takes the deployment in hand; a write with an older fence is refused. */
  fencingToken: number;
  trainingCreatedAt: number;
  createdAt: number;
  startedAt: number | null;
  deadlineAt: number | null;
  finishedAt: number | null;
  /** When the training ended, as SageMaker tells; null when it does not. */
  trainingEndedAt: number | null;
  /** When the training's completion was recorded, and which detector did it. */
  detectedAt: number | null;
  detectedBy: Actor | null;
  /** When the endpoint went into service on this deployment's configuration: SageMaker's LastModifiedTime. */
  inServiceAt: number | null;
  failureKind: FailureKind | null;
  /** Since when its time limit is seen to be over; a second look, an interval later, has to agree before that ends it. */
  overdueSince: number | null;
  /** It was ended while SageMaker might still bring about what was asked for: what comes of that is still looked at. */
  unsettledSince: number | null;
  /** What it waits for, since when, and in words; null while it moves, and when it is over. */
  waitsForKind: WaitKind | null;
  waitsForSince: number | null;
  waitsForDetail: string | null;
  /** Which in the order of going live on its endpoint it is; null when it never was live. */
  liveOrder: number | null;
  /** Nothing is asked for again before this instant: SageMaker had no capacity. */
  retryAt: number | null;
  /** When a worker last had it in hand: time in which nobody looked is no part of its time limit. */
  observedAt: number | null;
  /** What its endpoint configuration is made of, so that it can be made again. */
  variant: ProductionVariant | null;
}

/** How a deployment ended; `detail` is what its history tells. */
export interface DeploymentOutcome {
  status: Exclude<DeploymentStatus, 'queued' | 'in_progress'>;
  failureReason: string | null;
  failureKind?: FailureKind | null;
  detail: string | null;
  /** With `failed`: SageMaker may still bring about what was asked for, and is looked at until it is settled. */
  unsettled?: boolean;
  /** With `superseded`: the training job that goes in its place. */
  supersededBy?: string;
  /** With `deployed`: when the endpoint went into service, as SageMaker tells. */
  inServiceAt?: number;
}

/** What a step may record; an absent field stays as it is. */
export interface DeploymentProgress {
  step?: DeploymentStep;
  endpointConfigName?: string;
  requestedAction?: EndpointAction | null;
  requestedAt?: number | null;
  acknowledgedAt?: number | null;
  baselineModifiedAt?: number | null;
  previousEndpointConfigName?: string | null;
  failureReason?: string | null;
  lastErrorKind?: string | null;
  failingSince?: number | null;
  overdueSince?: number | null;
  retryAt?: number | null;
  variant?: ProductionVariant;
  waitsForKind?: WaitKind | null;
  waitsForSince?: number | null;
  waitsForDetail?: string | null;
}

/** An endpoint as SageMaker describes it; the status is a plain string, because SageMaker adds new ones. */
export interface Endpoint {
  name: string;
  arn: string;
  status: string;
  endpointConfigName: string | null;
  pendingEndpointConfigName: string | null;
  failureReason: string | null;
  createdAt: number;
  modifiedAt: number;
  variantNames: string[];
}

export interface Model {
  name: string;
  arn: string;
  image: string | null;
  modelDataUrl: string | null;
  roleArn: string | null;
}

export interface ProductionVariant {
  variantName: string;
  modelName: string;
  instanceType: string;
  instanceCount: number;
}

export interface EndpointConfig {
  name: string;
  arn: string;
  variants: ProductionVariant[];
}
