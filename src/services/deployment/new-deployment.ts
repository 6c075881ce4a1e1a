import { randomUUID } from 'node:crypto';
import type { Trigger } from '../../core/deployment/deployment.ts';
import { contentName } from '../../core/sagemaker/names.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { digestOf } from '../digest.ts';
import type { ServiceSettings } from '../../ports/settings.ts';
import type { NewDeployment } from '../../ports/store.ts';

export interface ModelContent {
  image: string;
  modelDataUrl: string;
  roleArn: string;
}

/** What the model of a run is made of; null when SageMaker told of no artifact. */
export function modelContentOf(run: TrainingRun, modelArtifact: string | null, settings: ServiceSettings): ModelContent | null {
  if (modelArtifact === null) return null;
  return {
    image: run.servingImage ?? settings.servingImage,
    modelDataUrl: modelArtifact,
    roleArn: run.request?.roleArn ?? settings.roleArn,
  };
}

/** A deployment to be recorded for a run that is completed, or is about to be. The model's name follows from what it is made of. */
export function newDeployment(
  run: TrainingRun,
  modelArtifact: string | null,
  how: { trigger: Trigger; forced: boolean },
  settings: ServiceSettings,
): NewDeployment {
  const content = modelContentOf(run, modelArtifact, settings);
  return { deploymentId: randomUUID(), modelName: contentName(run.trainingJobName, digestOf(content)), ...how };
}
