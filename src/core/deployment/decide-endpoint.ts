/**
 * What a deployment that has its endpoint configuration does next: a pure function of the row, an observation of the endpoint and the
 * instant.
 *
 * `InService` alone does not mean deployed (docs/reference/sagemaker-behavior.md#a-failed-update-rolls-back): the endpoint has to be on
 * the deployment's own configuration. After a failed update SageMaker shows `InService` on the old configuration, and for a moment
 * right after UpdateEndpoint too (docs/reference/sagemaker-behavior.md#inservice-may-be-stale-after-updateendpoint). So the row holds
 * the requested change, whether SageMaker confirmed it, and the endpoint's state from before.
 */
import type { Deployment, DeploymentOutcome, Endpoint, EndpointAction } from './deployment.ts';
import { advised } from '../sagemaker/missing-permission.ts';
import { hasChanged, isApplying, isEndOfChange, isPossiblyInFlight, mayBeStaleRead, mayStillGoLive } from './endpoint-change.ts';
import { endpointFailureKind, transientFailure } from './endpoint-failure.ts';
import { type Deadline, outOfTime } from './time-limit.ts';

export type EndpointDecision =
  | { kind: 'create' }
  | { kind: 'update' }
  | { kind: 'delete' }
  /** Observe again later. `inProgress`: SageMaker is seen working on the requested change. */
  | {
      kind: 'wait';
      why: string;
      inProgress: boolean;
      failureReason: string | null;
      /** What is recorded says more. */ keepsWait?: boolean;
    }
  /** The change failed for a transient reason, and is requested again later. `reason`: SageMaker's words. */
  | { kind: 'retry'; cause: 'capacity' | 'internal'; reason: string; outcome: DeploymentOutcome }
  | { kind: 'finish'; outcome: DeploymentOutcome };

type Own = Pick<
  Deployment,
  | 'step'
  | 'endpointConfigName'
  | 'endpointChange'
  | 'failureReason'
  | 'startedAt'
  | 'deadlineAt'
  | 'retryAt'
  | 'lastErrorKind'
  | 'waitsForKind'
  | 'waitsForDetail'
>;

/** `endpoint`: null where SageMaker finds none. */
export function decideEndpoint(
  deployment: Own,
  endpoint: Endpoint | null,
  now: number,
  deadline: Deadline = 'in_time',
): EndpointDecision {
  const wanted = endpoint === null ? decideAbsent(deployment, now) : decidePresent(deployment, endpoint, now);
  return applyTimeLimit(deployment, applyWaits(deployment, wanted, now), deadline);
}

/** Nothing is requested while the same request may still arrive, nor before a retry is due. */
function applyWaits({ endpointChange: change, retryAt }: Own, wanted: EndpointDecision, now: number): EndpointDecision {
  if (!isAction(wanted)) return wanted;
  if (change?.action === wanted.kind && isPossiblyInFlight(change, now)) {
    return wait(`the requested ${wanted.kind} has no response and may still arrive`);
  }
  return retryAt !== null && now < retryAt ? wait(`the ${wanted.kind} is retried later`) : wanted;
}

/** After the time limit nothing begins; once a second observation agrees, the limit ends what has not settled. */
function applyTimeLimit(deployment: Own, decision: EndpointDecision, deadline: Deadline): EndpointDecision {
  if (deadline === 'in_time' || decision.kind === 'finish') return decision;
  if (deadline === 'confirm')
    return decision.kind === 'wait'
      ? decision
      : { ...wait('the time limit is exceeded; observing once more'), ...keptWait(deployment) };
  if (decision.kind === 'retry') return { kind: 'finish', outcome: decision.outcome };
  const why = decision.kind === 'wait' ? decision.why : lateAction(deployment, decision.kind);
  return { kind: 'finish', outcome: outOfTime(deployment, why) };
}

/** The alarm that it waited for is why it is late. */
const keptWait = ({ waitsForKind }: Own): { keepsWait?: boolean } => (waitsForKind === 'alarm' ? { keepsWait: true } : {});

const lateAction = ({ endpointChange, waitsForKind, waitsForDetail }: Own, action: EndpointAction): string =>
  waitsForKind === 'alarm' && waitsForDetail !== null
    ? waitsForDetail
    : action === endpointChange?.action
      ? `the ${action} was requested and has not happened`
      : `the ${action} was still to come`;

const isAction = (decision: EndpointDecision): decision is { kind: EndpointAction } =>
  decision.kind === 'create' || decision.kind === 'update' || decision.kind === 'delete';

function decideAbsent({ endpointChange: change }: Own, now: number): EndpointDecision {
  const mayBeStale = change !== null && change.action !== 'delete' && mayBeStaleRead(change, now);
  return mayBeStale ? wait('the endpoint is not visible yet') : { kind: 'create' };
}

