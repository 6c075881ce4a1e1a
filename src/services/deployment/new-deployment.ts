import { randomUUID } from 'node:crypto';
import type { Trigger } from '../../core/deployment/deployment.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { NewDeployment } from '../../ports/store.ts';
import { modelNameOf } from './content-digest.ts';

interface NewDeploymentInput {
  run: TrainingRun;
  modelArtifact: string | null;
  /** What it is made of. */
  shapes: ShapeLayers;
  trigger: Trigger;
  forced: boolean;
  overrides?: boolean;
  requestedBy?: string | null;
  reason?: string | null;
}

/** A deployment to record for a run that is completed, or is about to be. The model's name follows from its content. */
export const newDeployment = ({ run, modelArtifact, shapes, ...how }: NewDeploymentInput): NewDeployment => ({
  deploymentId: randomUUID(),
  modelName: modelNameOf(run.trainingJobName, { shapes, modelArtifact }),
  shapes: { model: shapes.model, endpointConfig: shapes.endpointConfig },
  ...how,
});
