import type { SageMakerError } from '../errors.ts';

/** What SageMaker does not find: a resource of the deployment, or of the live endpoint. */
export type Missing =
  | { what: 'model' | 'endpoint_config'; whose: 'own' }
  | { what: 'model' | 'endpoint_config'; whose: 'live'; name: string };

interface Names {
  modelName: string;
  endpointConfigName: string | null;
}

/**
 * Returns the resource that a "could not find" names in its text; null where it names none of these. SageMaker writes ARNs in lower case,
 * and compares names without regard to case.
 */
export function missingResource(
  { kind, resource, message }: Pick<SageMakerError, 'kind' | 'resource' | 'message'>,
  own: Names,
  liveConfigName: string | null,
): Missing | null {
  if (kind !== 'not_found') return null;
  const named = nameIn(message);
  const isCalled = (name: string | null): boolean => name !== null && named?.toLowerCase() === name.toLowerCase();
  if (resource === 'model') {
    return named === null || isCalled(own.modelName)
      ? { what: 'model', whose: 'own' }
      : { what: 'model', whose: 'live', name: named };
  }
  if (resource !== 'endpoint_config') return null;
  return isCalled(liveConfigName) && !isCalled(own.endpointConfigName)
    ? { what: 'endpoint_config', whose: 'live', name: liveConfigName ?? '' }
    : { what: 'endpoint_config', whose: 'own' };
}

/** The same for a deployment on its way back to the configuration `to`: what is missing is of something that was live. */
export function missingOnWayBack(
  { kind, resource, message }: Pick<SageMakerError, 'kind' | 'resource' | 'message'>,
  to: string,
): Missing | null {
  if (kind !== 'not_found' || (resource !== 'model' && resource !== 'endpoint_config')) return null;
  return { what: resource, whose: 'live', name: nameIn(message) ?? to };
}

/** `Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/name".`, or the bare name in quotes. */
const nameIn = (message: string): string | null =>
  /:(?:model|endpoint-config)\/([a-zA-Z0-9-]+)/.exec(message)?.[1] ?? /"([a-zA-Z0-9-]+)"/.exec(message)?.[1] ?? null;
