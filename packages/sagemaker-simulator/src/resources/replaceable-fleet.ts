import type { Call } from '../call.ts';
import { validationError } from '../aws-error.ts';
import type { EndpointRecord, LiveVariant } from '../state/records.ts';
import { targetsOfEndpoint } from './scalable-target.ts';

/**
 * What an update can't change in place: real-time to serverless (documented; the other way is possible and final; the wording is made
 * up), and the instance type or the presence of a variant that is a scalable target ("Update endpoints that use auto scaling"; the text
 * is SageMaker's as remembered). Another model is allowed.
 * @throws {AwsError} ValidationException.
 */
export function requireReplaceable(endpoint: EndpointRecord, live: LiveVariant[], wanted: LiveVariant[], { state }: Call): void {
  const isServerless = (fleet: LiveVariant[]): boolean => fleet.some(({ serverless }) => serverless !== null);
  if (isServerless(wanted) && live.length > 0 && !isServerless(live)) {
    throw validationError(`Cannot update endpoint "${endpoint.arn}" from instance-based to serverless.`);
  }
  const find = (fleet: LiveVariant[], name: string): LiveVariant | undefined =>
    fleet.find(({ variantName }) => variantName === name);
  const held = targetsOfEndpoint(state, endpoint.name)
    .map(({ variantName }) => variantName)
    .filter((name) => {
      const variant = find(wanted, name);
      return variant === undefined || variant.instanceType !== find(live, name)?.instanceType;
    });
  if (held.length > 0) {
    const names = [...new Set(held)].map((name) => `"${name}"`).join(', ');
    throw validationError(
      `The variant(s) ${names} must be deregistered as scalable target(s) with AutoScaling before they can be removed or have their instance type updated.`,
    );
  }
}
