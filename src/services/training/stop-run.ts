import { policyFor } from '../../core/delivery/delivery-file.ts';
import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError, ServiceError } from '../../core/errors.ts';
import { credentialsProblemForCaller } from '../../core/sagemaker/credentials-problem.ts';
import { changeTiming, startTiming } from '../../core/timing.ts';
import { decideStop } from '../../core/training/decide-stop.ts';
import { isEndedJob, type TrainingRun } from '../../core/training/training-run.ts';
import type { RequestKey, RunView } from '../../ports/store.ts';
import { checkPlace } from '../check-place.ts';
import type { ServiceContext } from '../context.ts';
import { enqueueCheck, enqueueDeploy } from '../enqueue.ts';
import { onceChanged } from '../once-changed.ts';
import { keyTaken, requestKeyOf } from '../request-key.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import { findRunByName } from './find-run.ts';
import { sendStop } from './send-stop.ts';
import { notTurnedDown, turnDown } from './turn-down.ts';

const findWaitMs = 3000;
const tagWaitMs = changeTiming.tagMs;
const stopWaitMs = startTiming.stopInRequestMs;

interface StopRunInput {
  trainingJobName: string;
  /** The name of the caller's key, for the history. */
  by?: string | null;
  /** The caller's name for this request: repeated, it returns the run, also once nothing is left to stop. */
  idempotencyKey?: string | null;
}

/**
 * Stops a training: records the request, sends it to SageMaker, and leaves it to the run's check to send it again until SageMaker shows it,
 * and to record the end. For a run that timed out, only its monitoring is over, and its training may still cost money. For one that has
 * ended, it withdraws the deployment that still waits. Repeated for a stopped run, it returns the same again.
 *
 * A tag says at SageMaker that the training is not wanted, for a rebuilt database. It is written before the request is recorded, since
 * nothing would write it later.
 *
 * @throws {ServiceError} `not_found` for a run that the service does not know; `deployment_in_progress` and `nothing_to_stop` where a
 *   stop has no effect any more.
 * @throws {SageMakerError} for one that timed out, when SageMaker refuses the request: no check would send it again.
 */
export async function stopRun(
  ctx: ServiceContext,
  { trainingJobName: name, by = null, idempotencyKey }: StopRunInput,
): Promise<RunView> {
  for (;;) {
    const run = await findRunByName(ctx, { trainingJobName: name, options: { maxWaitMs: findWaitMs } });
    if (run === null) throw new ServiceError('not_found', `There is no training run named ${name}`);
    const { trainingJobName } = run;
    const requestKey = requestKeyOf(idempotencyKey, { verb: 'stop', trainingJobName });
    if (await isRepeated(ctx, requestKey)) return run;
    switch (decideStop(run.status, run.deploymentStatus)) {
      case 'stopped_already':
        return run;
      case 'stop_training':
        if (await stopTraining(ctx, { run, by, requestKey })) return readAgain(ctx, trainingJobName);
        break;
      case 'withdraw_deployment':
        if (await withdrawDeployment(ctx, { run, by, requestKey })) return readAgain(ctx, trainingJobName);
        break;
      case 'deployment_in_progress':
        throw new ServiceError(
          'deployment_in_progress',
          `${trainingJobName} is being deployed to ${run.endpointName}, which SageMaker cannot cancel; when it is over, deploy another training with force=true`,
        );
      case 'nothing_to_stop':
        throw new ServiceError(
          'nothing_to_stop',
          `The training ${trainingJobName} is ${run.status}, and ${run.deploymentStatus === 'none' ? 'it has no deployment' : `its deployment is over: ${run.deploymentStatus}`}`,
        );
    }
    // The run has just changed: decides again. That ends, since what is over stays over.
  }
}

interface Stop<Run extends TrainingRun> {
  run: Run;
  by: string | null;
  requestKey: RequestKey | null;
}

/** The run's check continues what is in progress. @throws {ServiceError} `idempotency_conflict`. */
async function isRepeated({ store }: ServiceContext, requestKey: RequestKey | null): Promise<boolean> {
  const digest = requestKey && (await store.requestKeys.findDigest(requestKey.key));
  if (digest === null) return false;
  if (digest !== requestKey?.digest) throw keyTaken();
  return true;
}

