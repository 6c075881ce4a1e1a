import { validationError } from '../aws-error.ts';
import type { EndpointConfigRequest, ProductionVariant } from '../state/requests.ts';
import { invalidInput, missing, type Fault } from '../validation/validate-input.ts';

/**
 * What a configuration's variants need beyond the API model's bounds. A variant without a model is for inference components. Where no
 * source is named, the rule is documented and its wording made up.
 * @throws {AwsError} ValidationException.
 */
export function requireVariants(request: EndpointConfigRequest): void {
  const { ProductionVariants: variants, ShadowProductionVariants: shadows = [], ExecutionRoleArn } = request;
  // The role of the inference components, which have no models that bring theirs.
  const mayLackModels = ExecutionRoleArn !== undefined;
  const faults = [
    ...variants.flatMap((variant, index) => missingOf(variant, `productionVariants.${index + 1}.member`, mayLackModels)),
    ...shadows.flatMap((variant, index) => missingOf(variant, `shadowProductionVariants.${index + 1}.member`, mayLackModels)),
  ];
  const forComponents = [...variants, ...shadows].filter(({ ModelName }) => ModelName === undefined);
  if (faults.length > 0) throw invalidInput(faults);
  requireUnique([...variants, ...shadows]);
  if (forComponents.length === 0) requireNoComponentSettings(request);
  else if (forComponents.length < variants.length + shadows.length) {
    throw validationError('ModelName must be specified for all production variants or for none of them.');
  }
  if (shadows.length > 0) requireShadow(request);
}

function missingOf(variant: ProductionVariant, path: string, mayLackModels: boolean): Fault[] {
  const needed: (keyof ProductionVariant)[] = variant.ServerlessConfig ? [] : ['InitialInstanceCount'];
  if (!variant.ServerlessConfig && !variant.InstancePools) needed.unshift('InstanceType');
  if (variant.ServerlessConfig || !mayLackModels) needed.unshift('ModelName');
  return needed
    .filter((member) => variant[member] === undefined)
    .map((member) => missing(`${path}.${member.charAt(0).toLowerCase()}${member.slice(1)}`));
}

function requireUnique(variants: ProductionVariant[]): void {
  const names = variants.map(({ VariantName }) => VariantName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw validationError(`Production variant names must be unique: "${twice}" comes twice.`);
}

/** The first text is SageMaker's own (hashicorp/terraform-provider-aws#45926), the rule of the second is in #48738. */
function requireNoComponentSettings({ ProductionVariants, VpcConfig, EnableNetworkIsolation }: EndpointConfigRequest): void {
  if (ProductionVariants.some(({ ManagedInstanceScaling }) => ManagedInstanceScaling?.Status === 'ENABLED'))
    throw validationError('ManagedInstanceScaling is only supported for inference component endpoints.');
  if (VpcConfig) throw validationError('VpcConfig is only supported for inference component endpoints.');
  if (EnableNetworkIsolation === true)
    throw validationError('EnableNetworkIsolation is only supported for inference component endpoints.');
}

/** Documented with the member, and in the exclusions of shadow tests. */
function requireShadow({ ProductionVariants, ShadowProductionVariants = [], AsyncInferenceConfig }: EndpointConfigRequest): void {
  if (ProductionVariants.length !== 1 || ShadowProductionVariants.length !== 1) {
    throw validationError('Exactly one production variant and one shadow production variant can be specified together.');
  }
  if (AsyncInferenceConfig) throw validationError('ShadowProductionVariants are not supported with AsyncInferenceConfig.');
  if ([...ProductionVariants, ...ShadowProductionVariants].some(({ ServerlessConfig }) => ServerlessConfig)) {
    throw validationError('ShadowProductionVariants are not supported with ServerlessConfig.');
  }
}
