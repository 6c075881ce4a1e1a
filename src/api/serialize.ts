/** Rows as the API shows them. */
import type { Deployment } from '../core/deployment/deployment.ts';
import { deploymentPath, linksOfDeployment, viewOfDeployment } from '../core/deployment/deployment-view.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { DeploymentDetails } from '../services/deployment/get-deployment.ts';
import type { EndpointStatus } from '../services/deployment/get-endpoint-status.ts';
import type { RunDetails } from '../services/training/get-run.ts';
import { withoutNulls } from '../core/shapes/merge-shapes.ts';
import { redactShape } from '../core/shapes/redact-shape.ts';
import { noLayers } from '../core/shapes/shape-layers.ts';
import { trainingOf } from '../core/training/run-shapes.ts';
import { viewOfRun } from '../core/training/run-view.ts';
import type { RunView } from '../ports/store.ts';
import { bindCursor } from './bound-cursor.ts';
import { boardPath } from './pages/board.ts';
import type { DeploymentBody, DeploymentDetailsBody } from './schemas/deployment.ts';
import type { EndpointStatusBody } from './schemas/endpoint-status.ts';
import type { HistoryEntryBody } from './schemas/history.ts';
import type { TrainingRunBody, TrainingRunDetailsBody } from './schemas/training-run.ts';

export const isoTime = (at: number): string => new Date(at).toISOString();
export const isoTimeOrNull = (at: number | null): string | null => (at === null ? null : isoTime(at));

/** Links always carry the base path: every route is served under it, and a proxy may strip it without a word. */
export function serializeRun(run: RunView, basePath: string): TrainingRunBody {
  const job = encodeURIComponent(run.trainingJobName);
  const endpoint = encodeURIComponent(run.endpointName);
  return {
    ...viewOfRun(run),
    links: {
      self: `${basePath}/training-jobs/${job}`,
      deploy: `${basePath}/deploy/${job}`,
      stop: `${basePath}/training-jobs/${job}/stop`,
      endpoint_status: `${basePath}/endpoint-status?endpoint_name=${endpoint}`,
      deployments: `${basePath}/deployments?endpoint_name=${endpoint}`,
      queue: `${basePath}${boardPath}`,
    },
  };
}

/** With links as those of a run. */
export const serializeDeployment = (deployment: Deployment, basePath: string): DeploymentBody => ({
  ...viewOfDeployment(deployment),
  links: linksOfDeployment(deployment, basePath),
});

/** It has no links: the same under every prefix. */
export const serializeHistoryEntry = (entry: HistoryEntry): HistoryEntryBody => ({
  id: entry.id,
  at: isoTime(entry.at),
  training_job_name: entry.trainingJobName,
  endpoint_name: entry.endpointName,
  deployment_id: entry.deploymentId,
  subject: entry.subject,
  from: entry.from,
  to: entry.to,
  actor: entry.actor,
  by: entry.by,
  reason: entry.reason,
  detail: entry.detail,
  repeats: entry.repeats,
  last_at: isoTime(entry.lastAt),
});

export function serializeRunDetails(
  { run, deployments, history, hasEarlierHistory }: RunDetails,
  basePath: string,
): TrainingRunDetailsBody {
  const job = encodeURIComponent(run.trainingJobName);
  const earlier = bindCursor(deployments.nextCursor, { path: '/deployments', filter: { trainingJobName: run.trainingJobName } });
  return {
    ...serializeRun(run, basePath),
    request: serializeRequest(run),
    deployments: deployments.items.map((one) => serializeDeployment(one, basePath)),
    earlier_deployments:
      earlier === null ? null : `${basePath}/deployments?training_job_name=${job}&cursor=${encodeURIComponent(earlier)}`,
    ...serializeHistory({ history, hasEarlierHistory }, `${basePath}/training-jobs/${job}`),
  };
}

export const serializeDeploymentDetails = (
  { deployment, ...history }: DeploymentDetails,
  basePath: string,
): DeploymentDetailsBody => ({
  ...serializeDeployment(deployment, basePath),
  ...serializeHistory(history, deploymentPath(deployment, basePath)),
});

/** `self`: where it is shown with its history. */
function serializeHistory({ history, hasEarlierHistory }: Pick<RunDetails, 'history' | 'hasEarlierHistory'>, self: string) {
  const [oldest] = history;
  return {
    history: history.map(serializeHistoryEntry),
    earlier_history: hasEarlierHistory && oldest !== undefined ? `${self}?history_before=${oldest.id}` : null,
  };
}

/** What is requested of SageMaker; null where that is not known yet. */
function serializeRequest(run: RunView): TrainingRunDetailsBody['request'] {
  const training = trainingOf(run);
  if (training === null) return null;
  const { model, endpointConfig } = run.shapes ?? noLayers;
  return {
    create_training_job: redactShape({ TrainingJobName: run.trainingJobName, ...training }),
    create_model: redactShape(withoutNulls('CreateModel', model)),
    create_endpoint_config: redactShape(withoutNulls('CreateEndpointConfig', endpointConfig)),
  };
}

export const serializeEndpointStatus = (status: EndpointStatus): EndpointStatusBody => ({
  endpoint_name: status.endpointName,
  status: status.status,
  created_at: isoTime(status.createdAt),
  modified_at: isoTime(status.lastModifiedAt),
  last_modified_time: isoTime(status.lastModifiedAt),
  creation_time: isoTime(status.createdAt),
  endpoint_config_name: status.endpointConfigName,
  training_job_name: status.trainingJobName,
  failure_reason: status.failureReason,
});
