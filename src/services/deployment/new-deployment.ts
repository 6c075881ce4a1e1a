import { randomUUID } from 'node:crypto';
import type { Trigger } from '../../core/deployment/deployment.ts';
import { modelContent } from '../../core/deployment/model-content.ts';
import { contentName } from '../../core/sagemaker/names.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { NewDeployment } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';
import { digestOf } from '../digest.ts';

/** A deployment to record for a run that is completed, or is about to be. The model's name follows from its content. */
export function newDeployment(
  { settings }: ServiceContext,
  { run, modelArtifact, ...how }: { run: TrainingRun; modelArtifact: string | null; trigger: Trigger; forced: boolean },
): NewDeployment {
  const content = modelContent(run, modelArtifact, settings);
  return { deploymentId: randomUUID(), modelName: contentName(run.trainingJobName, digestOf(content)), ...how };
}
