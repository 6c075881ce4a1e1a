import { validationError } from '../aws-error.ts';
import type { Call, Output } from '../call.ts';
import type { EndpointPhase } from '../state/records.ts';
import { requireChangeable, requireEndpoint, setTimeline } from '../resources/endpoint.ts';
import { terminating } from '../resources/rollout-stages.ts';
import { removeTargets, targetsOfEndpoint } from '../resources/scalable-target.ts';

/** `Deleting`, then not found. */
export function deleteEndpoint({ EndpointName }: { EndpointName: string }, call: Call): Output {
  const { state, now, settings } = call;
  const endpoint = requireEndpoint(call, EndpointName);
  const before = requireChangeable(endpoint, call);
  const deleting: EndpointPhase = {
    ...before,
    status: 'Deleting',
    startAt: now,
    modifiedAt: undefined,
    failureReason: null,
    variants: before.variants.map((variant) => ({
      ...variant,
      stages: [{ ...terminating(variant.instanceCount), startAt: now }],
    })),
    effect: null,
  };
  const gone: EndpointPhase = {
    ...deleting,
    status: 'Gone',
    startAt: now + settings.endpointDeleteSeconds * 1000,
    effect: 'endpoint_deleted',
  };
  deregisterTargets(endpoint.name, call);
  setTimeline(state, { ...endpoint, rollout: null }, [deleting, gone], now, { kind: 'endpoint_delete_requested' });
  return null;
}

/**
 * SageMaker deregisters the endpoint's scalable targets in the caller's name, with their policies.
 * @throws {AwsError} when the caller may not; the text is AWS's (awslabs/stable-diffusion-aws-extension#161), its code is not in the report.
 */
function deregisterTargets(endpointName: string, { state, now, settings }: Call): void {
  const targets = targetsOfEndpoint(state, endpointName);
  if (targets.length === 0) return;
  if (!settings.mayDeregisterScalableTargets) {
    throw validationError(
      'An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity used to invoke DeleteEndpoint does not have application-autoscaling:DeregisterScalableTarget permission to deregister the scalable target.',
    );
  }
  state.commit({
    puts: removeTargets(state, targets),
    effects: targets.map(({ resourceId, dimension }) => ({
      at: now,
      kind: 'scalable_target_deregistered',
      name: resourceId,
      detail: { dimension },
    })),
  });
}
