import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import type { EndpointPhase, EndpointRecord, LiveVariant } from '../state/records.ts';
import type { Tag } from '../state/requests.ts';
import { mergedTags } from '../resources/tags.ts';
import { launching } from '../resources/rollout-stages.ts';
import { requireDeploymentConfig, type DeploymentConfig } from '../resources/deployment-config.ts';
import { endpointNamed, setTimeline } from '../resources/endpoint.ts';
import { createFeatures, createFleet, requireFleetQuota, requireVisibleConfig } from '../resources/fleet.ts';

interface Input {
  EndpointName: string;
  EndpointConfigName: string;
  DeploymentConfig?: DeploymentConfig;
  Tags?: Tag[];
}

/** `Creating → InService | Failed`. A name is taken until the endpoint is gone, also while it is Deleting or Failed. */
export function createEndpoint(input: Input, call: Call): Output {
  const { state, now, settings } = call;
  const name = input.EndpointName;
  requireDeploymentConfig(input.DeploymentConfig);
  const tags = mergedTags([], input.Tags);
  const existing = endpointNamed(state, name, now);
  if (existing) throw validationError(`Cannot create already existing endpoint "${existing.arn}".`);
  const config = requireVisibleConfig(call, input.EndpointConfigName);
  const variants = createFleet(config, call);
  const features = createFeatures(config, call);
  requireFleetQuota([...variants, ...features.shadowVariants], call);

  const failure = call.inject('fail_endpoint');
  const endpointConfigName = config.name;
  const creating: EndpointPhase = {
    status: 'Creating',
    startAt: now,
    endpointConfigName,
    variants: [],
    failureReason: null,
    pending: { endpointConfigName, variants: variants.map((variant) => launched(variant, now)), startAt: now, features },
    lastDeploymentConfig: input.DeploymentConfig ?? null,
    effect: null,
  };
  const settled = { ...creating, startAt: now + settings.endpointCreateSeconds * 1000, pending: null };
  const end: EndpointPhase = failure
    ? { ...settled, status: 'Failed', failureReason: failure.reason, effect: 'endpoint_failed' }
    : { ...settled, status: 'InService', variants, features, effect: 'endpoint_in_service' };
  const endpoint: EndpointRecord = { name, arn: call.arn('endpoint', name), createdAt: now, tags, timeline: [] };
  setTimeline(state, endpoint, [creating, end], now, { kind: 'endpoint_create_requested', detail: { endpointConfigName } });
  return { EndpointArn: endpoint.arn };
}

const launched = (variant: LiveVariant, startAt: number): LiveVariant => ({
  ...variant,
  weight: 0,
  instanceCount: variant.instanceCount === null ? null : 0,
  stages: [{ ...launching(variant.desiredInstanceCount), startAt }],
});
