import type { Call, Output } from '../call.ts';
import { requireTrainingJob, trainingJobNotFound } from '../resources/training-job.ts';
import { viewTrainingJob } from '../resources/training-job-view.ts';

export function describeTrainingJob(input: { TrainingJobName: string }, { state, now, settings }: Call): Output {
  const job = requireTrainingJob(state, input.TrainingJobName);
  if (now < job.createdAt + settings.trainingJobVisibleAfterMs) throw trainingJobNotFound();
  return viewTrainingJob(job, now);
}
