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
  /** Look again later. `underWay`: SageMaker was seen working on what was asked. */
  | { kind: 'wait'; why: string; underWay: boolean; failureReason: string | null }
  /** What was asked for did not come about, for a reason that passes: it is asked for again later. `reason`: SageMaker's words. */
  | { kind: 'retry'; cause: 'capacity' | 'internal'; reason: string; outcome: DeploymentOutcome }
  | { kind: 'finish'; outcome: DeploymentOutcome };

type Asked = Pick<
  Deployment,
  | 'step'
  | 'endpointConfigName'
  | 'askedAction'
  | 'askedAt'
  | 'acknowledgedAt'
  | 'endpointModifiedBefore'
  | 'previousEndpointConfigName'
  | 'failureReason'
  | 'startedAt'
  | 'deadlineAt'
  | 'retryAt'
  | 'troubleKind'
  | 'waitsForDetail'
>;

/** For how long an answer may be from before the change that SageMaker has confirmed. */
export const staleViewMs = 60_000;
/** How long a call for an effect on the endpoint goes on, waits and retries included. */
export const askWithinMs = 5000;
/**
 * So long after it was asked for, an effect that was not answered may still come, since a request may be held up on its way: of
 * another worker too, which has it in flight or had when it died. The same is not asked for again before.
 */
export const mayStillArriveMs = askWithinMs + 10_000;

export interface EndpointLook {
  /** What was asked for last was answered with a failure, so it has come about or not, and is not on its way any more. */
  answered?: boolean;
  deadline?: Deadline;
}

export function decideEndpoint(
  deployment: Asked,
  endpoint: EndpointObservation,
  now: number,
  { answered = false, deadline = 'in_time' }: EndpointLook = {},
): EndpointDecision {
  const wanted = endpoint === null ? decideAbsent(deployment, now) : decideOnEndpoint(deployment, endpoint, now);
  return heedDeadline(deployment, heedWaits(deployment, wanted, now, answered), deadline);
}

/** Nothing is asked for while the same may still arrive, nor before a retry is due. */
function heedWaits(deployment: Asked, wanted: EndpointDecision, now: number, answered: boolean): EndpointDecision {
  if (!isAction(wanted)) return wanted;
  if (wanted.kind === deployment.askedAction && !answered && mayStillArrive(deployment, now)) return unanswered(wanted.kind);
  const { retryAt } = deployment;
  return retryAt !== null && now < retryAt ? wait(`the ${wanted.kind} is tried again later`) : wanted;
}

/** Once the limit is over nothing is begun any more; when a second look agrees, it ends what has not settled. */
function heedDeadline(deployment: Asked, decision: EndpointDecision, deadline: Deadline): EndpointDecision {
  if (deadline === 'in_time' || decision.kind === 'finish') return decision;
  if (deadline === 'look_again') return decision.kind === 'wait' ? decision : wait('the time limit is over; looking once more');
  if (decision.kind === 'retry') return { kind: 'finish', outcome: decision.outcome };
  const why = decision.kind === 'wait' ? decision.why : lateAction(deployment, decision.kind);
  return outOfTime(deployment, why);
}

const lateAction = ({ askedAction }: Asked, action: EndpointAction): string =>
  action === askedAction ? 'asked for, and not done' : `the ${action} of the endpoint was still to come`;

/** The end of a deployment whose time is over. */
export function outOfTime(deployment: Asked, why: string): Extract<EndpointDecision, { kind: 'finish' }> {
  const { startedAt, deadlineAt, troubleKind, waitsForDetail } = deployment;
  const unsettled = isAskedFor(deployment);
  const limitMs = (deadlineAt ?? 0) - (startedAt ?? 0);
  // It was tried again and again, and is out of time while it is tried once more: what kept it is the reason.
  const isShort = troubleKind === 'capacity' || capacityText.test(why);
  const failureReason = `not settled within ${Math.round(limitMs / 1000)} s: ${(isShort ? waitsForDetail : null) ?? why}`;
  const failureKind = isShort ? 'capacity' : 'timeout';
  return { kind: 'finish', outcome: { status: 'failed', failureReason, failureKind, detail: failureReason, unsettled } };
}

const isAction = (decision: EndpointDecision): decision is { kind: EndpointAction } =>
  decision.kind === 'create' || decision.kind === 'update' || decision.kind === 'delete';

const mayStillArrive = ({ askedAt, acknowledgedAt }: Asked, now: number): boolean =>
  acknowledgedAt === null && askedAt !== null && !hasPassed(askedAt, mayStillArriveMs, now);

const unanswered = (action: EndpointAction): EndpointDecision =>
  wait(`the ${action} that was asked for was not answered and may still arrive`);

