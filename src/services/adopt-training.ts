import { randomUUID } from 'node:crypto';
import type { Actor } from '../core/history.ts';
import { type OwnTags, readTrainingJobTags } from '../core/tags.ts';
import type { TrainingJob, TrainingRun } from '../core/training-run.ts';
import type { CallOptions, Services } from './ports.ts';

type Found = Pick<TrainingJob, 'name' | 'arn' | 'secondaryStatus' | 'createdAt'>;

/** What a training job's tags say of it; null for a training that is not ours. */
export const readOwnTags = async ({ sagemaker }: Services, arn: string, options: CallOptions): Promise<OwnTags | null> =>
  readTrainingJobTags(await sagemaker.listTags(arn, options));

/**
 * Records a training that SageMaker has and the database does not know: one of ours whose record was lost goes on as its tags say
 * (design, promise 2); anybody else's goes to the service's own endpoint, and only when somebody asks for that.
 */
export async function adoptTraining(services: Services, job: Found, own: OwnTags | null, actor: Actor): Promise<TrainingRun> {
  const { store, settings, log, now } = services;
  const { run, adopted } = await store.adoptRun(
    {
      runId: own?.runId ?? randomUUID(),
      trainingJobName: job.name,
      trainingJobArn: job.arn,
      project: own?.project ?? settings.projectName,
      endpointName: own?.endpointName ?? settings.endpointName,
      autoDeploy: own?.autoDeploy ?? false,
      servingImage: own?.servingImage ?? null,
      secondaryStatus: job.secondaryStatus,
      createdAt: job.createdAt,
    },
    actor,
    now(),
  );
  if (adopted) {
    log.info(
      { training_job_name: job.name, endpoint_name: run.endpointName, auto_deploy: run.autoDeploy, ours: own !== null },
      'a training that the database did not know is adopted',
    );
  }
  return run;
}
