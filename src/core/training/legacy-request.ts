import { isSameShape } from '../shapes/same-shape.ts';
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';
import { tagEntries } from '../sagemaker/tag-entries.ts';
import { fieldsLayer } from './request-fields.ts';
import { trainingLayer } from './settings-layer.ts';
import type { TrainingRequest } from './training-run.ts';

/** A request that the version before recorded, in SageMaker's shape. */
export const trainingOfLegacy = (request: TrainingRequest): ShapeObject => {
  const { training } = fieldsLayer({
    hyperparameters: request.hyperparameters,
    environment: request.environment,
    tags: request.tags,
  });
  return {
    ...training,
    ...trainingLayer({
      roleArn: request.roleArn,
      trainingImage: request.trainingImage,
      trainingInputS3Uri: request.inputS3Uri,
      modelOutputS3Uri: request.outputS3Uri,
      trainingInstanceType: request.instanceType,
      trainingInstanceCount: request.instanceCount,
      trainingVolumeGb: request.volumeGb,
      trainingMaxRuntimeSeconds: request.maxRuntimeSeconds,
    }),
  };
};

/**
 * The same training for the version before, whose programs may run beside this one during a rolling update. Null where that version
 * cannot say it: its programs leave the start of such a run to the others.
 */
export function legacyOfTraining(training: ShapeObject): TrainingRequest | null {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const texts = (value: unknown): Record<string, string> => (isObject(value) ? (value as Record<string, string>) : {});
  const part = (member: string): ShapeObject => {
    const value = own(training, member);
    return isObject(value) ? value : {};
  };
  const channels = own(training, 'InputDataConfig');
  const [channel] = Array.isArray(channels) ? (channels as readonly unknown[]) : [];
  const request: TrainingRequest = {
    trainingImage: text(part('AlgorithmSpecification')['TrainingImage']),
    roleArn: text(training['RoleArn']),
    instanceType: text(part('ResourceConfig')['InstanceType']),
    instanceCount: count(part('ResourceConfig')['InstanceCount']),
    volumeGb: count(part('ResourceConfig')['VolumeSizeInGB']),
    maxRuntimeSeconds: count(part('StoppingCondition')['MaxRuntimeInSeconds']),
    inputS3Uri: s3UriOf(channel),
    outputS3Uri: text(part('OutputDataConfig')['S3OutputPath']),
    hyperparameters: texts(training['HyperParameters']),
    environment: texts(training['Environment']),
    tags: Object.fromEntries(tagEntries(training)),
  };
  return isSameShape(trainingOfLegacy(request), training) ? request : null;
}

function s3UriOf(channel: unknown): string | null {
  const source = isObject(channel) ? channel['DataSource'] : null;
  const s3 = isObject(source) ? source['S3DataSource'] : null;
  return isObject(s3) && typeof s3['S3Uri'] === 'string' ? s3['S3Uri'] : null;
}
