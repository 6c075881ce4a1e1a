import { hasPassed } from '../instants.ts';
import { tagKeys } from '../sagemaker/tags.ts';
import { isShownAs } from '../shapes/shown-as.ts';
import type { ShapeObject } from '../shapes/shapes.ts';
import { type RecordedRun, trainingOf } from './run-shapes.ts';
import type { TrainingJob, TrainingRun } from './training-run.ts';

/** What SageMaker shows under the name of a run that is being started. */
export type FoundTrainingJob =
  | { kind: 'own'; arn: string }
  /** No job of this name. One that was created a moment ago may not be visible yet. */
  | { kind: 'missing' }
  /** A new job with the requested content and without tags, which may not be visible yet. */
  | { kind: 'untagged' }
  | { kind: 'foreign' };

/** A job shows its tags within this time after CreateTrainingJob. Each start counts the time again, so starts are limited, too. */
const taggedWithinMs = 60_000;
const taggedWithinStarts = 10;

/**
 * Returns whether a job is this run's: by its run-id tag or, where tags cannot be read (`tags` is null), by all of the request that
 * SageMaker shows.
 */
export function matchJob(
  run: Pick<TrainingRun, 'trainingJobName' | 'runId' | 'startAttemptedAt' | 'startAttempts' | 'startUnresolvedAt'> & RecordedRun,
  job: TrainingJob,
  tags: Record<string, string> | null,
  now: number,
): FoundTrainingJob {
  // A name in another case belongs to another job, which keeps this run's from being created.
  const training = trainingOf(run);
  const asRequested = job.name === run.trainingJobName && training !== null && isAsRequested(training, job);
  if (tags === null ? asRequested : tags[tagKeys.runId] === run.runId) return { kind: 'own', arn: job.arn };
  // Measured by the service's clock alone: SageMaker's CreationTime comes from another one.
  const isNew =
    !hasPassed(run.startAttemptedAt ?? run.startUnresolvedAt ?? 0, taggedWithinMs, now) &&
    run.startAttempts <= taggedWithinStarts;
  const isUntagged = tags !== null && Object.keys(tags).length === 0;
  return { kind: isUntagged && asRequested && isNew ? 'untagged' : 'foreign' };
}

/** What decides where a training runs and what it costs has to be shown; of the rest, what is shown has to be the same. */
const decisive: readonly string[] = [
  'RoleArn',
  'AlgorithmSpecification.TrainingImage',
  'AlgorithmSpecification.AlgorithmName',
  'ResourceConfig.InstanceType',
  'ResourceConfig.InstanceCount',
  'OutputDataConfig.S3OutputPath',
];

/** SageMaker shows no tags with a job. A job with an input that was not requested is another one. */
function isAsRequested(request: ShapeObject, { shape }: TrainingJob): boolean {
  const { Tags: _, ...training } = request;
  const shown = shape['InputDataConfig'];
  const hasOtherInput = training['InputDataConfig'] === undefined && Array.isArray(shown) && shown.length > 0;
  return !hasOtherInput && isShownAs(training, shape, decisive);
}
