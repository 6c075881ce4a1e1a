import type { DeliveryPolicy } from '../delivery/policy.ts';
import type { FailureKind } from '../failure-kind.ts';
import type { Actor } from '../history.ts';
import type { ShapeLayers } from '../shapes/shape-layers.ts';
import type { ShapeObject } from '../shapes/shapes.ts';
import type { EndpointVariant, PendingDeployment } from './endpoint-variant.ts';
import type { GateResult } from './decide-gate.ts';
import type { Abort, Approval, Revert, Rollout, TurnedDown, Verification } from './delivery-state.ts';
import type { PinnedImage } from './pin-images.ts';
import type { DeploymentStep } from './steps.ts';

/** The statuses of a deployment, as users see them. */
export const deploymentStatuses = [
  'queued',
  'awaiting_approval',
  'in_progress',
  'deployed',
  'rolled_back',
  'failed',
  'superseded',
  'rejected',
] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];

export const activeDeploymentStatuses = ['queued', 'awaiting_approval', 'in_progress'] as const;
/** One that awaits an approval holds no endpoint. */
export const endpointDeploymentStatuses = ['queued', 'in_progress'] as const;
export const finishedDeploymentStatuses = ['deployed', 'rolled_back', 'failed', 'superseded', 'rejected'] as const;
export type FinishedDeploymentStatus = (typeof finishedDeploymentStatuses)[number];

export const isFinishedDeployment = (status: DeploymentStatus): boolean =>
  (finishedDeploymentStatuses as readonly string[]).includes(status);

/** What caused the deployment: the detector of the training's end, a caller, the reconciler, or a rollback. */
export const triggers = ['poll', 'event', 'api', 'reconcile', 'rollback'] as const;
export type Trigger = (typeof triggers)[number];

/** Who is said to have made the change that a trigger leads to: a rollback is a caller's. */
export const actorOf = (trigger: Trigger): Actor => (trigger === 'rollback' ? 'api' : trigger);

/** Whether it is a restore, by which the service puts the live model back. No caller can request one like this. */
export const isRestore = ({ forced, trigger }: { forced: boolean; trigger: Trigger }): boolean =>
  forced && trigger === 'reconcile';

export type EndpointAction = 'create' | 'update' | 'delete';

/** Whether it brings back what was live before: neither gate nor approval, and all at once. */
export const isReturn = (deployment: { forced: boolean; trigger: Trigger }): boolean =>
  deployment.trigger === 'rollback' || isRestore(deployment);

/** One change of the endpoint, recorded before the call that requests it. */
export interface EndpointChange {
  action: EndpointAction;
  requestedAt: number;
  /** When SageMaker responded, with whatever result; null while the request may be in flight. */
  respondedAt: number | null;
  /** When SageMaker confirmed the call, or was last seen working on the change; null while neither is known. */
  acknowledgedAt: number | null;
  /** The endpoint before the change, which tells a stale read from a result and says where a rollback returns to; null without one. */
  baseline: { modifiedAt: number; endpointConfigName: string | null } | null;
}

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
  /** The change that was requested last; null before the first one, and after one that failed for a transient reason. */
  endpointChange: EndpointChange | null;
  /** When the last change was requested that SageMaker confirmed; stays when that change fails, since a metric counts it. */
  changeRequestedAt: number | null;
  failureReason: string | null;
  supersededBy: string | null;
  /** The error that is being retried, recorded so that its retry budget survives a restart. */
  lastErrorKind: string | null;
  failingSince: number | null;
  /** Each claim raises it; a write with an older one is refused. */
  fencingToken: number;
  trainingCreatedAt: number;
  createdAt: number;
  startedAt: number | null;
  deadlineAt: number | null;
  finishedAt: number | null;
  /** SageMaker's TrainingEndTime; null where it gives none. */
  trainingEndedAt: number | null;
  /** When the training's completion was recorded, and by which detector. */
  detectedAt: number | null;
  detectedBy: Actor | null;
  /** When the endpoint went into service on this deployment's configuration: SageMaker's LastModifiedTime. */
  inServiceAt: number | null;
  failureKind: FailureKind | null;
  /** Since when observations find its time limit exceeded; the limit ends it when a second one, an interval later, agrees. */
  overdueSince: number | null;
  /** Since when it is unsettled: ended here while SageMaker may still complete it, and observed until that is known. */
  unsettledSince: number | null;
  /** What it waits for, since when, and in words; null while it does not wait, and after its end. */
  waitsForKind: WaitKind | null;
  waitsForSince: number | null;
  waitsForDetail: string | null;
  /** Its place in the order in which deployments went live on the endpoint; null where it never was live. */
  liveOrder: number | null;
  /** No change is requested before this instant: the last one failed for a transient reason. */
  retryAt: number | null;
  /** When a worker last claimed it: a gap without an observation is no part of its time limit. */
  observedAt: number | null;
  /** The content of its endpoint configuration, as the version before records it. */
  variant: ProductionVariant | null;
  /** What it is made of, where that is not what the run has kept; null for one of the version before. */
  shapes: DeploymentShapes | null;
  /** The request of its endpoint configuration without name and tags, so that it can be recreated. */
  endpointConfig: ShapeObject | null;
  /** What was in force when its turn came; null before that, and for one of the version before. */
  policy: DeliveryPolicy | null;
  gate: GateResult | null;
  approval: Approval | null;
  rollout: Rollout | null;
  verification: Verification | null;
  abort: Abort | null;
  revert: Revert | null;
  /** The name of the key with which it was requested; null for one that the service queued by itself. */
  requestedBy: string | null;
  reason: string | null;
  /** The deployment that a rollback goes back to; null for all others. */
  restores: string | null;
  /** Whether a person lets it pass over gate and approval. */
  overrides: boolean;
  /** What SageMaker made of the model's images when it went live; null where it never did, and where SageMaker does not say. */
  images: readonly PinnedImage[] | null;
  /** When its model and configuration were deleted by the policy's retention; null while they are there, as far as is known. */
  cleanedUpAt: number | null;
}

