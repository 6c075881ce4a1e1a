import type { TrainingRun } from '../training/training-run.ts';

export interface ModelContent {
  image: string;
  modelDataUrl: string;
  roleArn: string;
}

/** The content of a run's model; null without an artifact. `defaults`: for what the run does not name. */
export const modelContent = (
  run: Pick<TrainingRun, 'servingImage' | 'request'>,
  modelArtifact: string | null,
  defaults: { servingImage: string; roleArn: string },
): ModelContent | null =>
  modelArtifact === null
    ? null
    : {
        image: run.servingImage ?? defaults.servingImage,
        modelDataUrl: modelArtifact,
        roleArn: run.request?.roleArn ?? defaults.roleArn,
      };
