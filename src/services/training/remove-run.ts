import { SageMakerError, ServiceError } from '../../core/errors.ts';
import { changeTiming } from '../../core/timing.ts';
import { namePattern } from '../../core/sagemaker/names.ts';
import { decideRemoval, isInProgress, mayStillRun } from '../../core/training/decide-removal.ts';
import type { TrainingJob } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { RunView } from '../../ports/store.ts';
import { checkPlace } from '../check-place.ts';
import type { ServiceContext } from '../context.ts';
import { notTurnedDown, turnDown } from './turn-down.ts';

const options: CallOptions = { maxWaitMs: 5000 };
const tagWaitMs = changeTiming.tagMs;

/**
 * Deletes a run with its deployments and its history, also one that cannot be handled. SageMaker's training job, models and configurations
 * stay, and so does what is live. The training is not adopted again: that is recorded, and a tag says it to a rebuilt database. The tag is
 * written before anything is deleted, since no one could request it again. Returns the run as it was.
 *
 * @throws {ServiceError} `not_found`; `run_in_progress` while its training runs or is to be started; `deployment_in_progress`;
 *   `sagemaker_unavailable` when SageMaker does not take the tag now.
 * @throws {SageMakerError} when SageMaker does not say whether the training runs.
 */
export async function removeRun(ctx: ServiceContext, { trainingJobName }: { trainingJobName: string }): Promise<RunView> {
  const { store, now, log } = ctx;
  for (;;) {
    const run = await store.runs.find(trainingJobName);
    if (run === null) throw new ServiceError('not_found', `There is no training run named ${trainingJobName}`);
    await assertTrainingOver(ctx, run);
    await assertNoDeploymentInProgress(ctx, run);
    const problem = await turnDown(ctx, { run, why: 'removed', options: { maxWaitMs: tagWaitMs } });
    if (problem !== null) throw notTurnedDown(`${trainingJobName} is not removed yet`, problem);
    const result = await store.runs.remove({ trainingJobName, status: run.status, now: now() });
    switch (result) {
      case 'removed':
        log.warn({ event: 'training.removed', training_job_name: trainingJobName, status: run.status }, 'run removed');
        return run;
      case 'deployment_in_progress':
        throw deploymentInProgress(run);
      case 'changed':
      // Decides again.
    }
  }
}

const deploymentInProgress = ({ trainingJobName, endpointName }: RunView): ServiceError =>
  new ServiceError(
    'deployment_in_progress',
    `${trainingJobName} is being deployed to ${endpointName}: repeat the request when that is over`,
  );

/** A run that is refused below must not be tagged as removed. */
async function assertNoDeploymentInProgress({ store }: ServiceContext, run: RunView): Promise<void> {
  const { items } = await store.deployments.list({
    filter: { trainingJobName: run.trainingJobName },
    page: { limit: 100, cursor: null },
  });
  if (items.some(isInProgress)) throw deploymentInProgress(run);
}

async function assertTrainingOver(ctx: ServiceContext, run: RunView): Promise<void> {
  if (!mayStillRun(run)) return;
  const { store, now } = ctx;
  const { trainingJobName: name } = run;
  const job = await findJob(ctx, run);
  const isUnhandled = (await store.skipped.list()).some((item) => item.kind === 'run' && item.name === name);
  const decision = decideRemoval(run, job, isUnhandled, now());
  if (decision.kind === 'refuse')
    throw new ServiceError('run_in_progress', `${name} cannot be removed: ${decision.why} (POST /training-jobs/${name}/stop)`);
}

async function findJob(ctx: ServiceContext, run: RunView): Promise<TrainingJob | null> {
  // SageMaker has no job of such a name, and would refuse the call.
  if (!namePattern.test(run.trainingJobName)) return null;
  try {
    return await ctx.sagemaker.describeTrainingJob(run.trainingJobName, options);
  } catch (error) {
    if (!(error instanceof SageMakerError) || error.kind !== 'not_found') throw error;
    const why = await checkPlace(ctx, { run, options });
    if (why === null) return null;
    const detail = `It is not known whether ${run.trainingJobName} runs: ${why}`;
    throw new ServiceError('sagemaker_unavailable', detail, { cause: error });
  }
}
