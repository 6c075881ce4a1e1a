import { isObject, own, type ShapedOperation, type ShapeObject } from './shapes.ts';

/**
 * What a production variant says about its instances. The time-outs of download and start-up are of the container, and stay
 * (docs/reference/sagemaker-behavior.md#a-serverless-variant-has-no-instances).
 */
export const instanceSettings: readonly string[] = [
  'AcceleratorType',
  'CapacityReservationConfig',
  'EnableSSMAccess',
  'InferenceAmiVersion',
  'InitialInstanceCount',
  'InstancePools',
  'InstanceType',
  'ManagedInstanceScaling',
  'RoutingConfig',
  'VariantInstanceProvisionTimeoutInSeconds',
  'VolumeSizeInGB',
];

interface Exclusion {
  /** The member that holds both; empty for the request itself. Of a list, its only entry. */
  readonly holder: string;
  readonly member: string;
  /** What it leaves no room for in the layers below. */
  readonly excludes: readonly string[];
}

/**
 * What one way of saying something takes away of another one in the layers below: a request for the AWS CLI has one of them, and the
 * settings of the service, which lie below, would add the other. Sources as in check-merged.ts, which refuses both in one layer.
 */
const exclusions: Readonly<Record<ShapedOperation, readonly Exclusion[]>> = {
  CreateTrainingJob: [
    { holder: 'AlgorithmSpecification', member: 'AlgorithmName', excludes: ['TrainingImage', 'TrainingImageConfig'] },
    { holder: 'AlgorithmSpecification', member: 'TrainingImage', excludes: ['AlgorithmName'] },
    { holder: 'ResourceConfig', member: 'InstanceGroups', excludes: ['InstanceType', 'InstanceCount', 'InstancePreferences'] },
    { holder: 'ResourceConfig', member: 'InstancePreferences', excludes: ['InstanceType', 'InstanceGroups'] },
    { holder: 'ResourceConfig', member: 'InstanceType', excludes: ['InstanceGroups', 'InstancePreferences'] },
    { holder: '', member: 'ServerlessJobConfig', excludes: ['AlgorithmSpecification', 'ResourceConfig'] },
  ],
  CreateModel: [
    { holder: '', member: 'Containers', excludes: ['PrimaryContainer'] },
    { holder: '', member: 'PrimaryContainer', excludes: ['Containers'] },
    { holder: 'PrimaryContainer', member: 'ModelPackageName', excludes: ['Image'] },
    { holder: 'PrimaryContainer', member: 'Image', excludes: ['ModelPackageName'] },
    { holder: 'PrimaryContainer', member: 'ModelDataSource', excludes: ['ModelDataUrl'] },
    { holder: 'PrimaryContainer', member: 'ModelDataUrl', excludes: ['ModelDataSource'] },
  ],
  CreateEndpointConfig: [
    { holder: 'ProductionVariants', member: 'ServerlessConfig', excludes: instanceSettings },
    { holder: 'ProductionVariants', member: 'InstancePools', excludes: ['InstanceType'] },
  ],
};

/** Returns the layers, the lowest first, without what the layers above leave no room for. `null` takes away itself alone. */
export function withoutExcluded(operation: ShapedOperation, layers: readonly ShapeObject[]): readonly ShapeObject[] {
  return layers.map((layer, index) => {
    const above = layers.slice(index + 1);
    const gone = exclusions[operation].filter((exclusion) => isInForce(exclusion, above));
    return gone.reduce(takeAway, layer);
  });
}

/** Given above, and not taken away again further up. */
function isInForce({ holder, member }: Exclusion, above: readonly ShapeObject[]): boolean {
  const wishes = above.map((layer) => held(layer, holder)).map((one) => (one === null ? undefined : own(one, member)));
  return (wishes.findLast((wish) => wish !== undefined) ?? null) !== null;
}

function held(layer: ShapeObject, holder: string): ShapeObject | null {
  if (holder === '') return layer;
  const value = own(layer, holder);
  const [only] = Array.isArray(value) ? (value.length === 1 ? (value as readonly unknown[]) : []) : [value];
  return isObject(only) ? only : null;
}

function takeAway(layer: ShapeObject, { holder, excludes }: Exclusion): ShapeObject {
  const inside = held(layer, holder);
  if (inside === null || !excludes.some((member) => Object.hasOwn(inside, member))) return layer;
  const left = Object.fromEntries(Object.entries(inside).filter(([member]) => !excludes.includes(member)));
  if (holder === '') return left;
  return { ...layer, [holder]: Array.isArray(layer[holder]) ? [left] : left };
}
