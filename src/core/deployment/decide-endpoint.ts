/**
 * What a deployment that has its endpoint configuration does next, given what was just seen of the endpoint: a pure function of the
 * row, the observation and the instant.
 *
 * `InService` does not mean deployed (docs/reference/sagemaker-behavior.md#a-failed-update-rolls-back): only on the configuration
 * asked for. After an update that failed, SageMaker shows `InService` on the old configuration, and may do so for a moment right
 * after UpdateEndpoint too (docs/reference/sagemaker-behavior.md#inservice-may-be-stale-after-updateendpoint). So the row holds
 * what was asked, whether SageMaker is known to have taken it, and the LastModifiedTime from before.
 */
import type { Deadline } from './time-limit.ts';
import type { Deployment, DeploymentOutcome, Endpoint, EndpointAction } from './deployment.ts';
import { hasPassed } from '../instants.ts';
import { capacityText, endpointFailureKind, passingFailure } from './endpoint-failure.ts';

/** null: SageMaker knows no such endpoint. */
export type EndpointObservation = Endpoint | null;

export type EndpointDecision =
  | { kind: 'create' }
  | { kind: 'update' }
  | { kind: 'delete' }
  /** Look again later. `inProgress`: SageMaker was seen working on what was asked. */
  | { kind: 'wait'; why: string; inProgress: boolean; failureReason: string | null }
  /** What was asked for did not come about, for a reason that passes: it is asked for again later. `reason`: SageMaker's words. */
  | { kind: 'retry'; cause: 'capacity' | 'internal'; reason: string; outcome: DeploymentOutcome }
  | { kind: 'finish'; outcome: DeploymentOutcome };

type EndpointChange = Pick<
  Deployment,
  | 'step'
  | 'endpointConfigName'
  | 'requestedAction'
  | 'requestedAt'
  | 'acknowledgedAt'
  | 'baselineModifiedAt'
  | 'previousEndpointConfigName'
  | 'failureReason'
  | 'startedAt'
  | 'deadlineAt'
  | 'retryAt'
  | 'lastErrorKind'
  | 'waitsForDetail'
>;

/** For how long an answer may be from before the change that SageMaker has confirmed. */
export const staleReadWindowMs = 60_000;
/** How long a call for an effect on the endpoint goes on, waits and retries included. */
export const changeTimeoutMs = 5000;
/**
 * So long after it was asked for, an effect that was not answered may still come, since a request may be held up on its way: of
 * another worker too, which has it in flight or had when it died. The same is not asked for again before.
 */
export const inFlightWindowMs = changeTimeoutMs + 10_000;

export interface EndpointCircumstances {
  /** What was asked for last was answered with a failure, so it has come about or not, and is not on its way any more. */
  responded?: boolean;
  deadline?: Deadline;
}

export function decideEndpoint(
  deployment: EndpointChange,
  endpoint: EndpointObservation,
  now: number,
  { responded = false, deadline = 'in_time' }: EndpointCircumstances = {},
): EndpointDecision {
  const wanted = endpoint === null ? decideAbsent(deployment, now) : decideOnEndpoint(deployment, endpoint, now);
  return applyTimeLimit(deployment, applyWaits(deployment, wanted, now, responded), deadline);
}

/** Nothing is asked for while the same may still arrive, nor before a retry is due. */
function applyWaits(deployment: EndpointChange, wanted: EndpointDecision, now: number, responded: boolean): EndpointDecision {
  if (!isAction(wanted)) return wanted;
  if (wanted.kind === deployment.requestedAction && !responded && possiblyInFlight(deployment, now))
    return unacknowledged(wanted.kind);
  const { retryAt } = deployment;
  return retryAt !== null && now < retryAt ? wait(`the ${wanted.kind} is tried again later`) : wanted;
}

/** Once the limit is over nothing is begun any more; when a second look agrees, it ends what has not settled. */
function applyTimeLimit(deployment: EndpointChange, decision: EndpointDecision, deadline: Deadline): EndpointDecision {
  if (deadline === 'in_time' || decision.kind === 'finish') return decision;
  if (deadline === 'confirm') return decision.kind === 'wait' ? decision : wait('the time limit is over; looking once more');
  if (decision.kind === 'retry') return { kind: 'finish', outcome: decision.outcome };
  const why = decision.kind === 'wait' ? decision.why : lateAction(deployment, decision.kind);
  return outOfTime(deployment, why);
}

