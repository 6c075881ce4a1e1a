import { SageMakerError } from '../../core/errors.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

/**
 * Sends StopTrainingJob. Returns the error with which SageMaker refuses it, or null. Until SageMaker shows Stopping, each observation of
 * the run sends it again, since a request may be lost.
 */
export async function sendStop(
  { sagemaker, log }: ServiceContext,
  { run, options }: { run: TrainingRun; options: CallOptions },
): Promise<SageMakerError | null> {
  const fields = { training_job_name: run.trainingJobName };
  try {
    await sagemaker.stopTrainingJob(run.trainingJobName, options);
    log.info({ event: 'training.stop_sent', ...fields }, 'training stop sent to SageMaker');
    return null;
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    // Also when the training has just ended: the next observation shows how.
    log.warn({ event: 'training.stop_failed', err: error, ...fields }, 'training stop failed; retrying');
    return error;
  }
}
