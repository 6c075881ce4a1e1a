/** The CreateEndpointConfig request of a deployment: what is wished for, over what the live endpoint has. */
import type { ProductionVariant } from './deployment.ts';
import { checkConflicts } from '../shapes/check-merged.ts';
import type { ShapeIssue } from '../shapes/issue.ts';
import { mergeLayers, withoutNulls } from '../shapes/merge-shapes.ts';
import { knownMembers } from '../shapes/known-members.ts';
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';

const defaultVariantName = 'AllTraffic';

interface Wanted {
  endpointName: string;
  modelName: string;
  /** What the layers say, with the nulls of what they take away. */
  config: ShapeObject;
  /** The live configuration, as DescribeEndpointConfig shows it; null without one, and where it was deleted. */
  live: ShapeObject | null;
  /** Of the endpoint; none without one. */
  variantNames: readonly string[];
}

export type EndpointConfigDecision =
  | {
      kind: 'request';
      /** Without its name and tags. */
      request: ShapeObject;
      /** What the live configuration has and no layer speaks of, by member. */
      carriedOver: string[];
      /** The instance type that the endpoint would change from and to; null where it stays. */
      instanceType: { from: string; to: string; variantName: string } | null;
    }
  /** The endpoint cannot be brought to it: why, and what to do. */
  | { kind: 'refuse'; reason: string };

/**
 * The members of the live configuration that no layer speaks of are carried over, and the live variant keeps its name, because
 * RetainAllVariantProperties finds autoscaled counts by it (docs/reference/sagemaker-behavior.md#variant-properties-are-kept-by-name).
 */
export function decideEndpointConfig({ endpointName, modelName, config, live, variantNames }: Wanted): EndpointConfigDecision {
  const below = live === null ? {} : carriable(live);
  const reason = whyRefused({ endpointName, live: below, config, variantNames });
  if (reason !== null) return { kind: 'refuse', reason };
  const { Tags: _, ...request } = withoutNulls('CreateEndpointConfig', mergeLayers('CreateEndpointConfig', [below, config]));
  // The layers alone go together (checkRun).
  const [conflict] = checkConflicts('CreateEndpointConfig', request, 'create_endpoint_config');
  if (conflict !== undefined) return { kind: 'refuse', reason: notTogether(endpointName, conflict) };
  const liveVariant = onlyVariant(below);
  const variant = onlyVariant(request) ?? {};
  const wantedName = own(variant, 'VariantName');
  const variantName = variantNames[0] ?? (typeof wantedName === 'string' ? wantedName : defaultVariantName);
  return {
    kind: 'request',
    request: { ...request, ProductionVariants: [{ ...variant, VariantName: variantName, ModelName: modelName }] },
    carriedOver: carriedOver(below, config),
    instanceType: changedInstanceType(liveVariant, variant, variantName),
  };
}

const notTogether = (endpointName: string, { field, detail }: ShapeIssue): string =>
  `what is wished for does not go together with what the endpoint ${endpointName} has, which is kept: ${field} ${detail}; ` +
  'give that member, too, or null to do without what the endpoint has';

/**
 * What a description says beside SageMaker's defaults: false and empty members say no more than none
 * (docs/reference/sagemaker-behavior.md#descriptions-show-defaults). A configuration that was carried over would differ from itself.
 */
function carriable(live: ShapeObject): ShapeObject {
  const { Tags: _tags, EndpointConfigName: _name, ...members } = knownMembers('CreateEndpointConfig', live);
  const variants = own(members, 'ProductionVariants');
  const ofVariants = Array.isArray(variants)
    ? { ProductionVariants: (variants as readonly unknown[]).map((one) => (isObject(one) ? withoutDefaults(one) : one)) }
    : {};
  return { ...withoutDefaults(members), ...ofVariants };
}

const withoutDefaults = (members: ShapeObject): ShapeObject =>
  Object.fromEntries(Object.entries(members).filter(([, held]) => held !== false && held !== '' && !isEmpty(held)));

const isEmpty = (held: unknown): boolean => typeof held === 'object' && held !== null && Object.keys(held).length === 0;