const lateAction = ({ requestedAction }: EndpointChange, action: EndpointAction): string =>
  action === requestedAction ? 'asked for, and not done' : `the ${action} of the endpoint was still to come`;

/** The end of a deployment whose time is over. */
export function outOfTime(deployment: EndpointChange, why: string): Extract<EndpointDecision, { kind: 'finish' }> {
  const { startedAt, deadlineAt, lastErrorKind, waitsForDetail } = deployment;
  const unsettled = isChangeRequested(deployment);
  const limitMs = (deadlineAt ?? 0) - (startedAt ?? 0);
  // It was tried again and again, and is out of time while it is tried once more: what kept it is the reason.
  const isShort = lastErrorKind === 'capacity' || capacityText.test(why);
  const failureReason = `not settled within ${Math.round(limitMs / 1000)} s: ${(isShort ? waitsForDetail : null) ?? why}`;
  const failureKind = isShort ? 'capacity' : 'timeout';
  return { kind: 'finish', outcome: { status: 'failed', failureReason, failureKind, detail: failureReason, unsettled } };
}

const isAction = (decision: EndpointDecision): decision is { kind: EndpointAction } =>
  decision.kind === 'create' || decision.kind === 'update' || decision.kind === 'delete';

const possiblyInFlight = ({ requestedAt, acknowledgedAt }: EndpointChange, now: number): boolean =>
  acknowledgedAt === null && requestedAt !== null && !hasPassed(requestedAt, inFlightWindowMs, now);

const unacknowledged = (action: EndpointAction): EndpointDecision =>
  wait(`the ${action} that was asked for was not answered and may still arrive`);

function decideAbsent({ requestedAction, acknowledgedAt }: EndpointChange, now: number): EndpointDecision {
  const mayBeStale = requestedAction !== 'delete' && acknowledgedAt !== null && now - acknowledgedAt < staleReadWindowMs;
  return mayBeStale ? wait('the endpoint is not visible yet') : { kind: 'create' };
}

function decideOnEndpoint(deployment: EndpointChange, endpoint: Endpoint, now: number): EndpointDecision {
  switch (endpoint.status) {
    case 'InService':
      return decideInService(deployment, endpoint, now);
    case 'Failed':
      return decideFailed(deployment, endpoint, now);
    case 'UpdateRollbackFailed':
      return wasChangeRequested(deployment, endpoint)
        ? failed(`UpdateRollbackFailed: the endpoint serves a mix of both configurations. ${reasonOf(deployment, endpoint)}`)
        : { kind: 'update' };
    case 'OutOfService':
      return deployment.requestedAction === null && endpoint.endpointConfigName !== deployment.endpointConfigName
        ? { kind: 'update' }
        : wait('the endpoint is OutOfService');
    default: {
      // Creating, Updating, SystemUpdating, RollingBack, Deleting, and what SageMaker may add.
      const inProgress =
        isChangeRequested(deployment) && (deployment.acknowledgedAt !== null || isApplying(deployment, endpoint));
      return {
        ...wait(`the endpoint is ${endpoint.status}`),
        inProgress,
        failureReason: inProgress ? endpoint.failureReason : null,
      };
    }
  }
}

