import { decideRemoval, isInProgress, mayStillRun } from '../../core/training/decide-removal.ts';
import { SageMakerError, ServiceError } from '../../core/errors.ts';
import { namePattern } from '../../core/sagemaker/names.ts';
import type { TrainingJob } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import type { RunView } from '../../ports/store.ts';
import { notTurnedDown, turnDownError } from './turn-down.ts';
import { whyNotHere } from '../check-place.ts';

const options: CallOptions = { maxWaitMs: 5000 };
const tagWaitMs = 3000;

/**
 * Forgets a run with its deployments and its history, also one that can't be handled. SageMaker's training job, models and configurations
 * stay, and so does what is live. The training is not adopted again by itself: that is recorded, and a tag says it to a rebuilt database,
 * written before anything is removed: nobody could ask again.
 * Answers the run as it was.
 *
 * @throws {ServiceError} `not_found`; `run_in_progress` while its training runs or is to be started; `deployment_in_progress`.
 * `sagemaker_unavailable` when SageMaker does not take the tag now.
 * @throws {SageMakerError} when SageMaker does not say whether the training runs.
 */
export async function removeRun(ctx: ServiceContext, name: string): Promise<RunView> {
  const { store, now, log } = ctx;
  for (;;) {
    const run = await store.runs.find(name);
    if (run === null) throw new ServiceError('not_found', `There is no training run named ${name}`);
    await requireOver(ctx, run);
    await requireSettled(ctx, run);
    await tagRemoved(ctx, run);
    const result = await store.runs.remove({ trainingJobName: name, status: run.status, now: now() });
    switch (result) {
      case 'removed':
        log.warn({ training_job_name: name, status: run.status }, 'the run is removed, with its deployments and its history');
        return run;
      case 'deployment_in_progress':
        throw inProgress(run);
      case 'changed':
      // Decided anew.
    }
  }
}

const inProgress = ({ trainingJobName, endpointName }: RunView): ServiceError =>
  new ServiceError(
    'deployment_in_progress',
    `${trainingJobName} is being deployed to ${endpointName}: ask again when that is over`,
  );

/** What is refused all the same must not be tagged as removed. */
async function requireSettled({ store }: ServiceContext, run: RunView): Promise<void> {
  const { items } = await store.deployments.list({
    filter: { trainingJobName: run.trainingJobName },
    page: { limit: 100, cursor: null },
  });
  if (items.some(isInProgress)) throw inProgress(run);
}

async function tagRemoved(ctx: ServiceContext, run: RunView): Promise<void> {
  const problem = await turnDownError(ctx, run, 'removed', { maxWaitMs: tagWaitMs });
  if (problem !== null) throw notTurnedDown(`${run.trainingJobName} is not removed yet`, problem);
}

async function requireOver(ctx: ServiceContext, run: RunView): Promise<void> {
  if (!mayStillRun(run)) return;
  const { store, now } = ctx;
  const { trainingJobName: name } = run;
  const job = await findJob(ctx, run);
  const isUnhandled = (await store.skipped.list()).some((one) => one.kind === 'run' && one.name === name);
  const decision = decideRemoval(run, job, isUnhandled, now());
  if (decision.kind === 'refuse') {
    throw new ServiceError('run_in_progress', `${name} can’t be removed: ${decision.why} (POST /training-jobs/${name}/stop)`);
  }
}

async function findJob(ctx: ServiceContext, run: RunView): Promise<TrainingJob | null> {
  // SageMaker can have none of such a name, and would refuse to be asked.
  if (!namePattern.test(run.trainingJobName)) return null;
  try {
    return await ctx.sagemaker.describeTrainingJob(run.trainingJobName, options);
  } catch (error) {
    if (!(error instanceof SageMakerError) || error.kind !== 'not_found') throw error;
    const why = await whyNotHere(ctx, run, options);
    if (why === null) return null;
    throw new ServiceError('sagemaker_unavailable', `Whether ${run.trainingJobName} runs can’t be told: ${why}`, {
      cause: error,
    });
  }
}
