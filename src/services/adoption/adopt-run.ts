import { randomUUID } from 'node:crypto';
import type { Actor } from '../../core/history.ts';
import { type FoundTags, type ReadTags, readTrainingJobTags } from '../../core/sagemaker/tags.ts';
import { isEndedJob, type TrainingJob, type TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import type { AdoptResult } from '../../ports/store.ts';

export type FoundJob = Pick<TrainingJob, 'name' | 'arn' | 'status' | 'secondaryStatus' | 'createdAt'>;

/** What a training job's tags say of it. @throws {SageMakerError} when they can't be read. */
export const readTags = async (
  { sagemaker, settings }: ServiceContext,
  job: Pick<FoundJob, 'name' | 'arn'>,
  options: CallOptions,
): Promise<ReadTags> => readTrainingJobTags(await sagemaker.listTags(job.arn, options), job.name, settings.projectName);

/**
 * Records a training of ours that the database does not know, because it was lost: it goes on as its tags say
 * (ARCHITECTURE.md#principles). One whose run id is that of another training is a copy, and one that a person has removed stays
 * so: neither is recorded.
 */
export async function adoptOwn(ctx: ServiceContext, job: FoundJob, own: FoundTags, actor: Actor): Promise<AdoptResult> {
  if (own.isRemoved) return { kind: 'removed' };
  return adopt(ctx, job, own, actor, { evenRemoved: false });
}

/** Why a training whose tags are those of another one is left alone. */
export const copiedFrom = (name: string): string =>
  `its tags were copied from ${name}: it is somebody else’s training, and not deployed unless POST /deploy asks for it`;

/**
 * Records a training that a person asks for by its name: one of ours as its tags say, anybody else's for the service's own endpoint, with
 * nothing that it may have copied from one of ours. `read`: null where its tags can't be read.
 */
export async function adoptWanted(ctx: ServiceContext, job: FoundJob, read: ReadTags | null, actor: Actor): Promise<TrainingRun> {
  const own = read?.kind === 'ours' ? read.own : anybodys(ctx);
  const result = await adopt(ctx, job, own, actor, { evenRemoved: true });
  if (result.kind === 'run_id_taken') return adoptWanted(ctx, job, { kind: 'copied', from: result.by }, actor);
  if (result.kind === 'removed') throw new Error(`${job.name} is removed, and was asked for`);
  return result.run;
}

const anybodys = ({ settings }: ServiceContext): FoundTags => ({
  runId: randomUUID(),
  project: settings.projectName,
  endpointName: settings.endpointName,
  autoDeploy: false,
  servingImage: null,
  isTurnedDown: false,
  isRemoved: false,
});

async function adopt(
  { store, log, now }: ServiceContext,
  job: FoundJob,
  own: FoundTags,
  actor: Actor,
  options: { evenRemoved: boolean },
): Promise<AdoptResult> {
  const { isTurnedDown, isRemoved: _, ...tags } = own;
  const foundEnded = isEndedJob(job);
  const result = await store.runs.adopt({
    run: {
      ...tags,
      // Of one that is over already, that is said when it is looked at (decide-found.ts).
      autoDeploy: tags.autoDeploy && (foundEnded || !isTurnedDown),
      trainingJobName: job.name,
      trainingJobArn: job.arn,
      secondaryStatus: job.secondaryStatus,
      createdAt: job.createdAt,
      foundEnded,
    },
    actor,
    now: now(),
    ...options,
  });
  if (result.kind === 'adopted') {
    const { endpointName, autoDeploy } = result.run;
    log.info(
      { training_job_name: job.name, endpoint_name: endpointName, auto_deploy: autoDeploy, ended_before: foundEnded },
      'a training that the database did not know is adopted',
    );
  }
  return result;
}
