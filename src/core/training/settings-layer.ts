import type { ShapeLayers } from '../shapes/shape-layers.ts';
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';

/** What the environment of the service says about trainings. */
export interface TrainingSettings {
  roleArn: string;
  trainingImage: string;
  trainingInputS3Uri: string | null;
  modelOutputS3Uri: string;
  trainingInstanceType: string;
  trainingInstanceCount: number;
  trainingVolumeGb: number;
  trainingMaxRuntimeSeconds: number;
}

/** The same about endpoints, too. */
export interface ShapeSettings extends TrainingSettings {
  servingImage: string;
  endpointInstanceType: string;
  endpointInstanceCount: number;
}

/** The lowest layer: the settings of the service. */
export const settingsLayer = (settings: ShapeSettings): ShapeLayers => ({
  training: trainingLayer(settings),
  model: { PrimaryContainer: { Image: settings.servingImage }, ExecutionRoleArn: settings.roleArn },
  endpointConfig: {
    ProductionVariants: [
      {
        InstanceType: settings.endpointInstanceType,
        InitialInstanceCount: settings.endpointInstanceCount,
        InitialVariantWeight: 1,
      },
    ],
  },
});

/** The part about the training: a whole request of CreateTrainingJob, but for its name. */
export const trainingLayer = (settings: TrainingSettings): ShapeObject => ({
  RoleArn: settings.roleArn,
  AlgorithmSpecification: { TrainingImage: settings.trainingImage, TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: settings.modelOutputS3Uri },
  ResourceConfig: {
    InstanceType: settings.trainingInstanceType,
    InstanceCount: settings.trainingInstanceCount,
    VolumeSizeInGB: settings.trainingVolumeGb,
  },
  StoppingCondition: { MaxRuntimeInSeconds: settings.trainingMaxRuntimeSeconds },
  ...(settings.trainingInputS3Uri === null ? {} : { InputDataConfig: [trainChannel(settings.trainingInputS3Uri)] }),
});

export const trainChannel = (s3Uri: string): ShapeObject => ({
  ChannelName: 'train',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: s3Uri, S3DataDistributionType: 'FullyReplicated' } },
});

/** The serving image defaults to the training image, also to one that another layer chose. */
export function servingImageFor(settings: Pick<ShapeSettings, 'trainingImage' | 'servingImage'>, training: ShapeObject): string {
  if (settings.servingImage !== settings.trainingImage) return settings.servingImage;
  const algorithm = own(training, 'AlgorithmSpecification');
  const image = isObject(algorithm) ? own(algorithm, 'TrainingImage') : undefined;
  return typeof image === 'string' ? image : settings.servingImage;
}
