import { layersFor } from '../core/delivery/delivery-file.ts';
import type { ShapeLayers } from '../core/shapes/shape-layers.ts';
import type { ServiceContext } from './context.ts';

/** What the delivery file says of an endpoint, the lowest layer first. */
export const fileLayers = ({ settings }: Pick<ServiceContext, 'settings'>, endpointName: string): readonly ShapeLayers[] =>
  layersFor(settings.delivery, endpointName);
