/** What the soak reads of the service's records. */
import type { DeploymentStatus, Trigger } from '../../src/core/deployment/deployment.ts';

/** A deployment as the database records it; instants in milliseconds since 1970 UTC. */
export interface DeploymentRecord {
  seq: number;
  runSeq: number;
  trainingJobName: string;
  endpointName: string;
  status: DeploymentStatus;
  forced: boolean;
  trigger: Trigger;
  attempts: number;
  endpointConfigName: string | null;
  failureReason: string | null;
  trainingCreatedAt: number;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  /** Its position in the order in which deployments went live on the endpoint. */
  liveOrder: number | null;
  /** JSON: the way back, with the configuration that it leads to; a person's request to end it; what the endpoint responded. */
  revert?: string | null;
  abort?: string | null;
  verification?: string | null;
}

export interface HistoryRecord {
  at: number;
  trainingJobName: string;
  subject: string;
  from: string | null;
  to: string;
  actor: string;
  detail: string | null;
  attempt: number | null;
}
