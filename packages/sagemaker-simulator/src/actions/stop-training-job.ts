import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import { keyOf } from '../state/state.ts';
import { begun } from '../state/timeline.ts';
import { requireTrainingJob, statusAt } from '../resources/training-job.ts';
import { phase } from '../resources/training-plan.ts';

/** A job that is not InProgress is refused with its status (awslabs/benchmark-ai#928). */
export function stopTrainingJob(input: { TrainingJobName: string }, { state, now, settings }: Call): Output {
  const job = requireTrainingJob(state, input.TrainingJobName);
  const status = statusAt(job, now);
  if (status !== 'InProgress') throw validationError(`The request was rejected because the training job is in status ${status}.`);
  const timeline = [...begun(job.timeline, now), phase('Stopping', now), phase('Stopped', now + settings.stopSeconds * 1000)];
  state.commit({
    puts: [['trainingJobs', keyOf(job.name), { ...job, timeline }]],
    effects: [{ at: now, kind: 'training_job_stop_requested', name: job.name }],
  });
  return null;
}
