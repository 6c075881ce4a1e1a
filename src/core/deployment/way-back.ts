/** The way back from a configuration that has reached its endpoint. */
import type { Deployment, DeploymentOutcome, Endpoint } from './deployment.ts';
import { decideEndpoint, type EndpointDecision } from './decide-endpoint.ts';
import type { Abort, Revert, TurnedDown } from './delivery-state.ts';
import type { Deadline } from './time-limit.ts';

export const abortReason = ({ by, reason }: Abort): string => `aborted${by === null ? '' : ` by ${by}`}: ${reason}`;

export const turnedDownBy = ({ by, reason, at }: Abort): TurnedDown => ({ how: 'person', by, reason, at });

/** Of a deployment that a person ends before it has touched its endpoint. */
export const abortedEarly = (abort: Abort): DeploymentOutcome => ({
  status: 'rejected',
  failureReason: abortReason(abort),
  detail: abortReason(abort),
  turnedDown: turnedDownBy(abort),
});

/** The configuration that the endpoint was on before the deployment changed it; null where there is none to go back to. */
export function formerConfig({
  endpointChange,
  endpointConfigName,
}: Pick<Deployment, 'endpointChange' | 'endpointConfigName'>): string | null {
  const former = endpointChange?.action === 'update' ? (endpointChange.baseline?.endpointConfigName ?? null) : null;
  return former === endpointConfigName ? null : former;
}

/** The configuration that the deployment brings its endpoint to: its own, or on the way back the former one. */
export const wantedConfig = ({ revert, endpointConfigName }: Pick<Deployment, 'revert' | 'endpointConfigName'>): string | null =>
  revert?.to ?? endpointConfigName;

/**
 * What a deployment on its way back does next: as decideEndpoint, with the former configuration in place of its own. The endpoint on that
 * one ends it as rolled back.
 */
export function decideRevert(
  deployment: Deployment & { revert: Revert },
  endpoint: Endpoint | null,
  now: number,
  deadline: Deadline,
): EndpointDecision {
  const { revert, abort } = deployment;
  // Nothing of the way there counts any more: neither its reason nor its step.
  const back: Deployment = { ...deployment, endpointConfigName: revert.to, failureReason: null, step: 'endpoint' };
  const decision = decideEndpoint(back, endpoint, now, deadline);
  if (decision.kind !== 'finish') return decision;
  const { outcome } = decision;
  if (outcome.status !== 'deployed')
    return {
      kind: 'finish',
      outcome: {
        ...outcome,
        status: 'failed',
        failureReason: `${revert.reason}; and the way back: ${outcome.failureReason ?? outcome.status}`,
      },
    };
  return { kind: 'finish', outcome: rolledBackBy(revert, abort) };
}

function rolledBackBy({ reason: failureReason, failureKind }: Revert, abort: Abort | null): DeploymentOutcome {
  const turnedDown = abort === null ? {} : { turnedDown: turnedDownBy(abort) };
  return { status: 'rolled_back', failureReason, failureKind, detail: failureReason, ...turnedDown };
}
