import type { Call, Output } from '../call.ts';
import { endpointConfigNotFound } from '../resources/endpoint-config.ts';
import { validationError } from '../aws-error.ts';
import type { FaultOf } from '../faults/fault.ts';
import type { EndpointFeatures, EndpointPhase, LiveVariant } from '../state/records.ts';
import { keyOf } from '../state/state.ts';
import { requireOnePolicy, type DeploymentConfig } from '../resources/deployment-config.ts';
import { requireChangeable, requireEndpoint, setTimeline } from '../resources/endpoint.ts';
import { requireReplaceable } from '../resources/replaceable-fleet.ts';
import { createFeatures, createFleet, requireFleetQuota, requireVisibleConfig } from '../resources/fleet.ts';

interface Input {
  EndpointName: string;
  EndpointConfigName: string;
  RetainAllVariantProperties?: boolean;
  ExcludeRetainedVariantProperties?: { VariantPropertyType: string }[];
  DeploymentConfig?: DeploymentConfig;
  RetainDeploymentConfig?: boolean;
}

/** `Updating → InService` on the new configuration, or back on the old one with a FailureReason. */
export function updateEndpoint(input: Input, call: Call): Output {
  const { state, now } = call;
  requireOnePolicy(input.DeploymentConfig);
  const endpoint = requireEndpoint(call, input.EndpointName);
  const config = requireVisibleConfig(call, input.EndpointConfigName);
  const before = requireChangeable(endpoint, call);
  if (keyOf(before.endpointConfigName) === keyOf(config.name)) {
    throw validationError(`Cannot update endpoint with the currently in use endpoint configuration "${config.name}"`);
  }
  // SageMaker looks up the old configuration too (hashicorp/terraform-provider-aws#40048).
  if (!state.endpointConfigs.has(keyOf(before.endpointConfigName))) throw endpointConfigNotFound(call, before.endpointConfigName);
  const variants = retained(createFleet(config, call), before.variants, input);
  const features = withRetainedCapture(createFeatures(config, call), before, input);
  requireReplaceable(endpoint, before.variants, variants, call);
  requireFleetQuota([...variants, ...features.shadowVariants], call);

  const lastDeploymentConfig = input.DeploymentConfig ?? (input.RetainDeploymentConfig ? before.lastDeploymentConfig : null);
  const updating: EndpointPhase = {
    ...before,
    status: 'Updating',
    startAt: now,
    failureReason: null,
    pending: { endpointConfigName: config.name, variants, startAt: now, features },
    effect: null,
  };
  const succeeded: EndpointPhase = {
    ...updating,
    status: 'InService',
    endpointConfigName: config.name,
    variants,
    features,
    pending: null,
    lastDeploymentConfig,
    effect: 'endpoint_in_service',
  };
  const effect = { kind: 'endpoint_update_requested' as const, detail: { from: before.endpointConfigName, to: config.name } };
  setTimeline(state, endpoint, [updating, ...outcome(updating, succeeded, call)], now, effect);
  return { EndpointArn: endpoint.arn };
}

/** The phases after Updating: success, or an injected rollback or failure. */
function outcome(updating: EndpointPhase, succeeded: EndpointPhase, call: Call): EndpointPhase[] {
  const durationMs = call.settings.endpointUpdateSeconds * 1000;
  const startAt = updating.startAt + durationMs;
  const rollback = call.inject('roll_back_update');
  if (rollback) return rolledBack(updating, rollback, durationMs);
  // Only when the fault names UpdateEndpoint, because an update that fails usually rolls back.
  const failure = call.inject('fail_endpoint', ({ match }) => [match.operation].flat().includes('UpdateEndpoint'));
  if (failure)
    return [{ ...updating, status: 'Failed', startAt, failureReason: failure.reason, pending: null, effect: 'endpoint_failed' }];
  return [{ ...succeeded, startAt }];
}

function rolledBack(
  updating: EndpointPhase,
  { reason, showRollingBack }: FaultOf<'roll_back_update'>,
  durationMs: number,
): EndpointPhase[] {
  const back: EndpointPhase = {
    ...updating,
    status: 'InService',
    startAt: updating.startAt + durationMs,
    failureReason: reason,
    pending: null,
    effect: 'endpoint_rolled_back',
  };
  const rollingBack: EndpointPhase = {
    ...updating,
    status: 'RollingBack',
    startAt: updating.startAt + durationMs / 2,
    pending: null,
  };
  return showRollingBack ? [rollingBack, back] : [back];
}

/** With RetainAllVariantProperties the endpoint keeps its data capture too, unless that is excluded (the model's VariantPropertyType). */
function withRetainedCapture(features: EndpointFeatures, before: EndpointPhase, input: Input): EndpointFeatures {
  const isExcluded = input.ExcludeRetainedVariantProperties?.some(
    ({ VariantPropertyType: type }) => type === 'DataCaptureConfig',
  );
  const kept = before.features?.dataCapture ?? null;
  return input.RetainAllVariantProperties && !isExcluded && kept !== null ? { ...features, dataCapture: kept } : features;
}

/** With RetainAllVariantProperties a variant keeps its live count and weight by its name, except those that are excluded. */
function retained(fleet: LiveVariant[], live: LiveVariant[], input: Input): LiveVariant[] {
  if (!input.RetainAllVariantProperties) return fleet;
  const excluded = (input.ExcludeRetainedVariantProperties ?? []).map(({ VariantPropertyType }) => VariantPropertyType);
  return fleet.map((variant) => {
    const before = live.find(({ variantName }) => variantName === variant.variantName);
    if (!before) return variant;
    const weight = excluded.includes('DesiredWeight') ? variant.desiredWeight : before.desiredWeight;
    const keepsCount =
      !excluded.includes('DesiredInstanceCount') && variant.desiredInstanceCount !== null && before.desiredInstanceCount !== null;
    const count = keepsCount ? before.desiredInstanceCount : variant.desiredInstanceCount;
    return { ...variant, weight, desiredWeight: weight, instanceCount: count, desiredInstanceCount: count };
  });
}