function whyRefused({
  endpointName,
  live,
  config,
  variantNames,
}: Omit<Wanted, 'modelName' | 'live'> & { live: ShapeObject }): string | null {
  const endpoint = `the endpoint ${endpointName}`;
  const elsewhere = 'deploy to an endpoint of another name (endpoint_name), or delete this one first';
  if (variantNames.length > 1)
    return `${endpoint} has several production variants (${variantNames.join(', ')}), and this service deploys one model to one variant; ${elsewhere}`;
  const liveVariant = onlyVariant(live);
  const wanted = onlyVariant(config) ?? {};
  const [liveName] = variantNames;
  const wantedName = own(wanted, 'VariantName');
  if (liveName !== undefined && typeof wantedName === 'string' && wantedName !== liveName)
    return `${endpoint} has the production variant ${liveName}, whose name stays, and ${wantedName} is wished for; leave VariantName out of create_endpoint_config.ProductionVariants[0], or ${elsewhere}`;
  if (liveVariant === null) return null;
  if (own(liveVariant, 'ModelName') === undefined)
    return `${endpoint} hosts inference components, which have a life cycle of their own; ${elsewhere}`;
  const [isServerless, becomesServerless] = [liveVariant, wanted].map((one) => isObject(own(one, 'ServerlessConfig')));
  if (isServerless && !becomesServerless)
    return `${endpoint} is serverless, and would become one with instances, from which there is no way back; give create_endpoint_config.ProductionVariants[0].ServerlessConfig to continue with it, or ${elsewhere}`;
  if (!isServerless && becomesServerless)
    return `${endpoint} has instances, and SageMaker makes no serverless endpoint of it; leave ServerlessConfig out, or ${elsewhere}`;
  if (own(liveVariant, 'InstancePools') !== undefined && own(wanted, 'InstancePools') === undefined)
    return `${endpoint} has instance pools, and the instance type ${String(own(wanted, 'InstanceType'))} is wished for; give create_endpoint_config.ProductionVariants[0].InstancePools to keep them (null to do without), or ${elsewhere}`;
  return null;
}

function onlyVariant(config: ShapeObject): ShapeObject | null {
  const variants = own(config, 'ProductionVariants');
  const [variant] = Array.isArray(variants) ? (variants as readonly unknown[]) : [];
  return isObject(variant) ? variant : null;
}

function carriedOver(live: ShapeObject, config: ShapeObject): string[] {
  const ofVariant = Object.keys(onlyVariant(live) ?? {}).filter(
    (member) => member !== 'ModelName' && member !== 'VariantName' && !Object.hasOwn(onlyVariant(config) ?? {}, member),
  );
  const members = Object.keys(live).filter((member) => member !== 'ProductionVariants' && !Object.hasOwn(config, member));
  return [...members, ...ofVariant];
}

function changedInstanceType(
  live: ShapeObject | null,
  wanted: ShapeObject,
  variantName: string,
): { from: string; to: string; variantName: string } | null {
  const [from, to] = [live === null ? undefined : own(live, 'InstanceType'), own(wanted, 'InstanceType')];
  return typeof from === 'string' && typeof to === 'string' && from !== to ? { from, to, variantName } : null;
}

/** As modelIdentity. */
export function endpointConfigIdentity(request: ShapeObject): object {
  const { ProductionVariants: variants, ...others } = request;
  const [variant] = Array.isArray(variants) ? (variants as readonly unknown[]) : [];
  if (!isObject(variant) || Object.keys(others).length > 0) return request;
  const {
    VariantName: variantName,
    ModelName: modelName,
    InstanceType: instanceType,
    InitialInstanceCount: instanceCount,
    InitialVariantWeight: weight,
    ...further
  } = variant;
  const isPlain = Object.keys(further).length === 0 && weight === 1 && instanceType !== undefined && instanceCount !== undefined;
  return isPlain ? { variantName, modelName, instanceType, instanceCount } : request;
}

/** The request of a variant that the version before recorded. */
export const requestOfVariant = ({ variantName, modelName, instanceType, instanceCount }: ProductionVariant): ShapeObject => ({
  ProductionVariants: [
    {
      VariantName: variantName,
      ModelName: modelName,
      InstanceType: instanceType,
      InitialInstanceCount: instanceCount,
      InitialVariantWeight: 1,
    },
  ],
});

/** The production variants of a configuration; none of null. A Failed endpoint may show none of its own. */
export function variantNamesOf(config: ShapeObject | null): string[] {
  const variants = config === null ? undefined : own(config, 'ProductionVariants');
  return (Array.isArray(variants) ? (variants as readonly unknown[]) : []).flatMap((variant) => {
    const name = isObject(variant) ? own(variant, 'VariantName') : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
