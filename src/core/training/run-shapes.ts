import { noLayers, type ShapeLayers } from '../shapes/shape-layers.ts';
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';
import { trainingOfLegacy } from './legacy-request.ts';
import { mergeRun } from './merge-run.ts';
import type { ShapeSettings } from './settings-layer.ts';
import type { TrainingRun } from './training-run.ts';

/** What a run has kept of its request, in the form of this version or of the one before. */
export type RecordedRun = Pick<TrainingRun, 'shapes' | 'request'>;

/** The CreateTrainingJob request of a run without its name; null where it is not known, as of an adopted run before its end. */
export const trainingOf = ({ shapes, request }: RecordedRun): ShapeObject | null =>
  shapes?.training ?? (request === null ? null : trainingOfLegacy(request));

/**
 * What a run is made of. One of the version before, and an adopted one before its end, kept only a part: the rest is as the settings and
 * the layers of the delivery file say now.
 */
export function shapesOfRun(
  run: RecordedRun & Pick<TrainingRun, 'servingImage'>,
  settings: ShapeSettings,
  fileLayers: readonly ShapeLayers[],
): ShapeLayers {
  if (run.shapes !== null) return run.shapes;
  const image = run.servingImage === null ? {} : { PrimaryContainer: { Image: run.servingImage } };
  const role = run.request === null ? {} : { ExecutionRoleArn: run.request.roleArn };
  const kept = { ...noLayers, model: { ...image, ...role } };
  const merged = mergeRun(settings, run.request === null ? [...fileLayers, kept] : [kept]);
  return { ...merged, training: trainingOf(run) ?? merged.training };
}

/** The image of the container that gets the artifact; null where a layer names none, as with a model package. */
export function servingImageOf({ model }: Pick<ShapeLayers, 'model'>): string | null {
  const container = own(model, 'PrimaryContainer');
  const image = isObject(container) ? own(container, 'Image') : undefined;
  return typeof image === 'string' ? image : null;
}
