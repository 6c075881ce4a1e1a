import { randomUUID } from 'node:crypto';
import { newTrainingJobName } from '../../core/sagemaker/names.ts';
import type { TrainingRequest } from '../../core/training/training-run.ts';
import { digestOf } from '../digest.ts';
import type { ServiceSettings } from '../../ports/settings.ts';
import type { ServiceContext } from '../context.ts';
import type { NewRun } from '../../ports/store.ts';

/** What a caller may choose. The service's settings take the place of what is left out. */
export interface BootstrapBody {
  trainingJobName?: string;
  endpointName?: string;
  hyperparameters?: Record<string, string>;
  trainingImage?: string;
  servingImage?: string;
  instanceType?: string;
  instanceCount?: number;
  maxRuntimeSeconds?: number;
  inputS3Uri?: string;
  environment?: Record<string, string>;
  tags?: Record<string, string>;
}

export interface BootstrapRequest {
  autoDeploy: boolean;
  idempotencyKey: string | null;
  body: BootstrapBody;
}

/** Returns the run of a request: what the caller chose, over the service's settings. */
export function newRun(
  { settings, now, random }: ServiceContext,
  { autoDeploy, idempotencyKey, body }: BootstrapRequest,
): NewRun {
  return {
    runId: randomUUID(),
    trainingJobName: body.trainingJobName ?? newTrainingJobName(settings.projectName, now(), random),
    project: settings.projectName,
    endpointName: body.endpointName ?? settings.endpointName,
    autoDeploy,
    request: trainingRequest(body, settings),
    servingImage: body.servingImage ?? servingImageFor(body, settings),
    idempotencyKey,
    idempotencyHash: idempotencyKey === null ? null : digestOf({ autoDeploy, body }),
  };
}

/** The serving image defaults to the training image, also to one that the caller chose. */
const servingImageFor = ({ trainingImage }: BootstrapBody, settings: ServiceSettings): string =>
  settings.servingImage === settings.trainingImage ? (trainingImage ?? settings.trainingImage) : settings.servingImage;

const trainingRequest = (body: BootstrapBody, settings: ServiceSettings): TrainingRequest => ({
  trainingImage: body.trainingImage ?? settings.trainingImage,
  roleArn: settings.roleArn,
  instanceType: body.instanceType ?? settings.trainingInstanceType,
  instanceCount: body.instanceCount ?? settings.trainingInstanceCount,
  volumeGb: settings.trainingVolumeGb,
  maxRuntimeSeconds: body.maxRuntimeSeconds ?? settings.trainingMaxRuntimeSeconds,
  inputS3Uri: body.inputS3Uri ?? settings.trainingInputS3Uri,
  outputS3Uri: settings.modelOutputS3Uri,
  hyperparameters: body.hyperparameters ?? {},
  environment: body.environment ?? {},
  tags: body.tags ?? {},
});