function decideAbsent({ askedAction, acknowledgedAt }: Asked, now: number): EndpointDecision {
  const mayBeStale = askedAction !== 'delete' && acknowledgedAt !== null && now - acknowledgedAt < staleViewMs;
  return mayBeStale ? wait('the endpoint is not visible yet') : { kind: 'create' };
}

function decideOnEndpoint(deployment: Asked, endpoint: Endpoint, now: number): EndpointDecision {
  switch (endpoint.status) {
    case 'InService':
      return decideInService(deployment, endpoint, now);
    case 'Failed':
      return decideFailed(deployment, endpoint, now);
    case 'UpdateRollbackFailed':
      return wasAskedFor(deployment, endpoint)
        ? failed(`UpdateRollbackFailed: the endpoint serves a mix of both configurations. ${reasonOf(deployment, endpoint)}`)
        : { kind: 'update' };
    case 'OutOfService':
      return deployment.askedAction === null && endpoint.endpointConfigName !== deployment.endpointConfigName
        ? { kind: 'update' }
        : wait('the endpoint is OutOfService');
    default: {
      // Creating, Updating, SystemUpdating, RollingBack, Deleting, and what SageMaker may add.
      const underWay = isAskedFor(deployment) && (deployment.acknowledgedAt !== null || isWorkingOn(deployment, endpoint));
      return { ...wait(`the endpoint is ${endpoint.status}`), underWay, failureReason: underWay ? endpoint.failureReason : null };
    }
  }
}

function decideInService(deployment: Asked, endpoint: Endpoint, now: number): EndpointDecision {
  const { endpointConfigName, askedAction, acknowledgedAt, previousEndpointConfigName } = deployment;
  if (endpoint.endpointConfigName === endpointConfigName) {
    const detail = askedAction === null ? 'was live already' : 'live';
    return {
      kind: 'finish',
      outcome: { status: 'deployed', failureReason: null, failureKind: null, detail, inServiceAt: endpoint.modifiedAt },
    };
  }
  if (askedAction !== 'update') {
    // Nothing was asked yet, or somebody else made an endpoint of this name while we were about to.
    const mayBeStale = askedAction === 'create' && acknowledgedAt !== null && now - acknowledgedAt < staleViewMs;
    return mayBeStale ? wait('the endpoint is not on the new configuration yet') : { kind: 'update' };
  }
  if (!hasChangedSince(deployment, endpoint)) {
    const mayBeStale = acknowledgedAt !== null && now - acknowledgedAt < staleViewMs;
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
function rolledBack(deployment: Asked, endpoint: Endpoint): EndpointDecision {
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
function decideFailed(deployment: Asked, endpoint: Endpoint, now: number): EndpointDecision {
  if (wasAskedFor(deployment, endpoint)) {
    const failureReason = reasonOf(deployment, endpoint);
    const failureKind = endpointFailureKind(failureReason);
    return unlessItPasses({ status: 'failed', failureReason, failureKind, detail: failureReason });
  }
  const { askedAction, acknowledgedAt } = deployment;
  const mayBeStale = askedAction === 'delete' && acknowledgedAt !== null && now - acknowledgedAt < staleViewMs;
  return mayBeStale ? wait('the failed endpoint is about to be deleted') : { kind: 'delete' };
}

/** Whether SageMaker may still bring about what was asked for. */
export const isAskedFor = ({ askedAction }: Pick<Deployment, 'askedAction'>): boolean =>
  askedAction === 'create' || askedAction === 'update';

/** Whether what has become of the endpoint is the end of what this deployment asked for. */
const wasAskedFor = (deployment: Asked, endpoint: Endpoint): boolean =>
  isAskedFor(deployment) &&
  (deployment.acknowledgedAt !== null || isWorkingOn(deployment, endpoint) || hasChangedSince(deployment, endpoint));

const isWorkingOn = ({ endpointConfigName }: Asked, endpoint: Endpoint): boolean =>
  endpoint.pendingEndpointConfigName === endpointConfigName || endpoint.endpointConfigName === endpointConfigName;

const hasChangedSince = ({ endpointModifiedBefore }: Asked, { modifiedAt }: Endpoint): boolean =>
  endpointModifiedBefore === null || modifiedAt !== endpointModifiedBefore;

/**
 * The reason that was seen first is kept: SageMaker may clear it
 * (docs/reference/sagemaker-behavior.md#failurereason-alone-decides-nothing).
 */
const reasonOf = (deployment: Asked, endpoint: Endpoint): string =>
  deployment.failureReason ?? endpoint.failureReason ?? 'SageMaker gave no reason';

const wait = (why: string): Extract<EndpointDecision, { kind: 'wait' }> => ({
  kind: 'wait',
  why,
  underWay: false,
  failureReason: null,
});

const failed = (failureReason: string): EndpointDecision => ({
  kind: 'finish',
  outcome: { status: 'failed', failureReason, failureKind: endpointFailureKind(failureReason), detail: failureReason },
});
