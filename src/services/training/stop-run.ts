import { credentialsProblemForCaller } from '../../core/sagemaker/credentials-problem.ts';
import { decideStop } from '../../core/training/decide-stop.ts';
import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError, ServiceError } from '../../core/errors.ts';
import { isEndedJob, type TrainingRun } from '../../core/training/training-run.ts';
import { enqueueCheck, enqueueDeploy } from '../enqueue.ts';
import { findMeantRun } from './find-run.ts';
import { requestStop } from './observe-run.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import { onceChanged } from '../once-changed.ts';
import { notTurnedDown, turnDownError } from './turn-down.ts';
import { whyNotHere } from '../check-place.ts';
import type { ServiceContext } from '../context.ts';
import type { RunView } from '../../ports/store.ts';

const observationWaitMs = 3000;
const stopWaitMs = 5000;
const tagWaitMs = 3000;

/**
 * Has a training stopped: records that, asks SageMaker, and leaves it to the run's check to ask again until SageMaker shows it and to
 * record the end. Of one that timed out only the monitoring is over, and its training may still cost. Of one that is over already the
 * deployment that still waits is withdrawn. One that was stopped before is answered the same way again.
 *
 * @throws {ServiceError} `not_found` for a run that the service does not know; `deployment_in_progress` and `nothing_to_stop` where a
 *   stop has no effect any more.
 * @throws {SageMakerError} for one that timed out, when SageMaker refuses the request: no check would ask again.
 *
 * That it is not wanted is said at SageMaker, too, for a rebuilt database: before it is recorded, since nobody would come back to it.
 */
export async function stopTraining(ctx: ServiceContext, name: string): Promise<RunView> {
  for (;;) {
    const run = await findMeantRun(ctx, name, { maxWaitMs: observationWaitMs });
    if (run === null) throw new ServiceError('not_found', `There is no training run named ${name}`);
    const { trainingJobName } = run;
    switch (decideStop(run.status, run.deploymentStatus)) {
      case 'stopped_already':
        return run;
      case 'stop_training':
        if (await stopAtSageMaker(ctx, run)) return readAgain(ctx, trainingJobName);
        break;
      case 'withdraw_deployment':
        if (await withdrawDeployment(ctx, run)) return readAgain(ctx, trainingJobName);
        break;
      case 'deployment_in_progress':
        throw new ServiceError(
          'deployment_in_progress',
          `${trainingJobName} is being deployed to ${run.endpointName}, which SageMaker can't break off; when it is over, deploy another training with force=true`,
        );
      case 'nothing_to_stop':
        throw new ServiceError(
          'nothing_to_stop',
          `The training ${trainingJobName} is ${run.status}, and ${run.deploymentStatus === 'none' ? 'it has no deployment' : `its deployment is over: ${run.deploymentStatus}`}`,
        );
    }
    // It has just moved on: decided anew. It can't go round for ever, since what is over stays over.
  }
}

/** False when the run has ended meanwhile. */
async function stopAtSageMaker(ctx: ServiceContext, run: TrainingRun): Promise<boolean> {
  const { store, now, log } = ctx;
  const name = run.trainingJobName;
  const untagged = await turnDownError(ctx, run, 'stopped', { maxWaitMs: tagWaitMs });
  const requested = await store.runs.requestStop({ trainingJobName: name, now: now() });
  if (requested === null) return false;
  log.info({ training_job_name: name }, 'a stop was asked for');
  await onceChanged(`The stop of ${name} is recorded, and a worker carries it out.`, async () => {
    if (requested.status === 'timed_out') {
      await stopUnwatched(ctx, requested);
      if (untagged !== null) throw notTurnedDown(`SageMaker was asked to stop ${name}, whose monitoring has timed out`, untagged);
    } else {
      // The check says it again where it could not be said.
      const refused = requested.status === 'training' ? await requestStop(ctx, requested, { maxWaitMs: stopWaitMs }) : null;
      await enqueueCheck(ctx, requested, 0);
      if (refused !== null) await throwIfElsewhere(ctx, requested, refused);
    }
  });
  return true;
}

/** A process of another region or account can't stop it; a worker where it is can. */
async function throwIfElsewhere(ctx: ServiceContext, run: TrainingRun, refused: SageMakerError): Promise<void> {
  const why = refused.kind === 'not_found' ? await whyNotHere(ctx, run, { maxWaitMs: stopWaitMs }) : null;
  if (why === null) return;
  const detail = `The stop of ${run.trainingJobName} is recorded, and SageMaker could not be asked here`;
  throw new ServiceError('sagemaker_unavailable', `${detail}: ${why}`, { cause: refused });
}

/** No check would ask again: whether SageMaker has taken the request is for the caller to know. */
async function stopUnwatched(ctx: ServiceContext, run: TrainingRun): Promise<void> {
  const { sagemaker } = ctx;
  const { trainingJobName: name } = run;
  try {
    await sagemaker.stopTrainingJob(name, { maxWaitMs: stopWaitMs });
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    await throwIfElsewhere(ctx, run, error);
    if (error.kind === 'invalid' && (await isStoppedAlready(ctx, run))) return;
    const why = error.kind === 'unauthenticated' ? credentialsProblemForCaller(error.code) : error.message;
    if (!isTransient(error.kind)) throw error;
    const detail = `SageMaker does not say whether it stops ${name}, whose monitoring has timed out: ask again. It will not be deployed by itself`;
    throw new ServiceError('sagemaker_unavailable', `${detail}: ${why}`, { cause: error });
  }
}

/** SageMaker refuses a stop of what is being stopped or over; that is what was asked for. */
async function isStoppedAlready({ sagemaker }: ServiceContext, { trainingJobName }: TrainingRun): Promise<boolean> {
  const job = await sagemaker.describeTrainingJob(trainingJobName, { maxWaitMs: stopWaitMs }).catch(orNullIfPermanent);
  return job !== null && (job.status === 'Stopping' || isEndedJob(job));
}

/** False when the deployment is not queued any more. */
async function withdrawDeployment(ctx: ServiceContext, run: RunView): Promise<boolean> {
  const { store, now, log } = ctx;
  const [newest] = (
    await store.deployments.list({ filter: { trainingJobName: run.trainingJobName }, page: { limit: 1, cursor: null } })
  ).items;
  if (newest?.status !== 'queued') return false;
  const untagged = await turnDownError(ctx, run, 'stopped', { maxWaitMs: tagWaitMs });
  if (untagged !== null) throw notTurnedDown(`The deployment of ${run.trainingJobName} is not withdrawn yet`, untagged);
  const reason = 'withdrawn before its turn came: a stop of its training was asked for';
  const discarded = await store.deployments.withdraw({ deploymentId: newest.deploymentId, failureReason: reason, now: now() });
  if (discarded === null) return false;
  log.info(
    { training_job_name: run.trainingJobName, deployment_id: newest.deploymentId, endpoint_name: newest.endpointName },
    'the queued deployment is withdrawn: a stop was asked for',
  );
  if (discarded.next !== null) await enqueueDeploy(ctx, discarded.next, 0);
  return true;
}

async function readAgain({ store }: ServiceContext, name: string): Promise<RunView> {
  const run = await onceChanged(`The stop of ${name} is recorded.`, () => store.runs.find(name));
  if (run !== null) return run;
  // Between two statements a run may only have been withdrawn, which frees its name.
  throw new ServiceError('not_found', `${name} was never started: its request was refused, and it is withdrawn`);
}
