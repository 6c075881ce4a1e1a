/** What the policy of a delivery makes of one deployment: kept with its row. Instants in milliseconds since 1970 UTC. */
import type { FailureKind } from '../failure-kind.ts';
import type { ShapeObject } from '../shapes/shapes.ts';

export const approvalStatuses = ['pending', 'approved', 'rejected', 'expired'] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** A decision by a person that a deployment needs or has. */
export interface Approval {
  status: ApprovalStatus;
  /** Who decided; null until then, and for one that expired. */
  by: string | null;
  reason: string | null;
  requestedAt: number;
  decidedAt: number | null;
  expiresAt: number;
  /** The digest of what would be deployed: a decision is about this content alone. */
  content: string;
  /** Whether the one who requested the deployment may not decide. */
  notByRequester: boolean;
}

/** The request of a person to end a deployment that is in progress. */
export interface Abort {
  by: string | null;
  reason: string;
  at: number;
}

/** The way back to the endpoint configuration from before, once the deployment's own has reached the endpoint. */
export interface Revert {
  /** The endpoint configuration that served before. */
  to: string;
  reason: string;
  failureKind: FailureKind;
  since: number;
}

/** An alarm that watches a rollout, as it was seen last. */
export interface RolloutAlarm {
  name: string;
  /** Whether the service made it for this deployment, and removes it. */
  isOwn: boolean;
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | null;
  /** When it was first seen in ALARM while the rollout was in progress. */
  alarmedAt: number | null;
}

export interface Rollout {
  /** In force; another one than wished for where the live fleet is too small for that. */
  strategy: 'all_at_once' | 'canary' | 'linear' | 'rolling';
  /** As SageMaker shows it; null before it began. */
  phase: string | null;
  trafficPercent: number | null;
  alarms: readonly RolloutAlarm[];
  /** The DeploymentConfig of UpdateEndpoint, as it is sent; null for an endpoint that is created. */
  deploymentConfig: ShapeObject | null;
}

export const verificationStatuses = ['pending', 'passed', 'failed'] as const;
export type VerificationStatus = (typeof verificationStatuses)[number];

/** What the live endpoint answered to the requests of the policy. */
export interface Verification {
  status: VerificationStatus;
  /** How many requests the policy has. */
  requests: number;
  /** One sentence for each request that was not answered as expected. */
  failures: readonly string[];
}

export const turnedDownKinds = ['gate', 'person', 'rollback'] as const;

/** Why only a person deploys the model of a training again. */
export interface TurnedDown {
  how: (typeof turnedDownKinds)[number];
  by: string | null;
  reason: string | null;
  at: number;
}
