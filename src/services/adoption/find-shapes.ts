import { knownMembers } from '../../core/shapes/known-members.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import { shapesOfAdopted } from '../../core/training/adopted-run.ts';
import { shapesOfRun } from '../../core/training/run-shapes.ts';
import { servingImageFor } from '../../core/training/settings-layer.ts';
import { isAdopted, type TrainingJob, type TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';
import { deployedDigest } from '../deployment/content-digest.ts';
import { shapesOf } from '../deployment/deployment-shapes.ts';
import { fileLayers } from '../file-layers.ts';

/**
 * Returns what an adopted run is made of, by what SageMaker shows of its training, the delivery file and its tags, and what cannot be known
 * of it, for people to read. Null for a run that the service started, and for one of which that is known already.
 */
export function findShapesOfAdopted(
  ctx: ServiceContext,
  run: TrainingRun,
  { shape }: Pick<TrainingJob, 'shape'>,
): { shapes: ShapeLayers; unknown: string | null } | null {
  if (run.shapes !== null || !isAdopted(run)) return null;
  const base = shapesOfForeign(ctx, run, shape) ?? shapesOf(ctx, run);
  const isRecorded = run.contentDigest === deployedDigest(base);
  return { shapes: shapesOfAdopted(base, shape, isRecorded), unknown: isRecorded ? null : unknownOf(run) };
}

/**
 * Of a training without a serving image in its tags: where the settings have none of their own, its own image serves it, as one that a
 * request chose would. Null where that is no question.
 */
function shapesOfForeign(ctx: ServiceContext, run: TrainingRun, description: ShapeObject): ShapeLayers | null {
  const { settings } = ctx;
  if (run.servingImage !== null) return null;
  const training = knownMembers('CreateTrainingJob', description);
  const image = servingImageFor(settings, training);
  const layers = fileLayers(ctx, run.endpointName).map((layer) => ({ ...layer, training: {} }));
  return shapesOfRun(run, { ...settings, trainingImage: image, servingImage: image }, layers);
}

const unknownOf = ({ contentDigest }: TrainingRun): string =>
  contentDigest === null
    ? 'adopted: its model and endpoint configuration are made of the settings, the delivery file and what SageMaker shows of the training'
    : 'adopted: its request said more of the model and the endpoint configuration, which was lost with the database; they are made of the settings, the delivery file and what SageMaker shows of the training';
