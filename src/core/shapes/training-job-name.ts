import type { ShapeObject } from './shapes.ts';

/**
 * Returns the name that a caller wishes for the training job, and the layer without it: a layer of settings that held a name would give
 * every run the same. Null where the layer has none.
 */
export function takeTrainingJobName(layer: ShapeObject): { name: string | null; layer: ShapeObject } {
  const { TrainingJobName: name, ...others } = layer;
  return { name: typeof name === 'string' ? name : null, layer: others };
}
