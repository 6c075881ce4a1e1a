import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import { instancesOf, sharesOf } from '../resources/capacity.ts';
import {
  alarmNamesOf,
  requireDeploymentConfig,
  requireFittingConfig,
  strategyOf,
  type DeploymentConfig,
  type Strategy,
} from '../resources/deployment-config.ts';
import { endpointConfigNotFound } from '../resources/endpoint-config.ts';
import { requireChangeable, requireEndpoint, setTimeline } from '../resources/endpoint.ts';
import { createFeatures, createFleet, requireFleetQuota, requireVisibleConfig } from '../resources/fleet.ts';
import { requireReplaceable } from '../resources/replaceable-fleet.ts';
import { planRollout, type Rollout } from '../resources/rollout.ts';
import type { EndpointFeatures, EndpointPhase, LiveVariant, PendingFleet, RolloutRecord } from '../state/records.ts';
import { keyOf } from '../state/state.ts';

interface Input {
  EndpointName: string;
  EndpointConfigName: string;
  RetainAllVariantProperties?: boolean;
  ExcludeRetainedVariantProperties?: { VariantPropertyType: string }[];
  DeploymentConfig?: DeploymentConfig;
  RetainDeploymentConfig?: boolean;
}

/** `Updating → InService` on the new configuration, or back on the old one, with the stages that the deployment configuration says. */
export function updateEndpoint(input: Input, call: Call): Output {
  const { state, now } = call;
  requireDeploymentConfig(input.DeploymentConfig);
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
  const wanted =
    input.DeploymentConfig ?? (input.RetainDeploymentConfig ? (before.lastDeploymentConfig as DeploymentConfig) : null);
  requireFittingConfig(wanted, before.variants, variants);
  const strategy = strategyOf(isWithoutGuardrails(variants) ? null : wanted);
  const firstLaunch = strategy.kind === 'rolling' ? firstBatch(strategy, variants) : variants;
  requireFleetQuota([...firstLaunch, ...features.shadowVariants], call);

  const updating: EndpointPhase = {
    ...before,
    status: 'Updating',
    startAt: now,
    modifiedAt: undefined,
    failureReason: null,
    lastDeploymentConfig: wanted,
    effect: null,
  };
  const succeeded: EndpointPhase = {
    ...updating,
    status: 'InService',
    endpointConfigName: config.name,
    variants,
    features,
    pending: null,
    effect: 'endpoint_in_service',
  };
  const pending: PendingFleet = { endpointConfigName: config.name, variants, startAt: now, features };
  const record: RolloutRecord = {
    alarmNames: alarmNamesOf(wanted),
    before,
    isRolling: strategy.kind === 'rolling',
    workMs: call.settings.endpointUpdateSeconds * 1000,
    reason: call.settings.rollbackReason,
    rollbackFailure: strategy.kind === 'rolling' ? (call.inject('fail_rollback')?.reason ?? null) : null,
  };
  const timeline = withFaults({ strategy, before, pending, record, settings: call.settings }, updating, succeeded, call);
  const effect = { kind: 'endpoint_update_requested' as const, detail: { from: before.endpointConfigName, to: config.name } };
  setTimeline(state, { ...endpoint, rollout: record }, timeline, now, effect);
  return { EndpointArn: endpoint.arn };
}

/** Silently all at once, without bakes (documented for Inf1, and for AWS Marketplace, which is not simulated). */
const isWithoutGuardrails = (fleet: LiveVariant[]): boolean =>
  fleet.some(({ instanceType }) => instanceType?.startsWith('ml.inf1.') ?? false);

const firstBatch = ({ kind, size }: Strategy, fleet: LiveVariant[]): LiveVariant[] =>
  fleet.map((variant) => {
    const count = variant.desiredInstanceCount ?? 0;
    return { ...variant, running: instancesOf(count, sharesOf(kind, size, count)[0] ?? 1) };
  });

/** The phases of the update: success, or an injected rollback or failure. */
function withFaults(
  rollout: Pick<Rollout, 'strategy' | 'before' | 'pending' | 'record' | 'settings'>,
  updating: EndpointPhase,
  succeeded: EndpointPhase,
  call: Call,
): EndpointPhase[] {
  const rollback = call.inject('roll_back_update');
  const failure = rollback ? { afterBatches: rollback.afterBatches, reason: rollback.reason } : null;
  const stalls = call.inject('stall_update') !== null;
  const phases = planRollout({ ...rollout, failure, stalls }, updating, succeeded);
  const [first] = phases;
  const at = (share: number): number => updating.startAt + share * rollout.record.workMs;
  if (rollback?.showRollingBack && first) {
    const back: EndpointPhase = {
      ...updating,
      status: 'InService',
      startAt: at(1),
      failureReason: rollback.reason,
      pending: null,
    };
    return [
      first,
      { ...back, status: 'RollingBack', failureReason: null, startAt: at(0.5) },
      { ...back, effect: 'endpoint_rolled_back' },
    ];
  }
  // Only when the fault names UpdateEndpoint, because an update that fails usually rolls back.
  const failed = call.inject('fail_endpoint', ({ match }) => [match.operation].flat().includes('UpdateEndpoint'));
  if (!failed || !first) return phases;
  const end: EndpointPhase = { ...updating, status: 'Failed', startAt: at(1), failureReason: failed.reason, pending: null };
  return [first, { ...end, effect: 'endpoint_failed' }];
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
