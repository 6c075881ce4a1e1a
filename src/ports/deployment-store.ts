import type { DeliveryPolicy } from '../core/delivery/policy.ts';
import type {
  Deployment,
  DeploymentOutcome,
  DeploymentProgress,
  DeploymentShapes,
  DeploymentStatus,
  Trigger,
} from '../core/deployment/deployment.ts';
import type { PinnedImage } from '../core/deployment/pin-images.ts';
import type { Page } from './page.ts';
import type { RequestKey, UsedKey } from './request-key-store.ts';

export interface NewDeployment {
  deploymentId: string;
  trigger: Trigger;
  forced: boolean;
  modelName: string;
  shapes: DeploymentShapes | null;
  /** The name of the caller's key; null where the service queues it by itself. */
  requestedBy?: string | null;
  /** Why the caller requests it, for its history; null where it is not said. */
  reason?: string | null;
  /** The deployment that it goes back to, of a rollback. */
  restores?: string | null;
  /** Whether the caller lets it pass over gate and approval. */
  overrides?: boolean;
}

export type RequestDeploymentResult =
  | UsedKey
  | { kind: 'created'; deployment: Deployment }
  /** The training has one that is queued or in progress, or (unless forced, and with no newer training live) was deployed. */
  | { kind: 'existing'; deployment: Deployment }
  /** A newer training is live or on its way on this endpoint, and the request was not forced. */
  | { kind: 'superseded'; by: Deployment }
  /** A gate, a person or a rollback turned the training down, and the request was not forced. */
  | { kind: 'rejected'; why: string }
  /** The training has one that is queued or in progress, and is made of something else than was requested. */
  | { kind: 'busy'; deployment: Deployment };

export type ClaimResult =
  | { kind: 'claimed'; deployment: Deployment }
  /** Another deployment of the endpoint is in progress, or a newer one that waits goes first. */
  | { kind: 'wait'; behind: Deployment }
  /** The endpoint is held, and this one is not forced. */
  | { kind: 'held'; detail: string }
  /** A newer training is live, or another than the one to be restored (isRestore): this deployment has just become `superseded`. */
  | { kind: 'superseded'; deployment: Deployment }
  /** It is not queued any more. */
  | { kind: 'gone' };

/** A deployment that has changed, and the one that goes next on its endpoint: the one that `claim` would not make wait. */
export interface ChangedDeployment {
  deployment: Deployment;
  next: Deployment | null;
}

/** A deployment that has ended, and those that it superseded because it went live. */
export interface EndedDeployment extends ChangedDeployment {
  superseded: readonly Deployment[];
}

/** Which deployments a list holds; an absent member lets all pass. Instants in milliseconds since 1970 UTC. */
export interface DeploymentFilter {
  endpointName?: string;
  trainingJobName?: string;
  statuses?: readonly DeploymentStatus[];
  /** Of `createdAt`, the instant itself included. */
  since?: number;
  /** The instant itself excluded. */
  until?: number;
}

export interface DeploymentStore {
  /**
   * Decided by core/deployment/decide-request.ts. `asIs` (the default): whatever an existing one is made of will do. Throws for a run that is not
   * `completed`: callers have checked.
   */
  request(params: {
    trainingJobName: string;
    deployment: NewDeployment;
    asIs?: boolean;
    /** Recorded with what it comes to: repeated, it comes to the same. */
    requestKey?: RequestKey | null;
    now: number;
  }): Promise<RequestDeploymentResult>;
  /** queued → failed, because its training is to be stopped; null when it is not queued any more. */
  withdraw(params: {
    deploymentId: string;
    failureReason: string;
    /** The name of the caller's key. */
    by?: string | null;
    /** In force now: one that ends before its turn gets it. */
    policy?: DeliveryPolicy | null;
    requestKey?: RequestKey | null;
    now: number;
  }): Promise<ChangedDeployment | null>;
  find(deploymentId: string): Promise<Deployment | null>;
  /** How many there are of each status, under the filter's other members; a status of which there is none may be absent. */
  count(filter: Omit<DeploymentFilter, 'statuses'>): Promise<{ status: DeploymentStatus; count: number }[]>;
  /** Newest first. A cursor that is none throws ServiceError `invalid_request`. */
  list(params: { filter: DeploymentFilter; page: { limit: number; cursor: string | null } }): Promise<Page<Deployment>>;
  /** Queued and in progress ones, and those that ended while SageMaker might still apply their change. */
  listUnfinished(params: {
    afterSeq: number;
    limit: number;
  }): Promise<Pick<Deployment, 'seq' | 'deploymentId' | 'trainingJobName' | 'endpointName' | 'status' | 'createdAt'>[]>;
  /** The deployment that went live last on the endpoint. */
  findLive(endpointName: string): Promise<Deployment | null>;
  /** The deployment that is `in_progress` on the endpoint. */
  findInProgress(endpointName: string): Promise<Deployment | null>;
  /** The newest deployment to the endpoint that made a model or endpoint configuration of this name, in whatever case. */
  findMaker(params: {
    endpointName: string;
    resource: { what: 'model' | 'endpoint_config'; name: string };
  }): Promise<Deployment | null>;
  /** queued → in_progress, when it is its turn: decided by core/deployment/decide-claim.ts. */
  claim(params: {
    deploymentId: string;
    deadlineAt: number;
    /** What is in force for the endpoint now: it is kept with the deployment. */
    policy?: DeliveryPolicy | null;
    now: number;
  }): Promise<ClaimResult>;
  /**
   * Claims an `in_progress` deployment again: a new fencing token, which refuses every write under the one before. `intervalMs`: how
   * often workers observe it when all is well; its limits move on by a gap without observations (limitsAfterGap), and instants that lie
   * in the future, by a clock that was put back since, become `now` (rebased).
   */
  reclaim(params: { deploymentId: string; now: number; intervalMs: number }): Promise<Deployment | null>;
  /** Whether the deployment is `in_progress` under this fencing token. */
  isClaimCurrent(params: { deploymentId: string; fencingToken: number }): Promise<boolean>;
  /** `detail`: an entry for the history; without one none is written. null when the claim is not current any more. */
  recordProgress(params: {
    deploymentId: string;
    fencingToken: number;
    progress: DeploymentProgress;
    detail?: string;
    now: number;
  }): Promise<Deployment | null>;
  /**
   * Ends a deployment; `deployed` also supersedes what waits, is older and was not forced. A failure reason that was recorded before
   * stays when the outcome has none, unless it is `deployed`. null when the claim is not current any more,
   * and where it would be `deployed` and a person has ended it meanwhile.
   */
  finish(params: {
    deploymentId: string;
    fencingToken: number;
    outcome: DeploymentOutcome;
    now: number;
  }): Promise<EndedDeployment | null>;
  /**
   * failed → deployed, of one that ended while SageMaker might still apply its change (`unsettledSince`): it went live all the same.
   * null when that is settled, or another deployment of the endpoint is in progress. Supersedes as `finish` does.
   */
  revive(params: {
    deploymentId: string;
    inServiceAt: number;
    images?: readonly PinnedImage[] | null;
    now: number;
  }): Promise<EndedDeployment | null>;
  /** Since when workers observe what becomes of such a deployment; null says that it is settled. */
  recordUnsettled(params: { deploymentId: string; since: number | null }): Promise<void>;
}
