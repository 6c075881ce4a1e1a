import { noLayers, type ShapeLayers } from '../shapes/shape-layers.ts';
import type { ShapedOperation } from '../shapes/shapes.ts';

/** A delivery file that has passed checkDeliveryFile (docs/delivery-file.md). */
export interface DeliveryFile {
  readonly defaults: ShapeLayers;
  /** By the endpoint's name as the file writes it: layersFor finds it however the name is written. */
  readonly endpoints: Readonly<Record<string, ShapeLayers>>;
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
export function layersFor({ defaults, endpoints }: DeliveryFile, endpointName: string): readonly ShapeLayers[] {
  const wanted = endpointName.toLowerCase();
  const own = Object.entries(endpoints).find(([name]) => name.toLowerCase() === wanted);
  return own === undefined ? [defaults] : [defaults, own[1]];
}