function decideInService(deployment: EndpointChange, endpoint: Endpoint, now: number): EndpointDecision {
  const { endpointConfigName, requestedAction, acknowledgedAt, previousEndpointConfigName } = deployment;
  if (endpoint.endpointConfigName === endpointConfigName) {
    const detail = requestedAction === null ? 'was live already' : 'live';
    return {
      kind: 'finish',
      outcome: { status: 'deployed', failureReason: null, failureKind: null, detail, inServiceAt: endpoint.modifiedAt },
    };
  }
  if (requestedAction !== 'update') {
    // Nothing was asked yet, or somebody else made an endpoint of this name while we were about to.
    const mayBeStale = requestedAction === 'create' && acknowledgedAt !== null && now - acknowledgedAt < staleReadWindowMs;
    return mayBeStale ? wait('the endpoint is not on the new configuration yet') : { kind: 'update' };
  }
  if (!hasChangedSince(deployment, endpoint)) {
    const mayBeStale = acknowledgedAt !== null && now - acknowledgedAt < staleReadWindowMs;
    if (mayBeStale) return wait('the update is not visible yet');
    // Not seen at work, the request may never have arrived: asking again is refused if it did.
    return deployment.step === 'settle' ? rolledBack(deployment, endpoint) : { kind: 'update' };
  }
  if (endpoint.endpointConfigName !== previousEndpointConfigName) {
    return acknowledgedAt === null
      ? { kind: 'update' }
      : failed(`somebody else put the endpoint on ${endpoint.endpointConfigName ?? 'another configuration'} meanwhile`);
  }
  // Unconfirmed and without a reason, the change may as well be autoscaling's.
  if (acknowledgedAt === null && endpoint.failureReason === null) return { kind: 'update' };
  return rolledBack(deployment, endpoint);
}

/** Unless what kept SageMaker from it passes. */
function rolledBack(deployment: EndpointChange, endpoint: Endpoint): EndpointDecision {
  const failureReason = reasonOf(deployment, endpoint);
  const failureKind = endpointFailureKind(failureReason);
  return unlessItPasses({ status: 'rolled_back', failureReason, failureKind, detail: failureReason });
}

function unlessItPasses(outcome: DeploymentOutcome): EndpointDecision {
  const { failureReason: reason } = outcome;
  const cause = passingFailure(reason);
  return cause === null || reason === null ? { kind: 'finish', outcome } : { kind: 'retry', cause, reason, outcome };
}

/**
 * DeleteEndpoint is all that a Failed endpoint takes
 * (docs/reference/sagemaker-behavior.md#a-failed-endpoint-can-only-be-deleted); one that failed on our account ends the
 * deployment.
 */
function decideFailed(deployment: EndpointChange, endpoint: Endpoint, now: number): EndpointDecision {
  if (wasChangeRequested(deployment, endpoint)) {
    const failureReason = reasonOf(deployment, endpoint);
    const failureKind = endpointFailureKind(failureReason);
    return unlessItPasses({ status: 'failed', failureReason, failureKind, detail: failureReason });
  }
  const { requestedAction, acknowledgedAt } = deployment;
  const mayBeStale = requestedAction === 'delete' && acknowledgedAt !== null && now - acknowledgedAt < staleReadWindowMs;
  return mayBeStale ? wait('the failed endpoint is about to be deleted') : { kind: 'delete' };
}

/** Whether SageMaker may still bring about what was asked for. */
export const isChangeRequested = ({ requestedAction }: Pick<Deployment, 'requestedAction'>): boolean =>
  requestedAction === 'create' || requestedAction === 'update';

/** Whether what has become of the endpoint is the end of what this deployment asked for. */
const wasChangeRequested = (deployment: EndpointChange, endpoint: Endpoint): boolean =>
  isChangeRequested(deployment) &&
  (deployment.acknowledgedAt !== null || isApplying(deployment, endpoint) || hasChangedSince(deployment, endpoint));

const isApplying = ({ endpointConfigName }: EndpointChange, endpoint: Endpoint): boolean =>
  endpoint.pendingEndpointConfigName === endpointConfigName || endpoint.endpointConfigName === endpointConfigName;

const hasChangedSince = ({ baselineModifiedAt }: EndpointChange, { modifiedAt }: Endpoint): boolean =>
  baselineModifiedAt === null || modifiedAt !== baselineModifiedAt;

/**
 * The reason that was seen first is kept: SageMaker may clear it
 * (docs/reference/sagemaker-behavior.md#failurereason-alone-decides-nothing).
 */
const reasonOf = (deployment: EndpointChange, endpoint: Endpoint): string =>
  deployment.failureReason ?? endpoint.failureReason ?? 'SageMaker gave no reason';

const wait = (why: string): Extract<EndpointDecision, { kind: 'wait' }> => ({
  kind: 'wait',
  why,
  inProgress: false,
  failureReason: null,
});

const failed = (failureReason: string): EndpointDecision => ({
  kind: 'finish',
  outcome: { status: 'failed', failureReason, failureKind: endpointFailureKind(failureReason), detail: failureReason },
});
