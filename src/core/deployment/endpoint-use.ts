/** What an endpoint uses, as SageMaker shows it: nothing of that is deleted, also where an operator moved it by hand. */
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';
import { type CleanUpDecision, resourceKey } from './decide-clean-up.ts';
import type { Endpoint } from './deployment.ts';

export interface EndpointUse {
  /** Null where SageMaker finds no endpoint. */
  status: string | null;
  /** Keys of the configurations that it is on, and on its way to. */
  configs: ReadonlySet<string>;
  /** Keys of the models that those name; null where they cannot be known, and any model may be in use. */
  models: ReadonlySet<string> | null;
}

export const noEndpoint: EndpointUse = { status: null, configs: new Set(), models: new Set() };

/** The configurations that an endpoint is on, and on its way to. */
export const configsInUse = ({ endpointConfigName, pendingEndpointConfigName }: Endpoint): string[] =>
  [endpointConfigName, pendingEndpointConfigName].filter((name) => name !== null);

/** `shapes`: of each of configsInUse, null for one that SageMaker does not find. */
export function useOf(endpoint: Endpoint, shapes: readonly (ShapeObject | null)[]): EndpointUse {
  const models = shapes.map((shape) => (shape === null ? null : modelsOf(shape)));
  return {
    status: endpoint.status,
    configs: new Set(configsInUse(endpoint).map(resourceKey)),
    models: models.every((names) => names !== null) ? new Set(models.flat().map(resourceKey)) : null,
  };
}

/** Null where a variant names none: it hosts inference components, which name theirs elsewhere. */
function modelsOf(config: ShapeObject): string[] | null {
  const variants = ['ProductionVariants', 'ShadowProductionVariants'].flatMap((member): unknown[] => {
    const held = own(config, member);
    return Array.isArray(held) ? held : [];
  });
  const names = variants.map((variant) => (isObject(variant) ? own(variant, 'ModelName') : undefined));
  return names.every((name) => typeof name === 'string') ? names : null;
}

/**
 * Why an endpoint that is as `use` says needs something of what is to be deleted; null where it does not. While it changes it may go back to
 * a configuration that SageMaker does not show.
 */
export function whyInUse(
  { modelName, endpointConfigName }: CleanUpDecision,
  { status, configs, models }: EndpointUse,
): string | null {
  if (status !== null && status !== 'InService') return `the endpoint is ${status}, and may need it`;
  if (endpointConfigName !== null && configs.has(resourceKey(endpointConfigName))) return 'the endpoint is on it';
  if (modelName === null) return null;
  if (models === null) return 'which models the endpoint uses is not known';
  return models.has(resourceKey(modelName)) ? 'the endpoint uses the model' : null;
}
