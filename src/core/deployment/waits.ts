/** What a deployment says that it waits for, and the error that it retries: what changes with each observation. */
import { changeTiming } from '../timing.ts';
import type { EndpointDecision } from './decide-endpoint.ts';
import type { Deployment, DeploymentProgress, WaitKind } from './deployment.ts';

/** Observing the endpoint does not end these errors: the deployment does, or the change that succeeds. Their delays grow meanwhile. */
const lastingErrors: readonly string[] = ['capacity', 'internal', 'not_found', 'contradiction'];

/** Clears the recorded error, where a successful observation ends one of its kind. */
export const clearedError = ({ lastErrorKind }: Deployment): DeploymentProgress =>
  lastErrorKind === null || lastingErrors.includes(lastErrorKind) ? {} : { lastErrorKind: null, failingSince: null };

/** Whether the endpoint change failed for a transient reason. Until a retry succeeds, that reason says more than the endpoint's status. */
const isRetryingChange = ({ lastErrorKind }: Deployment): boolean => lastErrorKind === 'capacity' || lastErrorKind === 'internal';

/** Records what the deployment waits for; nothing where that is recorded already. */
export function waitingFor(deployment: Deployment, kind: WaitKind, detail: string, now: number): DeploymentProgress {
  if (kind === 'endpoint' && isRetryingChange(deployment)) return {};
  if (deployment.waitsForKind === kind && deployment.waitsForDetail === detail) return {};
  const since = deployment.waitsForKind === kind ? deployment.waitsForSince : now;
  return { waitsForKind: kind, waitsForSince: since ?? now, waitsForDetail: detail };
}

/** Records that the deployment does not wait any more. */
export const notWaiting = (deployment: Deployment): DeploymentProgress =>
  deployment.waitsForKind === null || isRetryingChange(deployment)
    ? {}
    : { waitsForKind: null, waitsForSince: null, waitsForDetail: null };

/**
 * What an observation changes that finds the endpoint not ready yet; nothing where all of it is recorded. `bake`: SageMaker's words, while it
 * watches the alarms of a rollout.
 */
export const progressWhileWaiting = (
  deployment: Deployment,
  { why, inProgress, failureReason, keepsWait = false }: Extract<EndpointDecision, { kind: 'wait' }>,
  now: number,
  bake: string | null = null,
): DeploymentProgress => ({
  ...(inProgress ? acknowledged(deployment, now) : {}),
  ...(failureReason !== null && deployment.failureReason === null ? { failureReason } : {}),
  ...clearedError(deployment),
  ...(keepsWait ? {} : bake === null ? waitingFor(deployment, 'endpoint', why, now) : waitingFor(deployment, 'bake', bake, now)),
});

/** SageMaker is seen working on the change, which acknowledges it whether or not the call had a response. */
function acknowledged({ step, endpointChange: change }: Deployment, now: number): DeploymentProgress {
  if (change === null) return {};
  // Renewed halfway through the stale read window, so that it is never older than that.
  const isRecent = change.acknowledgedAt !== null && now - change.acknowledgedAt <= changeTiming.staleReadWindowMs / 2;
  return (step === 'in_service' || step === 'revert') && isRecent
    ? {}
    : { endpointChange: { ...change, acknowledgedAt: now }, changeRequestedAt: change.requestedAt };
}
