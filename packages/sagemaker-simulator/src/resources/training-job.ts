import { type AwsError, validationError } from '../aws-error.ts';
import type { SecondaryStatus, TrainingJobRecord, TrainingStatus } from '../state/records.ts';
import type { TrainingJobRequest } from '../state/requests.ts';
import { keyOf, type State } from '../state/state.ts';
import { currentPhase } from '../state/timeline.ts';

/** @throws {AwsError} what SageMaker returns for an unknown job: a ValidationException, although its model has ResourceNotFound. */
export function requireTrainingJob(state: State, name: string): TrainingJobRecord {
  const job = state.trainingJobs.get(keyOf(name));
  if (!job) throw trainingJobNotFound();
  return job;
}

export const trainingJobNotFound = (): AwsError => validationError('Requested resource not found.');

/** Which TrainingJobStatus a SecondaryStatus belongs to. */
export function toTrainingStatus(status: SecondaryStatus): TrainingStatus {
  switch (status) {
    case 'Completed':
    case 'Failed':
    case 'Stopping':
    case 'Stopped':
      return status;
    case 'MaxRuntimeExceeded':
    case 'MaxWaitTimeExceeded':
      return 'Stopped';
    case 'Starting':
    case 'Pending':
    case 'Downloading':
    case 'Training':
    case 'Uploading':
    case 'Interrupted':
      return 'InProgress';
  }
}

export const statusAt = (job: TrainingJobRecord, now: number): TrainingStatus =>
  toTrainingStatus(currentPhase(job.timeline, now).status);

const ended: readonly TrainingStatus[] = ['Completed', 'Failed', 'Stopped'];

export const hasEnded = (job: TrainingJobRecord, now: number): boolean => ended.includes(statusAt(job, now));

export const endedAt = (job: TrainingJobRecord, now: number): number | null =>
  hasEnded(job, now) ? currentPhase(job.timeline, now).startAt : null;

/** Where the artifact will be: known from the start, and no proof that it exists. */
export function artifactUrl({ TrainingJobName, OutputDataConfig }: TrainingJobRequest): string {
  const folder = `${OutputDataConfig.S3OutputPath.replace(/\/+$/, '')}/${TrainingJobName}/output`;
  return OutputDataConfig.CompressionType === 'NONE' ? `${folder}/model/` : `${folder}/model.tar.gz`;
}

/** A completed training has left an artifact, and one that was stopped while it trained may have. */
export function hasArtifact(job: TrainingJobRecord, now: number): boolean {
  const status = statusAt(job, now);
  return status === 'Completed' || (status === 'Stopped' && job.timeline.some((phase) => phase.status === 'Training'));
}

/** How many instances of each type the training takes. */
export function countInstances({ ResourceConfig }: TrainingJobRequest): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { InstanceType, InstanceCount } of [ResourceConfig ?? {}, ...(ResourceConfig?.InstanceGroups ?? [])]) {
    if (InstanceType && InstanceCount) counts.set(InstanceType, (counts.get(InstanceType) ?? 0) + InstanceCount);
  }
  return counts;
}
