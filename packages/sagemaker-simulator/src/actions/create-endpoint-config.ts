import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import { requireModel } from '../resources/model.ts';
import type { EndpointConfigRecord, EndpointConfigRequest, ProductionVariant } from '../state/records.ts';
import { keyOf } from '../state/state.ts';
import { mergedTags } from '../resources/tags.ts';
import { invalidInput, missing } from '../validation/validate-input.ts';

export function createEndpointConfig(input: EndpointConfigRequest, call: Call): Output {
  const { state, now, arn, settings } = call;
  const { Tags, ...request } = input;
  requireVariants(request.ProductionVariants);
  for (const { ModelName = '' } of request.ProductionVariants) requireModel(call, ModelName);
  const name = input.EndpointConfigName;
  const existing = state.endpointConfigs.get(keyOf(name));
  if (existing) throw validationError(`Cannot create already existing endpoint configuration "${existing.arn}".`);
  const config: EndpointConfigRecord = {
    name,
    arn: arn('endpoint-config', name),
    createdAt: now,
    tags: mergedTags([], Tags),
    request: {
      ...request,
      ProductionVariants: request.ProductionVariants.map((variant) => ({ InitialVariantWeight: 1, ...variant })),
    },
    visibleAt: now + settings.endpointConfigVisibleAfterMs,
  };
  const models = request.ProductionVariants.map(({ ModelName }) => ModelName);
  state.commit({
    puts: [['endpointConfigs', keyOf(name), config]],
    effects: [{ at: now, kind: 'endpoint_config_created', name, detail: { models } }],
  });
  return { EndpointConfigArn: config.arn };
}

/** The model leaves these open for inference components, which the simulator doesn't have. */
function requireVariants(variants: ProductionVariant[]): void {
  const faults = variants.flatMap((variant, index) => {
    const path = `productionVariants.${index + 1}.member`;
    const needed = variant.ServerlessConfig
      ? (['ModelName'] as const)
      : (['ModelName', 'InstanceType', 'InitialInstanceCount'] as const);
    return needed
      .filter((member) => variant[member] === undefined)
      .map((member) => missing(`${path}.${member.charAt(0).toLowerCase()}${member.slice(1)}`));
  });
  if (faults.length > 0) throw invalidInput(faults);
  const names = variants.map(({ VariantName }) => VariantName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw validationError(`Production variant names must be unique: "${twice}" comes twice.`);
}
