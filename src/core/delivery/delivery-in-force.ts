import { mergeLayers } from '../shapes/merge-shapes.ts';
import { redactShape } from '../shapes/redact-shape.ts';
import type { ShapeObject } from '../shapes/shapes.ts';
import { type DeliveryFile, type FileLayers, layerMembers, layersFor, mergedPolicy } from './delivery-file.ts';
import { readPolicy } from './read-policy.ts';
import { showPolicy } from './show-policy.ts';

type ShownLayers = Readonly<Record<string, ShapeObject>>;

/**
 * Returns what the file says by default and for each endpoint, all layers of the file merged, as people may see it. A `null` takes a
 * member of the settings away. The policies have their defaults.
 */
export function deliveryInForce(delivery: DeliveryFile): {
  defaults: ShownLayers;
  endpoints: Readonly<Record<string, ShownLayers>>;
} {
  const names = Object.keys(delivery.endpoints);
  return {
    defaults: shown([delivery.defaults]),
    endpoints: Object.fromEntries(names.map((name) => [name, shown(layersFor(delivery, name))])),
  };
}

const shown = (layers: readonly FileLayers[]): ShownLayers => ({
  ...Object.fromEntries(
    layerMembers.map(({ member, layer, operation }) => [
      member,
      redactShape(
        mergeLayers(
          operation,
          layers.map((one) => one[layer]),
        ),
      ),
    ]),
  ),
  delivery: showPolicy(readPolicy(mergedPolicy(layers))),
});
