import { ServiceError, StoreUnavailable } from '../core/errors.ts';
import { isFinishedRun } from '../core/training-run.ts';
import { enqueueCheck } from './enqueue.ts';
import { askStop } from './observe-training.ts';
import type { Services } from './ports.ts';
import type { RunView } from './store.ts';

const stopWaitMs = 5000;

/**
 * Has a training stopped: records that, asks SageMaker, and leaves it to the run's check to ask again until SageMaker shows it and to
 * record the end. A run that is over stays as it is; of one that timed out only the monitoring is over, and its training may still cost.
 *
 * @throws {ServiceError} `not_found` for a run that the service does not know.
 * @throws {SagemakerError} for one that timed out, when SageMaker does not take the request: no check would ask again.
 */
export async function stopTraining(services: Services, trainingJobName: string): Promise<RunView> {
  const { store, now, log } = services;
  const run = await store.findRun(trainingJobName);
  if (run === null) throw new ServiceError('not_found', `There is no training run named ${trainingJobName}`);
  if (isFinishedRun(run.status) && run.status !== 'timed_out') return run;
  const asked = await store.requestStop(trainingJobName, now());
  if (asked !== null) log.info({ training_job_name: trainingJobName }, 'a stop was asked for');
  if (run.status === 'timed_out') {
    await services.sagemaker.stopTrainingJob(trainingJobName, { maxWaitMs: stopWaitMs });
    return (await store.findRun(trainingJobName)) ?? run;
  }
  if ((asked ?? run).status === 'training') await askStop(services, run, { maxWaitMs: stopWaitMs });
  await enqueueCheck(services, run, 0);
  const after = await store.findRun(trainingJobName);
  // Between two statements a run may only have been withdrawn, which frees its name.
  if (after === null) throw new StoreUnavailable('The run was withdrawn meanwhile.');
  return after;
}
