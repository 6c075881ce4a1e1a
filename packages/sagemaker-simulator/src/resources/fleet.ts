import type { Call } from '../call.ts';
import { endpointConfigNotFound, requireEndpointConfig } from './endpoint-config.ts';
import { listContainers, requireModel } from './model.ts';
import { requireQuota } from './quota.ts';
import type { EndpointConfigRecord, EndpointFeatures, EndpointPhase, LiveVariant } from '../state/records.ts';
import type { ProductionVariant } from '../state/requests.ts';
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
export const createFleet = (config: EndpointConfigRecord, call: Call): LiveVariant[] =>
  config.request.ProductionVariants.map((variant) => createVariant(variant, call));

function createVariant(variant: ProductionVariant, call: Call): LiveVariant {
  const { ModelName, ServerlessConfig, ManagedInstanceScaling, RoutingConfig } = variant;
  // Without a model the inference components of the variant bring the containers.
  const containers = ModelName === undefined ? [] : listContainers(requireModel(call, ModelName).request);
  const count = ServerlessConfig ? null : (variant.InitialInstanceCount ?? 1);
  const weight = variant.InitialVariantWeight ?? 1;
  return {
    variantName: variant.VariantName,
    modelName: ModelName ?? null,
    instanceType: variant.InstanceType ?? null,
    images: containers.flatMap(({ Image }) => Image ?? []),
    weight,
    desiredWeight: weight,
    instanceCount: count,
    desiredInstanceCount: count,
    serverless: ServerlessConfig ?? null,
    settings: { ManagedInstanceScaling, RoutingConfig },
  };
}

/** What an endpoint has of its configuration beside the production variants. */
export function createFeatures({ request }: EndpointConfigRecord, call: Call): EndpointFeatures {
  return {
    dataCapture: request.DataCaptureConfig ?? null,
    shadowVariants: (request.ShadowProductionVariants ?? []).map((variant) => createVariant(variant, call)),
    asyncInference: request.AsyncInferenceConfig ?? null,
    explainer: request.ExplainerConfig ?? null,
    metrics: request.MetricsConfig ?? null,
  };
}

/**
 * Both fleets count while an endpoint is updated, because the old one stays until the new one serves (blue/green); of a rolling update
 * those instances that run.
 */
export function requireFleetQuota(fleet: LiveVariant[], call: Call): void {
  const { state, now } = call;
  requireQuota(call, 'endpoint', countInstances(fleet), (instanceType) =>
    Array.from(state.endpoints.values(), ({ timeline }) => currentPhase(timeline, now)).reduce(
      (sum, phase) => sum + (runningFleets(phase).get(instanceType) ?? 0),
      0,
    ),
  );
}

const runningFleets = ({ status, variants, pending, features }: EndpointPhase): Map<string, number> =>
  status === 'Gone' || status === 'Failed'
    ? new Map()
    : countInstances([
        ...variants,
        ...(features?.shadowVariants ?? []),
        ...(pending?.variants ?? []),
        ...(pending?.features?.shadowVariants ?? []),
      ]);

function countInstances(fleet: LiveVariant[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { instanceType, desiredInstanceCount, running } of fleet) {
    if (instanceType !== null) counts.set(instanceType, (counts.get(instanceType) ?? 0) + (running ?? desiredInstanceCount ?? 0));
  }
  return counts;
}
