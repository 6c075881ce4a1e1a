import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import type { EndpointPhase, LiveVariant, VariantStage } from '../state/records.ts';
import { requireChangeable, requireEndpoint, setTimeline } from '../resources/endpoint.ts';

interface Desired {
  VariantName: string;
  DesiredWeight?: number;
  DesiredInstanceCount?: number;
}

/** What autoscaling does too: `Updating → InService` on the same configuration, with other counts and weights. */
export function updateEndpointWeightsAndCapacities(
  input: { EndpointName: string; DesiredWeightsAndCapacities: Desired[] },
  call: Call,
): Output {
  const { state, now, settings } = call;
  const endpoint = requireEndpoint(call, input.EndpointName);
  const before = requireChangeable(endpoint, call);
  const unknown = input.DesiredWeightsAndCapacities.find(
    ({ VariantName }) => !before.variants.some(({ variantName }) => variantName === VariantName),
  );
  if (unknown)
    throw validationError(
      `The variant name(s) "${unknown.VariantName}" is/are not present within endpoint configuration "${before.endpointConfigName}".`,
    );
  const wanted = before.variants.map((variant) => desired(variant, input.DesiredWeightsAndCapacities));
  const updating: EndpointPhase = {
    ...before,
    status: 'Updating',
    startAt: now,
    modifiedAt: undefined,
    failureReason: null,
    variants: wanted.map((variant) => ({ ...variant, stages: [scaling(variant, now)] })),
    effect: null,
  };
  const scaled = wanted.map((variant) => ({
    ...variant,
    weight: variant.desiredWeight,
    instanceCount: variant.desiredInstanceCount,
  }));
  const settled: EndpointPhase = {
    ...updating,
    status: 'InService',
    startAt: now + settings.endpointUpdateSeconds * 1000,
    variants: scaled,
    effect: 'endpoint_in_service',
  };
  setTimeline(state, { ...endpoint, rollout: null }, [updating, settled], now, { kind: 'endpoint_weights_requested' });
  return { EndpointArn: endpoint.arn };
}

/** As SageMaker's sample event says it for more instances. */
const scaling = ({ instanceCount, desiredInstanceCount }: LiveVariant, startAt: number): VariantStage => ({
  status: 'Updating',
  message: `Scaling ${(desiredInstanceCount ?? 0) < (instanceCount ?? 0) ? 'in' : 'out'} desired instance count to ${desiredInstanceCount ?? 0}.`,
  startAt,
});

function desired(variant: LiveVariant, requested: Desired[]): LiveVariant {
  const own = requested.find(({ VariantName }) => VariantName === variant.variantName);
  return {
    ...variant,
    desiredWeight: own?.DesiredWeight ?? variant.desiredWeight,
    desiredInstanceCount: own?.DesiredInstanceCount ?? variant.desiredInstanceCount,
  };
}