function decidePresent(deployment: Own, endpoint: Endpoint, now: number): EndpointDecision {
  switch (endpoint.status) {
    case 'InService':
      return decideInService(deployment, endpoint, now);
    case 'Failed':
      return decideFailed(deployment, endpoint, now);
    case 'UpdateRollbackFailed':
      return isEndOfChange(deployment, endpoint)
        ? failed(`UpdateRollbackFailed: the endpoint serves a mix of both configurations. ${reasonOf(deployment, endpoint)}`)
        : { kind: 'update' };
    case 'OutOfService':
      return deployment.endpointChange === null && endpoint.endpointConfigName !== deployment.endpointConfigName
        ? { kind: 'update' }
        : wait('the endpoint is OutOfService');
    default: {
      // Creating, Updating, SystemUpdating, RollingBack, Deleting, and what SageMaker may add.
      const isAcknowledged = (deployment.endpointChange?.acknowledgedAt ?? null) !== null;
      const inProgress = mayStillGoLive(deployment) && (isAcknowledged || isApplying(deployment, endpoint));
      const failureReason = inProgress ? endpoint.failureReason : null;
      return { kind: 'wait', why: `the endpoint is ${endpoint.status}`, inProgress, failureReason };
    }
  }
}

function decideInService(deployment: Own, endpoint: Endpoint, now: number): EndpointDecision {
  const { endpointConfigName: own, endpointChange: change } = deployment;
  const { endpointConfigName: current } = endpoint;
  if (current === own) return deployed(endpoint, change === null ? 'was live already' : 'live');
  if (change?.action !== 'update') {
    // Nothing is requested yet, or another client created an endpoint of this name meanwhile.
    const mayBeStale = change?.action === 'create' && mayBeStaleRead(change, now);
    return mayBeStale ? wait('the endpoint is not on the new configuration yet') : { kind: 'update' };
  }
  if (!hasChanged(change, endpoint)) {
    if (mayBeStaleRead(change, now)) return wait('the update is not visible yet');
    // Where SageMaker was never seen at work the request may not have arrived. If it did, SageMaker refuses the second one.
    return wasSeenWorking(deployment) ? rolledBack(deployment, endpoint) : { kind: 'update' };
  }
  const isAcknowledged = change.acknowledgedAt !== null;
  if (current !== (change.baseline?.endpointConfigName ?? null)) {
    return isAcknowledged
      ? failed(`another client put the endpoint on ${current ?? 'another configuration'} meanwhile`)
      : { kind: 'update' };
  }
  // Without an acknowledgement and without a reason, what changed may as well be an autoscaled count.
  return isAcknowledged || endpoint.failureReason !== null ? rolledBack(deployment, endpoint) : { kind: 'update' };
}

const wasSeenWorking = ({ step }: Own): boolean => step === 'in_service' || step === 'verify';

/**
 * A Failed endpoint takes DeleteEndpoint alone (docs/reference/sagemaker-behavior.md#a-failed-endpoint-can-only-be-deleted). Where it
 * failed by this deployment's change, the deployment ends.
 */
function decideFailed(deployment: Own, endpoint: Endpoint, now: number): EndpointDecision {
  if (isEndOfChange(deployment, endpoint)) return unlessTransient(outcomeOf('failed', deployment, endpoint));
  const { endpointChange: change } = deployment;
  const mayBeStale = change?.action === 'delete' && mayBeStaleRead(change, now);
  return mayBeStale ? wait('the failed endpoint is about to be deleted') : { kind: 'delete' };
}

const rolledBack = (deployment: Own, endpoint: Endpoint): EndpointDecision =>
  unlessTransient(outcomeOf('rolled_back', deployment, endpoint));

function unlessTransient(outcome: DeploymentOutcome): EndpointDecision {
  const { failureReason: reason } = outcome;
  const cause = transientFailure(reason);
  return cause === null || reason === null ? { kind: 'finish', outcome } : { kind: 'retry', cause, reason, outcome };
}

function outcomeOf(status: 'failed' | 'rolled_back', deployment: Own, endpoint: Endpoint): DeploymentOutcome {
  const words = reasonOf(deployment, endpoint);
  const failureKind = endpointFailureKind(words);
  const failureReason = advised(words, failureKind);
  return { status, failureReason, failureKind, detail: failureReason };
}

/**
 * The reason that was seen first is kept: SageMaker may clear it
 * (docs/reference/sagemaker-behavior.md#failurereason-alone-decides-nothing).
 */
const reasonOf = (deployment: Own, endpoint: Endpoint): string =>
  deployment.failureReason ?? endpoint.failureReason ?? 'SageMaker gave no reason';

const wait = (why: string): EndpointDecision => ({ kind: 'wait', why, inProgress: false, failureReason: null });

const deployed = ({ modifiedAt: inServiceAt }: Endpoint, detail: string): EndpointDecision => ({
  kind: 'finish',
  outcome: { status: 'deployed', failureReason: null, failureKind: null, detail, inServiceAt },
});

const failed = (failureReason: string): EndpointDecision => ({
  kind: 'finish',
  outcome: { status: 'failed', failureReason, failureKind: endpointFailureKind(failureReason), detail: failureReason },
});
