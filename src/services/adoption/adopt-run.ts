import { randomUUID } from 'node:crypto';
import { turnedDownOfTag } from '../../core/deployment/turned-down.ts';
import type { Actor } from '../../core/history.ts';
import { isPastRetention } from '../../core/retention.ts';
import { type FoundTags, type ReadTags, readTrainingJobTags } from '../../core/sagemaker/tags.ts';
import { isEndedJob, type TrainingJob, type TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { AdoptResult } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';
import { learnEndpoint } from '../delivery/learn-endpoint.ts';

export type FoundJob = Pick<TrainingJob, 'name' | 'arn' | 'status' | 'secondaryStatus' | 'createdAt'>;

/** Returns what a training job's tags say. @throws {SageMakerError} when they cannot be read. */
export const readTags = async (
  { sagemaker, settings }: ServiceContext,
  { job, options }: { job: Pick<FoundJob, 'name' | 'arn'>; options: CallOptions },
): Promise<ReadTags> => readTrainingJobTags(await sagemaker.listTags(job.arn, options), job.name, settings.projectName);

/**
 * Records a training of this service that the database does not know because its record was lost. The run continues as its tags say
 * (ARCHITECTURE.md#principles). A training with the run id of another one is a copy, one that an operator removed stays removed, and one
 * whose run was deleted for its age stays deleted: none of them is recorded. What the endpoint's tags say is learned first, so that no
 * deployment is queued before.
 *
 * @throws {SageMakerError} that is transient, where the endpoint's tags cannot be read now.
 */
export async function adoptRun(
  ctx: ServiceContext,
  { job, tags, actor, options }: { job: FoundJob; tags: FoundTags; actor: Actor; options: CallOptions },
): Promise<AdoptResult> {
  const isPast = isPastRetention({ createdAt: job.createdAt, isEnded: isEndedJob(job) }, ctx.settings, ctx.now());
  if (tags.isRemoved || isPast) return { kind: 'removed' };
  return adopt(ctx, job, tags, { actor, evenRemoved: false, calls: options });
}

/** Why a training with the tags of another one is left alone. */
export const copiedFrom = (name: string): string =>
  `its tags were copied from ${name}: it is a foreign training, and not deployed unless POST /deploy requests it`;

/**
 * Records a training that a caller requests by its name: one of this service as its tags say, a foreign one for the service's own endpoint,
 * with nothing that it may have copied. `read`: null where its tags cannot be read. `by`: the name of the caller's key.
 */
export async function adoptRequested(
  ctx: ServiceContext,
  input: { job: FoundJob; read: ReadTags | null; actor: Actor; by?: string | null; options: CallOptions },
): Promise<TrainingRun> {
  const { job, read, actor, by, options } = input;
  const tags = read?.kind === 'owned' ? read.tags : foreignTags(ctx);
  const result = await adopt(ctx, job, tags, { actor, by, evenRemoved: true, calls: options });
  if (result.kind === 'run_id_taken') return adoptRequested(ctx, { ...input, read: { kind: 'copied', from: result.by } });
  if (result.kind === 'removed')
    throw new Error(`the store does not adopt the removed run ${job.name}, although it was requested`);
  return result.run;
}

const foreignTags = ({ settings }: ServiceContext): FoundTags => ({
  runId: randomUUID(),
  project: settings.projectName,
  endpointName: settings.endpointName,
  autoDeploy: false,
  servingImage: null,
  contentDigest: null,
  turnedDown: null,
  isRemoved: false,
});

async function adopt(
  ctx: ServiceContext,
  job: FoundJob,
  tags: FoundTags,
  { calls, ...options }: { actor: Actor; by?: string | null; evenRemoved: boolean; calls: CallOptions },
): Promise<AdoptResult> {
  const { store, log, now } = ctx;
  const { turnedDown, isRemoved: _, ...own } = tags;
  await learnEndpoint(ctx, { endpointName: own.endpointName, options: calls });
  const foundEnded = isEndedJob(job);
  const result = await store.runs.adopt({
    run: {
      ...own,
      // For one that has ended already, decide-adoption.ts considers it.
      autoDeploy: own.autoDeploy && (foundEnded || turnedDown === null),
      turnedDown: turnedDownOfTag(turnedDown, now()),
      trainingJobName: job.name,
      trainingJobArn: job.arn,
      secondaryStatus: job.secondaryStatus,
      createdAt: job.createdAt,
      foundEnded,
    },
    now: now(),
    ...options,
  });
  if (result.kind === 'adopted') {
    const { endpointName, autoDeploy } = result.run;
    const fields = {
      training_job_name: job.name,
      endpoint_name: endpointName,
      auto_deploy: autoDeploy,
      ended_before: foundEnded,
    };
    log.info({ event: 'training.adopted', ...fields }, 'training adopted');
  }
  return result;
}
