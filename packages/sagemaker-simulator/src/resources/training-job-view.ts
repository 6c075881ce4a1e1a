import { epochSeconds } from '../call.ts';
import type { SecondaryStatus, TrainingJobRecord } from '../state/records.ts';
import { begun, currentPhase } from '../state/timeline.ts';
import { artifactUrl, endedAt, toTrainingStatus } from './training-job.ts';
import { viewTrainingRequest } from './training-request-view.ts';

/** AWS documents that callers must not depend on these texts; they resemble its own. */
const messages: Record<SecondaryStatus, string> = {
  Starting: 'Starting the training job',
  Pending: 'Training job waiting for capacity',
  Downloading: 'Downloading the training image',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Stopping: 'Stopping the training job',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job stopped: it ran for longer than MaxRuntimeInSeconds',
  MaxWaitTimeExceeded: 'Training job stopped: it waited for longer than MaxWaitTimeInSeconds',
  Interrupted: 'Training job was interrupted because of a lack of spot capacity',
};

/** A training job as DescribeTrainingJob returns it, with everything of its request; without tags. */
export function viewTrainingJob(job: TrainingJobRecord, now: number): object {
  const { status: secondaryStatus, startAt: modifiedAt } = currentPhase(job.timeline, now);
  const status = toTrainingStatus(secondaryStatus);
  const metrics = Object.entries(job.metrics);
  return {
    ...viewTrainingRequest(job.request),
    TrainingJobArn: job.arn,
    ModelArtifacts: { S3ModelArtifacts: artifactUrl(job.request) },
    TrainingJobStatus: status,
    SecondaryStatus: secondaryStatus,
    FailureReason: status === 'Failed' ? (job.failureReason ?? undefined) : undefined,
    CreationTime: epochSeconds(job.createdAt),
    LastModifiedTime: epochSeconds(modifiedAt),
    ...timesOnInstances(job, now),
    SecondaryStatusTransitions: transitions(job, now),
    FinalMetricDataList:
      status === 'Completed' && metrics.length > 0
        ? metrics.map(([MetricName, Value]) => ({ MetricName, Value, Timestamp: epochSeconds(modifiedAt) }))
        : undefined,
  };
}

/** What DescribeTrainingJob has of a request and the shape TrainingJob of Search's API model has not. */
const notInSearch = [
  'InfraCheckConfig',
  'MlflowConfig',
  'ProfilerRuleConfigurations',
  'RemoteDebugConfig',
  'ServerlessJobConfig',
];

/** A training job as Search returns it, without tags. */
export const viewFoundTrainingJob = (job: TrainingJobRecord, now: number): object =>
  Object.fromEntries(Object.entries(viewTrainingJob(job, now)).filter(([member]) => !notInSearch.includes(member)));

/** Absent for a job that never got to its instances; the seconds are at least 1. */
function timesOnInstances(job: TrainingJobRecord, now: number): object {
  const startedAt = begun(job.timeline, now).find(({ status }) => status === 'Downloading')?.startAt;
  const end = endedAt(job, now);
  const TrainingEndTime = end === null ? undefined : epochSeconds(end);
  if (startedAt === undefined) return { TrainingEndTime };
  const seconds = end === null ? undefined : Math.max(1, Math.ceil((end - startedAt) / 1000));
  return {
    TrainingStartTime: epochSeconds(startedAt),
    TrainingEndTime,
    TrainingTimeInSeconds: seconds,
    BillableTimeInSeconds: seconds === undefined ? undefined : Math.max(1, Math.ceil(seconds * (job.billableShare ?? 1))),
  };
}

function transitions(job: TrainingJobRecord, now: number): object[] {
  const phases = begun(job.timeline, now);
  const end = endedAt(job, now);
  return phases.map(({ status, startAt }, index) => {
    const until = phases[index + 1]?.startAt ?? end;
    return {
      Status: status,
      StartTime: epochSeconds(startAt),
      EndTime: until === null ? undefined : epochSeconds(until),
      StatusMessage: messages[status],
    };
  });
}
