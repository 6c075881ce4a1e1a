/** What a policy cannot be for the fleet of its endpoint, as far as the settings and the file say what that is: requests and autoscaling may say more. */
import { leastInstances } from '../deployment/plan-rollout.ts';
import type { ShapeIssue } from '../shapes/issue.ts';
import { mergeLayers } from '../shapes/merge-shapes.ts';
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';
import type { FileLayers } from './delivery-file.ts';
import { readPolicy, type WrittenPolicy } from './read-policy.ts';

/** What the settings say of a new endpoint's instances. */
export interface FleetSettings {
  readonly endpointInstanceType: string;
  readonly endpointInstanceCount: number;
}

/** A layer of the file with its place in it: `defaults`, `endpoints.NAME`. */
export interface PlacedLayers {
  readonly place: string;
  readonly layers: FileLayers;
}

/**
 * Returns the issues of one endpoint. `written`: the policy in force for it. `placed`: what the file has for it, the lowest first. An
 * issue's field is where the member stands that cannot be.
 */
export function fleetIssues(written: WrittenPolicy, placed: readonly PlacedLayers[], settings: FleetSettings): ShapeIssue[] {
  const { rollout, verify } = readPolicy(written);
  const config = mergeLayers('CreateEndpointConfig', [
    settingsConfig(settings),
    ...placed.map(({ layers }) => layers.endpointConfig),
  ]);
  const issues: ShapeIssue[] = [];
  const add = (member: string, detail: string): number => issues.push({ field: `${whereOf(placed, member)}.${member}`, detail });
  // docs/reference/sagemaker-behavior.md#an-asynchronous-endpoint-takes-no-invokeendpoint
  if (verify !== null && isObject(own(config, 'AsyncInferenceConfig')))
    add('delivery.verify', `excludes endpoint_config.AsyncInferenceConfig: an asynchronous endpoint takes no such requests`);
  if (rollout === null) return issues;
  const { strategy, bakeSeconds } = rollout;
  const variant = variantOf(config);
  // docs/reference/sagemaker-behavior.md#guardrails-exclude-some-updates
  if (String(own(variant, 'InstanceType')).startsWith('ml.inf1.') && (strategy !== 'all_at_once' || bakeSeconds > 0)) {
    const type = sourceOf(placed, 'InstanceType', 'ENDPOINT_INSTANCE_TYPE');
    add(
      'delivery.rollout',
      `is not for ml.inf1 instances, which ${type} says: SageMaker updates them all at once, without a bake`,
    );
  } else if (strategy === 'all_at_once') return issues;
  else if (isObject(own(variant, 'ServerlessConfig'))) {
    add('delivery.rollout.strategy', `cannot be ${strategy} for a serverless endpoint; write all_at_once`);
  } else if (countOf(variant) < leastInstances) {
    const count = sourceOf(placed, 'InitialInstanceCount', 'ENDPOINT_INSTANCE_COUNT');
    add(
      'delivery.rollout.strategy',
      `cannot be ${strategy}, which needs ${leastInstances} instances: ${count} says ${countOf(variant)}`,
    );
  }
  return issues;
}

const settingsConfig = ({ endpointInstanceType, endpointInstanceCount }: FleetSettings): ShapeObject => ({
  ProductionVariants: [{ InstanceType: endpointInstanceType, InitialInstanceCount: endpointInstanceCount }],
});

function variantOf(config: ShapeObject): ShapeObject {
  const variants = own(config, 'ProductionVariants');
  const [variant] = Array.isArray(variants) ? (variants as readonly unknown[]) : [];
  return isObject(variant) ? variant : {};
}

/** What was taken away, and what a pool or managed scaling says, is not known here. */
function countOf(variant: ShapeObject): number {
  const count = own(variant, 'InitialInstanceCount');
  return typeof count === 'number' && !isObject(own(variant, 'ManagedInstanceScaling')) ? count : Infinity;
}

/** The highest layer that has the member, by its path; the lowest where none has. */
function whereOf(placed: readonly PlacedLayers[], member: string): string {
  const has = ({ layers }: PlacedLayers): boolean => {
    let held: unknown = layers;
    for (const part of member.split('.')) held = isObject(held) ? own(held, part) : undefined;
    return held !== undefined;
  };
  return (placed.findLast(has) ?? placed[0])?.place ?? '';
}

/** Where a member of the variant comes from, for people. */
function sourceOf(placed: readonly PlacedLayers[], member: string, setting: string): string {
  const layer = placed.findLast(({ layers }) => Object.hasOwn(variantOf(layers.endpointConfig), member));
  return layer === undefined ? setting : `${layer.place}.endpoint_config.ProductionVariants[0].${member}`;
}
