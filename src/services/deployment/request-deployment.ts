import { actorOf, type Deployment, type Trigger } from '../../core/deployment/deployment.ts';
import { isOverride } from '../../core/deployment/override.ts';
import { decideTraining } from '../../core/training/decide-training.ts';
import type { Role } from '../../core/access/role.ts';
import { SageMakerError, ServiceError } from '../../core/errors.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import type { TrainingJob, TrainingRun } from '../../core/training/training-run.ts';
import { adoptRequested, readTags } from '../adoption/adopt-run.ts';
import { enqueueCheck, enqueueDeploy } from '../enqueue.ts';
import { findRunByJob } from '../training/find-run.ts';
import { shapesOf } from './deployment-shapes.ts';
import { layOver } from './lay-over.ts';
import { newDeployment } from './new-deployment.ts';
import { recordOutcome } from '../training/record-outcome.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import { onceChanged } from '../once-changed.ts';
import { keyTaken, requestKeyOf } from '../request-key.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import { secretsOfRun } from '../training/secrets-of-run.ts';
import type { ServiceContext } from '../context.ts';
import { checkPlace } from '../check-place.ts';
import type { RunView } from '../../ports/store.ts';

export interface RequestDeploymentInput {
  trainingJobName: string;
  force: boolean;
  trigger: Trigger;
  /** What the caller says of the model and the endpoint configuration, over what the run has kept (layOver). */
  parts?: readonly ShapeLayers[];
  /** The name of the caller's key. */
  requestedBy?: string | null;
  /** What the caller may do; an override needs it. */
  role?: Role;
  /** Why it is requested, for the history. */
  reason?: string | null;
  /** The caller's name for this request: repeated, it returns the same deployment. */
  idempotencyKey?: string | null;
}

const options: CallOptions = { maxWaitMs: 8000 };

/**
 * Requests the deployment of a completed training, which any client may have started. One that failed, was rolled back or superseded is
 * deployed again as a new attempt. Where the database does not know that the training is completed, SageMaker describes it first; the
 * run is the one of the name in SageMaker's response.
 *
 * @throws {ServiceError} `not_found`, `training_not_completed`, `superseded`, `idempotency_conflict`; `database_unavailable` when the database fails after the
 * first change. @throws {SageMakerError} when SageMaker does not describe the training.
 */
export async function requestDeployment(
  ctx: ServiceContext,
  input: RequestDeploymentInput,
): Promise<{ deployment: Deployment; created: boolean }> {
  const { trainingJobName } = input;
  const before = await ctx.store.runs.find(trainingJobName);
  if (before?.status === 'completed') return request(ctx, { ...input, run: before, isNew: false });
  const { job, known } = await describeTraining(ctx, { trainingJobName, before });
  if (known?.status === 'completed') return request(ctx, { ...input, run: known, isNew: false });
  return onceChanged(
    `${job.name} and its deployment may have been recorded; a repeated request creates no second one`,
    async () => {
      const run = await recordEnd(ctx, { ...input, job, known });
      return request(ctx, { ...input, run, isNew: (known?.deploymentStatus ?? 'none') === 'none' });
    },
  );
}

/** `isNew`: an existing deployment was queued by this request, when it recorded that the training is completed. */
async function request(
  ctx: ServiceContext,
  input: RequestDeploymentInput & { run: TrainingRun; isNew: boolean },
): Promise<{ deployment: Deployment; created: boolean }> {
  const { run, force, trigger, isNew, parts = [], requestedBy, role = 'read', reason = null } = input;
  const { store, now, log } = ctx;
  const shapes = layOver(shapesOf(ctx, run), parts);
  const { modelArtifact, trainingJobName } = run;
  const overrides = isOverride({ force, role, reason });
  const deployment = newDeployment({ run, modelArtifact, shapes, trigger, forced: force, overrides, requestedBy, reason });
  const requestKey = requestKeyOf(input.idempotencyKey, { verb: 'deploy', trainingJobName, force, parts, reason });
  const asIs = parts.length === 0;
  const result = await store.deployments.request({ trainingJobName, deployment, asIs, requestKey, now: now() });
  const fields = { training_job_name: run.trainingJobName, endpoint_name: run.endpointName, trigger, forced: force };
  switch (result.kind) {
    case 'created':
      log.info({ event: 'deployment.queued', ...fields, deployment_id: result.deployment.deploymentId }, 'deployment queued');
      await enqueueDeploy(ctx, { deployment: result.deployment, delayMs: 0 });
      return { deployment: result.deployment, created: true };
    case 'key_taken':
      throw keyTaken();
    case 'repeated':
    case 'existing':
      if (result.deployment.finishedAt === null) await enqueueDeploy(ctx, { deployment: result.deployment, delayMs: 0 });
      return { deployment: result.deployment, created: isNew };
    case 'busy':
      throw new ServiceError(
        'deployment_in_progress',
        `The deployment ${result.deployment.deploymentId} of this training is ${result.deployment.status}, and is made of something else; request it again when that one is over`,
      );
    case 'rejected':
      throw new ServiceError(
        'rejected',
        `The training ${trainingJobName} is not deployed: ${result.why}; force=true deploys it in spite of that`,
      );
    case 'superseded':
      throw new ServiceError(
        'superseded',
        `The newer training ${result.by.trainingJobName} is ${result.by.status} on ${result.by.endpointName}; force=true deploys this one in spite of it`,
      );
  }
}

