import type { Call } from '../call.ts';
import { endpointConfigNotFound, requireEndpointConfig } from '../endpoint-configs/endpoint-config.ts';
import { containersOf } from '../models/create-model.ts';
import { requireModel } from '../models/model.ts';
import { requireQuota } from '../quota.ts';
import type { EndpointConfigRecord, EndpointPhase, LiveVariant } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';

/**
 * The configuration that an endpoint is about to be put on.
 * @throws {AwsError} as long as a new one is not visible yet, just as if it were not there (sagemaker-facts, section 4).
 */
export function requireVisibleConfig(call: Call, name: string): EndpointConfigRecord {
  const config = requireEndpointConfig(call, name);
  if (config.visibleAt > call.now) throw endpointConfigNotFound(call, name);
  return config;
}

/** The production variants as the configuration wants them, each with its model's images. */
export function fleetOf(config: EndpointConfigRecord, call: Call): LiveVariant[] {
  return config.request.ProductionVariants.map((variant) => {
    const { request } = requireModel(call, variant.ModelName ?? '');
    const count = variant.ServerlessConfig ? null : (variant.InitialInstanceCount ?? 1);
    const weight = variant.InitialVariantWeight ?? 1;
    return {
      variantName: variant.VariantName,
      instanceType: variant.InstanceType ?? null,
      images: containersOf(request).flatMap(({ Image }) => Image ?? []),
      weight,
      desiredWeight: weight,
      instanceCount: count,
      desiredInstanceCount: count,
      serverless: variant.ServerlessConfig ?? null,
    };
  });
}

/** A whole new fleet is started before the old one goes (blue/green), so both count while an endpoint is updated. */
export function requireFleetQuota(fleet: LiveVariant[], call: Call): void {
  const { state, now } = call;
  requireQuota(call, 'endpoint', instancesOf(fleet), (instanceType) =>
    Array.from(state.endpoints.values(), ({ timeline }) => currentPhase(timeline, now)).reduce(
      (sum, phase) => sum + (runningFleets(phase).get(instanceType) ?? 0),
      0,
    ),
  );
}

const runningFleets = ({ status, variants, pending }: EndpointPhase): Map<string, number> =>
  status === 'Gone' || status === 'Failed' ? new Map() : instancesOf([...variants, ...(pending?.variants ?? [])]);

function instancesOf(fleet: LiveVariant[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { instanceType, desiredInstanceCount } of fleet) {
    if (instanceType !== null) counts.set(instanceType, (counts.get(instanceType) ?? 0) + (desiredInstanceCount ?? 0));
  }
  return counts;
}
