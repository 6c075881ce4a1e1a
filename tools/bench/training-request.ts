import type { ShapeLayers } from '../../src/core/shapes/shape-layers.ts';
import { legacyOfTraining } from '../../src/core/training/legacy-request.ts';
import { mergeRun } from '../../src/core/training/merge-run.ts';
import { fieldsLayer } from '../../src/core/training/request-fields.ts';
import type { NewRun } from '../../src/ports/store.ts';
import { image, outputS3Uri, roleArn } from './direct-sdk.ts';

/** What the service makes of a bootstrap with these hyperparameters: the counterpart of `trainingJob` (direct-sdk.ts). */
export const shapesOfBench = (hyperparameters: Record<string, string> = {}): ShapeLayers =>
  mergeRun(
    {
      roleArn,
      trainingImage: image,
      servingImage: image,
      trainingInputS3Uri: null,
      modelOutputS3Uri: outputS3Uri,
      trainingInstanceType: 'ml.m5.xlarge',
      trainingInstanceCount: 1,
      trainingVolumeGb: 30,
      trainingMaxRuntimeSeconds: 86_400,
      endpointInstanceType: 'ml.m5.large',
      endpointInstanceCount: 1,
    },
    [fieldsLayer({ hyperparameters })],
  );

/** What the service records of it. */
export function recordOfBench(hyperparameters: Record<string, string> = {}): Pick<NewRun, 'shapes' | 'request' | 'servingImage'> {
  const shapes = shapesOfBench(hyperparameters);
  return { shapes, request: legacyOfTraining(shapes.training), servingImage: image };
}
