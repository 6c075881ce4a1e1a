import { AwsError, validationError } from '../aws-error.ts';
import type { Call } from '../call.ts';
import type { LiveVariant } from '../state/records.ts';
import type { ScalableTargetRecord } from '../state/scaling-records.ts';
import type { Put, State } from '../state/state.ts';
import { currentPhase } from '../state/timeline.ts';
import { requireEndpoint } from './endpoint.ts';

/** What names a scalable target in every request. Application Auto Scaling compares resource ids as they are written. */
export interface TargetInput {
  ServiceNamespace: string;
  ResourceId: string;
  ScalableDimension: string;
}

export const targetKey = (resourceId: string, dimension: string): string => `${resourceId}|${dimension}`;

/** Of a policy or a scheduled action, which are named within their target. */
export const keyOfNamed = (resourceId: string, dimension: string, name: string): string =>
  `${targetKey(resourceId, dimension)}|${name}`;

const resourcePattern = /^endpoint\/([^/]+)\/variant\/([^/]+)$/;

/** The endpoint and the variant of a resource id. null for one of another form. */
export function readResourceId(resourceId: string): { endpointName: string; variantName: string } | null {
  const [, endpointName, variantName] = resourcePattern.exec(resourceId) ?? [];
  return endpointName === undefined || variantName === undefined ? null : { endpointName, variantName };
}

/**
 * The variant that a target scales, which must be live.
 * @throws {AwsError} ValidationException for another namespace, form or dimension, in AWS's words (getmoto/moto#3304); for an endpoint
 * or a variant that is not there, in words that are made up.
 */
export function requireScalableVariant(
  call: Call,
  { ServiceNamespace, ResourceId, ScalableDimension }: TargetInput,
): LiveVariant {
  const named = readResourceId(ResourceId);
  if (ServiceNamespace !== 'sagemaker' || named === null || !ScalableDimension.startsWith('sagemaker:variant:')) {
    throw validationError('Unsupported service namespace, resource type or scalable dimension');
  }
  const { arn, timeline } = requireEndpoint(call, named.endpointName);
  const variant = currentPhase(timeline, call.now).variants.find(({ variantName }) => variantName === named.variantName);
  if (!variant) throw validationError(`The variant name(s) "${named.variantName}" is/are not present within endpoint "${arn}".`);
  const fitting = variant.serverless
    ? 'sagemaker:variant:DesiredProvisionedConcurrency'
    : 'sagemaker:variant:DesiredInstanceCount';
  if (ScalableDimension !== fitting) {
    throw validationError(`The scalable dimension ${ScalableDimension} does not fit the variant: it is ${fitting}.`);
  }
  return variant;
}

/** @throws {AwsError} ObjectNotFoundException, in AWS's words (ansible/ansible#40237). */
export function requireTarget({ state }: Call, input: TargetInput): ScalableTargetRecord {
  const target = state.scalableTargets.get(targetKey(input.ResourceId, input.ScalableDimension));
  if (target && input.ServiceNamespace === 'sagemaker') return target;
  throw new AwsError('ObjectNotFoundException', `No scalable target registered for ${describeTarget(input)}`);
}

/** As AWS's errors name a target. */
export const describeTarget = ({ ServiceNamespace, ResourceId, ScalableDimension }: TargetInput): string =>
  `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`;

/** The targets of an endpoint's variants. */
export function targetsOfEndpoint(state: State, endpointName: string): (ScalableTargetRecord & { variantName: string })[] {
  return [...state.scalableTargets.values()].flatMap((target) => {
    const named = readResourceId(target.resourceId);
    if (named?.endpointName.toLowerCase() !== endpointName.toLowerCase()) return [];
    return [{ ...target, variantName: named.variantName }];
  });
}

/** Removes targets with their policies and scheduled actions, as deregistering does. */
export function removeTargets(state: State, targets: readonly { resourceId: string; dimension: string }[]): Put[] {
  const keys = new Set(targets.map(({ resourceId, dimension }) => targetKey(resourceId, dimension)));
  const belongs = ({ resourceId, dimension }: { resourceId: string; dimension: string }): boolean =>
    keys.has(targetKey(resourceId, dimension));
  return [
    ...[...keys].map((key): Put => ['scalableTargets', key, null]),
    ...[...state.scalingPolicies].filter(([, one]) => belongs(one)).map(([key]): Put => ['scalingPolicies', key, null]),
    ...[...state.scheduledActions].filter(([, one]) => belongs(one)).map(([key]): Put => ['scheduledActions', key, null]),
  ];
}
