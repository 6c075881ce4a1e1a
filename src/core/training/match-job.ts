import { hasPassed } from '../instants.ts';
import { tagKeys } from '../sagemaker/tags.ts';
import type { TrainingJob, TrainingRequest, TrainingRun } from './training-run.ts';

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
  run: Pick<TrainingRun, 'trainingJobName' | 'runId' | 'request' | 'startAttemptedAt' | 'startAttempts' | 'startUnresolvedAt'>,
  job: TrainingJob,
  tags: Record<string, string> | null,
  now: number,
): FoundTrainingJob {
  // A name in another case belongs to another job, which keeps this run's from being created.
  const asRequested = job.name === run.trainingJobName && run.request !== null && isAsRequested(run.request, job);
  if (tags === null ? asRequested : tags[tagKeys.runId] === run.runId) return { kind: 'own', arn: job.arn };
  // Measured by the service's clock alone: SageMaker's CreationTime comes from another one.
  const isNew =
    !hasPassed(run.startAttemptedAt ?? run.startUnresolvedAt ?? 0, taggedWithinMs, now) &&
    run.startAttempts <= taggedWithinStarts;
  const isUntagged = tags !== null && Object.keys(tags).length === 0;
  return { kind: isUntagged && asRequested && isNew ? 'untagged' : 'foreign' };
}

/**
 * What decides where a training runs and what it costs has to be shown. The volume, the time limit and the input may be missing from a
 * description: then they are no difference. Of a job without hyperparameters or environment SageMaker shows none.
 */
function isAsRequested(request: TrainingRequest, job: TrainingJob): boolean {
  return (
    job.trainingImage === request.trainingImage &&
    job.roleArn === request.roleArn &&
    job.instanceType === request.instanceType &&
    job.instanceCount === request.instanceCount &&
    isSameIfShown(job.volumeGb, request.volumeGb) &&
    isSameIfShown(job.maxRuntimeSeconds, request.maxRuntimeSeconds) &&
    job.outputS3Uri === request.outputS3Uri &&
    hasInputIfShown(job.inputS3Uris, request.inputS3Uri) &&
    hasEntries(job.hyperparameters, request.hyperparameters) &&
    hasEntries(job.environment, request.environment)
  );
}

const isSameIfShown = (shown: number | null, requested: number): boolean => shown === null || shown === requested;

const hasInputIfShown = (shown: string[] | null, requested: string | null): boolean =>
  shown === null || (requested === null ? shown.length === 0 : shown.length === 1 && shown[0] === requested);

const hasEntries = (shown: Record<string, string>, requested: Record<string, string>): boolean =>
  Object.keys(shown).length === Object.keys(requested).length &&
  Object.entries(shown).every(([key, value]) => requested[key] === value);
