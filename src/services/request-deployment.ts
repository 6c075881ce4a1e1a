import type { Deployment, Trigger } from '../core/deployment.ts';
import { decideTraining } from '../core/decide-training.ts';
import { SagemakerError, ServiceError } from '../core/errors.ts';
import type { TrainingRun } from '../core/training-run.ts';
import { adoptWanted, readTags } from './adopt-training.ts';
import { enqueueCheck, enqueueDeploy } from './enqueue.ts';
import { newDeployment } from './new-deployment.ts';
import { recordTrainingOutcome } from './observe-training.ts';
import { nullUnlessTransient } from './null-unless-transient.ts';
import type { CallOptions, Services } from './ports.ts';

const options: CallOptions = { maxWaitMs: 8000 };

/**
 * Asks for the deployment of a completed training, whoever started it; one that failed, was rolled back or superseded before is tried
 * again as a new attempt. Looks at SageMaker first where the database does not know that the training is completed.
 *
 * @throws {ServiceError} `not_found`, `training_not_completed`, `superseded`. @throws {SagemakerError} when SageMaker does not say.
 */
export async function requestDeployment(
  services: Services,
  { trainingJobName, force, trigger }: { trainingJobName: string; force: boolean; trigger: Trigger },
): Promise<{ deployment: Deployment; created: boolean }> {
  const { store, settings, now, log } = services;
  const before = await store.findRun(trainingJobName);
  const newest = before?.deploymentStatus ?? 'none';
  const run = before?.status === 'completed' ? before : await lookAgain(services, trainingJobName, before, trigger, force);
  const result = await store.requestDeployment(
    trainingJobName,
    newDeployment(run, run.modelArtifact, { trigger, forced: force }, settings),
    now(),
  );
  const fields = { training_job_name: trainingJobName, endpoint_name: run.endpointName, trigger, forced: force };
  switch (result.kind) {
    case 'created':
      log.info({ ...fields, deployment_id: result.deployment.deploymentId }, `deployment to ${run.endpointName} queued`);
      await enqueueDeploy(services, result.deployment, 0);
      return { deployment: result.deployment, created: true };
    case 'existing':
      if (result.deployment.finishedAt === null) await enqueueDeploy(services, result.deployment, 0);
      // Queued by this very request, when it found the training to be completed.
      return { deployment: result.deployment, created: newest === 'none' && before?.status !== 'completed' };
    case 'superseded':
      throw new ServiceError(
        'superseded',
        `The newer training ${result.by.trainingJobName} is ${result.by.status} on ${result.by.endpointName}; force=true deploys all the same`,
      );
  }
}

/** The run, completed. */
async function lookAgain(
  services: Services,
  trainingJobName: string,
  known: TrainingRun | null,
  trigger: Trigger,
  force: boolean,
): Promise<TrainingRun> {
  const { store, settings, now } = services;
  if (known?.status === 'failed' || known?.status === 'stopped') throw notCompleted(trainingJobName, known.status);
  const job = await services.sagemaker.describeTrainingJob(trainingJobName, options).catch((error: unknown) => {
    if (!(error instanceof SagemakerError) || error.kind !== 'not_found') throw error;
    if (known !== null) throw notCompleted(trainingJobName, known.status);
    throw new ServiceError('not_found', `SageMaker knows no training job named ${trainingJobName}`, { cause: error });
  });
  if (job.status !== 'Completed' && known === null) throw notCompleted(trainingJobName, job.status);
  const run =
    known ?? (await adoptWanted(services, job, await readTags(services, job, options).catch(nullUnlessTransient), trigger));
  if (run.status === 'requested') {
    // Started by a process that died before it could say so: its check finds out whether the job is this run's.
    await enqueueCheck(services, run, 0);
    throw notCompleted(trainingJobName, run.status);
  }
  const decision = decideTraining(run, { kind: 'job', job }, now(), settings);
  if (decision.kind === 'finish' && decision.outcome.status !== 'timed_out') {
    // With the deployment, where the run was to be deployed anyway: a crash after this line must not lose it.
    await recordTrainingOutcome(services, run, decision, { trigger, forced: force });
  }
  const after = await store.findRun(trainingJobName);
  if (after?.status !== 'completed') throw notCompleted(trainingJobName, after?.status ?? job.status);
  return after;
}

const notCompleted = (trainingJobName: string, status: string): ServiceError =>
  new ServiceError('training_not_completed', `The training ${trainingJobName} is not completed: ${status}`);
