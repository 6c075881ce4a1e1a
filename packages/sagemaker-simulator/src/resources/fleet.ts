import type { Call } from '../call.ts';
import { endpointConfigNotFound, requireEndpointConfig } from './endpoint-config.ts';
import { listContainers, requireModel } from './model.ts';
import { requireQuota } from './quota.ts';
import type { EndpointConfigRecord, EndpointPhase, LiveVariant } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';

/**
 * The configuration for an endpoint that is about to be created or updated.
 * @throws {AwsError} as if it did not exist, as long as a new one is not visible yet.
 */
export function requireVisibleConfig(call: Call, name: string): EndpointConfigRecord {
  const config = requireEndpointConfig(call, name);
  if (config.visibleAt > call.now) throw endpointConfigNotFound(call, name);
  return config;
}

/** The production variants as the configuration wants them, each with its model's images. */
export function createFleet(config: EndpointConfigRecord, call: Call): LiveVariant[] {
  return config.request.ProductionVariants.map((variant) => {
    const { request } = requireModel(call, variant.ModelName ?? '');
    const count = variant.ServerlessConfig ? null : (variant.InitialInstanceCount ?? 1);
    const weight = variant.InitialVariantWeight ?? 1;
    return {
      variantName: variant.VariantName,
      instanceType: variant.InstanceType ?? null,
      images: listContainers(request).flatMap(({ Image }) => Image ?? []),
      weight,
      desiredWeight: weight,
      instanceCount: count,
      desiredInstanceCount: count,
      serverless: variant.ServerlessConfig ?? null,
    };
  });
}

/** Both fleets count while an endpoint is updated, because the old one stays until the new one serves (blue/green). */
export function requireFleetQuota(fleet: LiveVariant[], call: Call): void {
  const { state, now } = call;
  requireQuota(call, 'endpoint', countInstances(fleet), (instanceType) =>
    Array.from(state.endpoints.values(), ({ timeline }) => currentPhase(timeline, now)).reduce(
      (sum, phase) => sum + (runningFleets(phase).get(instanceType) ?? 0),
      0,
    ),
  );
}

const runningFleets = ({ status, variants, pending }: EndpointPhase): Map<string, number> =>
  status === 'Gone' || status === 'Failed' ? new Map() : countInstances([...variants, ...(pending?.variants ?? [])]);

function countInstances(fleet: LiveVariant[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { instanceType, desiredInstanceCount } of fleet) {
    if (instanceType !== null) counts.set(instanceType, (counts.get(instanceType) ?? 0) + (desiredInstanceCount ?? 0));
  }
  return counts;
}
