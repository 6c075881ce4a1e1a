import { noLayers, type ShapeLayers } from '../shapes/shape-layers.ts';
import type { ShapedOperation, ShapeObject } from '../shapes/shapes.ts';
import { mergePolicies } from './merge-policy.ts';
import type { DeliveryPolicy } from './policy.ts';
import { readPolicy, type WrittenPolicy } from './read-policy.ts';

/** What the file says by default, or for one endpoint. */
export interface FileLayers extends ShapeLayers {
  /** Of the policy, as the file writes it; absent where it has none. */
  readonly delivery?: ShapeObject;
}

/** A delivery file that has passed checkDeliveryFile (docs/delivery-file.md). */
export interface DeliveryFile {
  readonly defaults: FileLayers;
  /** By the endpoint's name as the file writes it: layersFor finds it however the name is written. */
  readonly endpoints: Readonly<Record<string, FileLayers>>;
}

/** The members of `defaults` and of each endpoint that hold a layer, as the file writes them. */
export const layerMembers = [
  { member: 'training', layer: 'training', operation: 'CreateTrainingJob' },
  { member: 'model', layer: 'model', operation: 'CreateModel' },
  { member: 'endpoint_config', layer: 'endpointConfig', operation: 'CreateEndpointConfig' },
] as const satisfies readonly { member: string; layer: keyof ShapeLayers; operation: ShapedOperation }[];

/** No file. */
export const emptyDelivery: DeliveryFile = { defaults: noLayers, endpoints: {} };

/**
 * Returns what the file has for an endpoint, the lowest layer first. The case of the name does not count
 * (docs/reference/sagemaker-behavior.md#endpoint-names-ignore-case).
 */
export function layersFor({ defaults, endpoints }: DeliveryFile, endpointName: string): readonly FileLayers[] {
  const wanted = endpointName.toLowerCase();
  const own = Object.entries(endpoints).find(([name]) => name.toLowerCase() === wanted);
  return own === undefined ? [defaults] : [defaults, own[1]];
}

/**
 * Returns the policy in force for an endpoint, with the defaults of its members: what the file has for the endpoint over what it has for
 * all. A deployment keeps a copy of it from its turn on.
 */
export const policyFor = (file: DeliveryFile, endpointName: string): DeliveryPolicy =>
  readPolicy(mergedPolicy(layersFor(file, endpointName)));

/** The policy that layers come to, the lowest first, as the file writes it. */
export const mergedPolicy = (layers: readonly FileLayers[]): WrittenPolicy =>
  layers.reduce<WrittenPolicy>((lower, { delivery }) => mergePolicies(lower, delivery ?? {}), {});
