/**
 * What a deployment that has its endpoint configuration does next, given what was just seen of the endpoint: a pure function of the
 * row, the observation and the instant.
 *
 * `InService` does not mean deployed (design, promise 5): only on the configuration asked for. After an update that failed, SageMaker
 * shows `InService` on the old configuration, and may do so for a moment right after UpdateEndpoint too (sagemaker-facts, section 5).
 * So the row holds what was asked, whether SageMaker is known to have taken it, and the LastModifiedTime from before.
 */
import type { Deployment, DeploymentOutcome, Endpoint, EndpointAction } from './deployment.ts';

/** null: SageMaker knows no such endpoint. */
export type EndpointObservation = Endpoint | null;

export type EndpointDecision =
  | { kind: 'create' }
  | { kind: 'update' }
  | { kind: 'delete' }
  /** Look again later. `underWay`: SageMaker was seen working on what was asked. */
  | { kind: 'wait'; why: string; underWay: boolean; failureReason: string | null }
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

/** `answered`: what was asked for last was answered with a failure, so it has come about or not, and is not on its way any more. */
export function decideEndpoint(
  deployment: Asked,
  endpoint: EndpointObservation,
  now: number,
  { answered = false }: { answered?: boolean } = {},
): EndpointDecision {
  const wanted = endpoint === null ? decideAbsent(deployment, now) : decideOnEndpoint(deployment, endpoint, now);
  const isTooEarly = wanted.kind === deployment.askedAction && !answered && mayStillArrive(deployment, now);
  const decision = isTooEarly ? unanswered(wanted.kind) : wanted;
  const { deadlineMs, overdue } = deadlineOf(deployment, now);
  if (!overdue) return decision;
  if (decision.kind === 'wait') return failed(`not settled within ${Math.round(deadlineMs / 1000)} s: ${decision.why}`);
  if (decision.kind === deployment.askedAction)
    return failed(`not settled within ${Math.round(deadlineMs / 1000)} s: asked for, and not done`);
  return decision;
}

const mayStillArrive = ({ askedAt, acknowledgedAt }: Asked, now: number): boolean =>
  acknowledgedAt === null && askedAt !== null && Math.abs(now - askedAt) < mayStillArriveMs;

const unanswered = (action: EndpointAction): EndpointDecision =>
  wait(`the ${action} that was asked for was not answered and may still arrive`);

/** The time limit counts from the claim, and once something was asked for from there: an outage of ours before that takes nothing off. */
function deadlineOf({ startedAt, deadlineAt, askedAt }: Asked, now: number): { deadlineMs: number; overdue: boolean } {
  if (startedAt === null || deadlineAt === null) return { deadlineMs: 0, overdue: false };
  const deadlineMs = deadlineAt - startedAt;
  return { deadlineMs, overdue: now >= Math.max(deadlineAt, (askedAt ?? 0) + deadlineMs) };
}

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
    return { kind: 'finish', outcome: { status: 'deployed', failureReason: null, detail, inServiceAt: endpoint.modifiedAt } };
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

function rolledBack(deployment: Asked, endpoint: Endpoint): EndpointDecision {
  const failureReason = reasonOf(deployment, endpoint);
  return { kind: 'finish', outcome: { status: 'rolled_back', failureReason, detail: failureReason } };
}

/** DeleteEndpoint is all that a Failed endpoint takes (sagemaker-facts, section 5); one that failed on our account ends the deployment. */
function decideFailed(deployment: Asked, endpoint: Endpoint, now: number): EndpointDecision {
  if (wasAskedFor(deployment, endpoint)) return failed(reasonOf(deployment, endpoint));
  const { askedAction, acknowledgedAt } = deployment;
  const mayBeStale = askedAction === 'delete' && acknowledgedAt !== null && now - acknowledgedAt < staleViewMs;
  return mayBeStale ? wait('the failed endpoint is about to be deleted') : { kind: 'delete' };
}

const isAskedFor = ({ askedAction }: Asked): boolean => askedAction === 'create' || askedAction === 'update';

/** Whether what has become of the endpoint is the end of what this deployment asked for. */
const wasAskedFor = (deployment: Asked, endpoint: Endpoint): boolean =>
  isAskedFor(deployment) &&
  (deployment.acknowledgedAt !== null || isWorkingOn(deployment, endpoint) || hasChangedSince(deployment, endpoint));

const isWorkingOn = ({ endpointConfigName }: Asked, endpoint: Endpoint): boolean =>
  endpoint.pendingEndpointConfigName === endpointConfigName || endpoint.endpointConfigName === endpointConfigName;

const hasChangedSince = ({ endpointModifiedBefore }: Asked, { modifiedAt }: Endpoint): boolean =>
  endpointModifiedBefore === null || modifiedAt !== endpointModifiedBefore;

/** The reason that was seen first is kept: SageMaker may clear it (design, promise 5). */
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
  outcome: { status: 'failed', failureReason, detail: failureReason },
});