/** Model and endpoint configuration of one deployment, with the nulls of what they take away from a live endpoint. */
export type DeploymentShapes = Pick<ShapeLayers, 'model' | 'endpointConfig'>;

/** How a deployment ended; `detail` goes to its history. */
export interface DeploymentOutcome {
  status: Exclude<DeploymentStatus, 'queued' | 'awaiting_approval' | 'in_progress'>;
  failureReason: string | null;
  failureKind?: FailureKind | null;
  detail: string | null;
  /** With `failed`: SageMaker may still complete it, so the endpoint is observed until that is known. */
  unsettled?: boolean;
  /** With `rejected` and `rolled_back`: why only a person deploys this training again. */
  turnedDown?: TurnedDown;
  /** With `superseded`: the training job that is deployed in its place. */
  supersededBy?: string;
  /** With `deployed`: when the endpoint went into service, by SageMaker's LastModifiedTime. */
  inServiceAt?: number;
}

/** What a step may record; an absent field stays as it is. */
export interface DeploymentProgress {
  step?: DeploymentStep;
  endpointConfigName?: string;
  endpointChange?: EndpointChange | null;
  changeRequestedAt?: number | null;
  failureReason?: string | null;
  lastErrorKind?: string | null;
  failingSince?: number | null;
  overdueSince?: number | null;
  retryAt?: number | null;
  variant?: ProductionVariant;
  endpointConfig?: ShapeObject;
  waitsForKind?: WaitKind | null;
  waitsForSince?: number | null;
  waitsForDetail?: string | null;
  gate?: GateResult;
  approval?: Approval;
  rollout?: Rollout | null;
  verification?: Verification;
  revert?: Revert;
  images?: readonly PinnedImage[];
  inServiceAt?: number;
  deadlineAt?: number;
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
  /** The fleets that serve; none before the endpoint was first InService. */
  variants: EndpointVariant[];
  /** What an update or the creation brings; null while none is in progress. */
  pendingDeployment: PendingDeployment | null;
  /** The DeploymentConfig that was used last, as SageMaker shows it. */
  lastDeploymentConfig: ShapeObject | null;
}

export interface Model {
  name: string;
  arn: string;
  /** The members of CreateModel, as SageMaker shows them. */
  shape: ShapeObject;
}

/** The version before knew one variant of four members. */
export interface ProductionVariant {
  variantName: string;
  modelName: string;
  instanceType: string;
  instanceCount: number;
}

export interface EndpointConfig {
  name: string;
  arn: string;
  /** The members of CreateEndpointConfig, as SageMaker shows them. */
  shape: ShapeObject;
}
