/** What people decide about deployments and endpoints. */
import type { DeliveryPolicy } from '../core/delivery/policy.ts';
import type { Approval } from '../core/deployment/delivery-state.ts';
import type { ApprovalDecision, Decision } from '../core/deployment/decide-approval.ts';
import type { RollbackDecision } from '../core/deployment/decide-rollback.ts';
import type { Deployment } from '../core/deployment/deployment.ts';
import type { EndpointRecord } from '../core/deployment/endpoint-record.ts';
import type { ChangedDeployment } from './deployment-store.ts';
import type { RequestKey, UsedKey } from './request-key-store.ts';

export type DecideResult =
  | ({ kind: 'decided' } & ChangedDeployment)
  | { kind: Exclude<ApprovalDecision['kind'], 'apply'>; deployment: Deployment };

export type AbortResult =
  /** It waited, and is `rejected` now. */
  | ({ kind: 'rejected' } & ChangedDeployment)
  /** Recorded for the worker that has it. */
  | { kind: 'recorded'; deployment: Deployment }
  | { kind: 'same' | 'over'; deployment: Deployment };

export type RollbackResult =
  | UsedKey
  | { kind: 'created'; deployment: Deployment; rejected: readonly Deployment[]; next: Deployment | null }
  | Exclude<RollbackDecision, { kind: 'create' }>;

export interface DeliveryStore {
  /**
   * in_progress → awaiting_approval, which holds no endpoint. null when the claim is not current any more, and for one that a person has
   * ended meanwhile.
   */
  awaitApproval(params: {
    deploymentId: string;
    fencingToken: number;
    approval: Approval;
    detail: string;
    /** Of the page where a person decides, behind what the paths of the API follow. */
    approvalPath?: string;
    now: number;
  }): Promise<ChangedDeployment | null>;
  /** awaiting_approval → queued or rejected, by core/deployment/decide-approval.ts; null for a deployment that is not there. */
  decide(params: { deploymentId: string; decision: Decision; now: number }): Promise<DecideResult | null>;
  /** awaiting_approval → rejected, once the approval has expired; null before that, and for one that does not wait for it. */
  expire(params: { deploymentId: string; now: number }): Promise<ChangedDeployment | null>;
  /**
   * By core/deployment/decide-abort.ts: ends a deployment that waits, or records the request for its worker. null for one that is not there.
   * `policy`: in force now; one that ends before its turn gets it.
   */
  abort(params: {
    deploymentId: string;
    by: string | null;
    reason: string;
    policy?: DeliveryPolicy | null;
    now: number;
  }): Promise<AbortResult | null>;
  /**
   * Queues a deployment of what was live before, turns down the training that is live, and rejects what waits for a training from before
   * the rollback: decided by core/deployment/decide-rollback.ts. `hold`: the endpoint is held as well. `policy`: as of `abort`.
   */
  rollBack(params: {
    endpointName: string;
    to: string | null;
    deploymentId: string;
    by: string | null;
    reason: string;
    hold: boolean;
    policy?: DeliveryPolicy | null;
    /** Recorded with the deployment: repeated, it goes back no further. */
    requestKey?: RequestKey | null;
    now: number;
  }): Promise<RollbackResult>;
}

/** Alarms of CloudWatch that the service makes for rollouts. */
export interface GuardAlarmStore {
  /** Before they are made. */
  record(params: { deploymentId: string; names: readonly string[]; now: number }): Promise<void>;
  /** Those whose deployment has ended, and is not observed any more. */
  listEnded(limit: number): Promise<string[]>;
  /** Once CloudWatch has confirmed that they are gone. */
  forget(names: readonly string[]): Promise<void>;
}

export interface EndpointStore {
  /** null for an endpoint that was never held, rolled back or read. */
  find(endpointName: string): Promise<EndpointRecord | null>;
  /** Holds it, or holds it for another reason. */
  hold(params: { endpointName: string; by: string | null; reason: string; now: number }): Promise<EndpointRecord>;
  /** Releases it. `next`: the deployment that goes next. null where it is not held. */
  release(params: {
    endpointName: string;
    by: string | null;
    reason: string | null;
    now: number;
  }): Promise<{ record: EndpointRecord; next: Deployment | null } | null>;
  /** Records what the tags of an endpoint say, where the database knows nothing of it. */
  learn(record: Omit<EndpointRecord, 'tagsDue'>): Promise<void>;
  /** Those whose tags at SageMaker are to be written. */
  listTagsDue(limit: number): Promise<EndpointRecord[]>;
  /** The tags say what this record says; nothing where it has changed since. */
  recordTagged(record: EndpointRecord): Promise<void>;
  /** All endpoints that the database knows, by name: of a deployment, a run or a record of its own. */
  listNames(): Promise<string[]>;
  /** What was live on the endpoint, the newest first, without what is live; each content once. */
  listFormer(params: { endpointName: string; limit: number }): Promise<Deployment[]>;
}