/** Returns the training job as SageMaker has it now, and its run where the database knows one. */
async function describeTraining(
  ctx: ServiceContext,
  { trainingJobName: name, before }: { trainingJobName: string; before: RunView | null },
): Promise<{ job: TrainingJob; known: RunView | null }> {
  if (before?.status === 'failed' || before?.status === 'stopped') throw notCompleted(before);
  const hide = before === null ? undefined : secretsOfRun(ctx, before);
  const job = await ctx.sagemaker.describeTrainingJob(name, { ...options, hide }).catch(async (error: unknown) => {
    if (!(error instanceof SageMakerError) || error.kind !== 'not_found') throw error;
    const why = before === null ? null : await checkPlace(ctx, { run: before, options });
    if (why !== null)
      throw new ServiceError('sagemaker_unavailable', `The training ${name} cannot be described: ${why}`, { cause: error });
    if (before !== null) throw notCompleted(before);
    throw new ServiceError('not_found', `SageMaker finds no training job named ${name}`, { cause: error });
  });
  const known = before ?? (await findRunByJob(ctx, { job }));
  if (known?.status === 'failed' || known?.status === 'stopped') throw notCompleted(known);
  if (known === null && job.status !== 'Completed') throw notCompleted({ trainingJobName: job.name, status: job.status });
  return { job, known };
}

/** Records the end of the training, and the training itself where it is not known. Returns the completed run. */
async function recordEnd(
  ctx: ServiceContext,
  input: RequestDeploymentInput & { job: TrainingJob; known: RunView | null },
): Promise<TrainingRun> {
  const { job, known, trigger, force, parts, requestedBy, role = 'read', reason = null } = input;
  const { store, settings, now } = ctx;
  const adoptNow = async (): Promise<TrainingRun> => {
    const read = await readTags(ctx, { job, options }).catch(orNullIfPermanent);
    return adoptRequested(ctx, { job, read, actor: actorOf(trigger), by: requestedBy, options });
  };
  const run = known ?? (await adoptNow());
  if (run.status === 'requested') {
    // A process started it and died before it recorded that: the run's check resolves whether the job is this run's.
    await enqueueCheck(ctx, { run, delayMs: 0 });
    throw notCompleted(run);
  }
  const decision = decideTraining(run, { kind: 'job', job }, now(), settings);
  if (decision.kind === 'finish' && decision.outcome.status !== 'timed_out') {
    // With the deployment where the run has auto_deploy: a crash after this line must not lose it.
    const overrides = isOverride({ force, role, reason });
    await recordOutcome(ctx, { run, job, decision, trigger, forced: force, overrides, parts, requestedBy, reason });
  }
  const after = await store.runs.find(run.trainingJobName);
  if (after?.status !== 'completed') throw notCompleted(after ?? run);
  return after;
}

function notCompleted({ trainingJobName, status }: { trainingJobName: string; status: string }): ServiceError {
  const advice = hasEnded.test(status)
    ? 'it has no model to deploy; start another training'
    : 'request the deployment again once it is';
  return new ServiceError('training_not_completed', `The training ${trainingJobName} is not completed: ${status}; ${advice}`);
}

/** The run's status, or SageMaker's. */
const hasEnded = /^(failed|stopped)$/i;