/** False when the run has ended meanwhile. */
async function stopTraining(ctx: ServiceContext, { run, by, requestKey }: Stop<TrainingRun>): Promise<boolean> {
  const { store, now, log } = ctx;
  const { trainingJobName } = run;
  const untagged = await turnDown(ctx, { run, why: 'stopped', options: { maxWaitMs: tagWaitMs } });
  const requested = await store.runs.requestStop({ trainingJobName, by, requestKey, now: now() });
  if (requested === null) return false;
  log.info({ event: 'training.stop_requested', training_job_name: trainingJobName }, 'training stop requested');
  await onceChanged(`The stop of ${trainingJobName} is recorded, and a worker carries it out.`, async () => {
    if (requested.status === 'timed_out') {
      await stopUnmonitored(ctx, requested);
      if (untagged === null) return;
      throw notTurnedDown(`The stop of ${trainingJobName}, whose monitoring has timed out, was sent to SageMaker`, untagged);
    }
    // The run's check sends it again where it could not be sent, and writes the tag.
    const refused =
      requested.status === 'training' ? await sendStop(ctx, { run: requested, options: { maxWaitMs: stopWaitMs } }) : null;
    await enqueueCheck(ctx, { run: requested, delayMs: 0 });
    if (refused !== null) await throwIfElsewhere(ctx, requested, refused);
  });
  return true;
}

/** A process of another region or account cannot stop it; a worker of the right one can. */
async function throwIfElsewhere(ctx: ServiceContext, run: TrainingRun, refused: SageMakerError): Promise<void> {
  const why = refused.kind === 'not_found' ? await checkPlace(ctx, { run, options: { maxWaitMs: stopWaitMs } }) : null;
  if (why === null) return;
  const detail = `The stop of ${run.trainingJobName} is recorded, and was not sent to SageMaker from here`;
  throw new ServiceError('sagemaker_unavailable', `${detail}: ${why}`, { cause: refused });
}

/** No check would send the stop again: whether SageMaker has taken it is for the caller to know. */
async function stopUnmonitored(ctx: ServiceContext, run: TrainingRun): Promise<void> {
  const { trainingJobName: name } = run;
  try {
    await ctx.sagemaker.stopTrainingJob(name, { maxWaitMs: stopWaitMs });
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    await throwIfElsewhere(ctx, run, error);
    if (error.kind === 'invalid' && (await isStopped(ctx, run))) return;
    if (!isTransient(error.kind)) throw error;
    const why = error.kind === 'unauthenticated' ? credentialsProblemForCaller(error.code) : error.message;
    const detail = `SageMaker does not say whether it stops ${name}, whose monitoring has timed out: repeat the request. It will not be deployed by itself`;
    throw new ServiceError('sagemaker_unavailable', `${detail}: ${why}`, { cause: error });
  }
}

/** SageMaker refuses to stop a training that is stopping or over, which is what the caller requests. */
async function isStopped({ sagemaker }: ServiceContext, { trainingJobName }: TrainingRun): Promise<boolean> {
  const job = await sagemaker.describeTrainingJob(trainingJobName, { maxWaitMs: stopWaitMs }).catch(orNullIfPermanent);
  return job !== null && (job.status === 'Stopping' || isEndedJob(job));
}

/** False when the deployment is not queued any more. */
async function withdrawDeployment(ctx: ServiceContext, { run, by, requestKey }: Stop<RunView>): Promise<boolean> {
  const { store, now, log } = ctx;
  const { trainingJobName } = run;
  const { items } = await store.deployments.list({ filter: { trainingJobName }, page: { limit: 1, cursor: null } });
  const [newest] = items;
  if (newest?.status !== 'queued' && newest?.status !== 'awaiting_approval') return false;
  const untagged = await turnDown(ctx, { run, why: 'stopped', options: { maxWaitMs: tagWaitMs } });
  if (untagged !== null) throw notTurnedDown(`The deployment of ${trainingJobName} is not withdrawn yet`, untagged);
  const { deploymentId, endpointName } = newest;
  const failureReason = 'withdrawn before its turn came: the stop of its training was requested';
  const withdrawn = await store.deployments.withdraw({
    deploymentId,
    failureReason,
    by,
    policy: policyFor(ctx.settings.delivery, endpointName),
    requestKey,
    now: now(),
  });
  if (withdrawn === null) return false;
  const fields = { training_job_name: trainingJobName, deployment_id: deploymentId, endpoint_name: endpointName };
  log.info({ event: 'deployment.withdrawn', ...fields }, 'queued deployment withdrawn');
  if (withdrawn.next !== null) await enqueueDeploy(ctx, { deployment: withdrawn.next, delayMs: 0 });
  return true;
}

async function readAgain({ store }: ServiceContext, trainingJobName: string): Promise<RunView> {
  const run = await onceChanged(`The stop of ${trainingJobName} is recorded.`, () => store.runs.find(trainingJobName));
  if (run !== null) return run;
  // Between two statements only the discard of a run deletes it, which frees its name.
  throw new ServiceError('not_found', `${trainingJobName} was never started: SageMaker rejected its request`);
}
