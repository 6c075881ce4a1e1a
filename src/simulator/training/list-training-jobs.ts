import { epochSeconds, type Call, type Output } from '../call.ts';
import { pageOf, type Listed, type ListInput } from '../listing/page.ts';
import type { TrainingJobRecord } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';
import { trainingStatusOf } from './training-job.ts';

/** A summary has no FailureReason, artifact, metrics or tags (sagemaker-facts, section 2). */
export function listTrainingJobs(input: ListInput, { state, now }: Call): Output {
  const { summaries, NextToken } = pageOf(
    Array.from(state.trainingJobs.values(), (job) => listed(job, now)),
    input,
  );
  return { TrainingJobSummaries: summaries.map((summarise) => summarise()), NextToken };
}

/** The summary is made only for what ends up on the page. */
function listed(job: TrainingJobRecord, now: number): Listed<() => object> {
  const { status: secondaryStatus, startAt: modifiedAt } = currentPhase(job.timeline, now);
  const status = trainingStatusOf(secondaryStatus);
  const summary = (): object => ({
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    CreationTime: epochSeconds(job.createdAt),
    TrainingEndTime: status === 'InProgress' || status === 'Stopping' ? undefined : epochSeconds(modifiedAt),
    LastModifiedTime: epochSeconds(modifiedAt),
    TrainingJobStatus: status,
    SecondaryStatus: secondaryStatus,
  });
  return { name: job.name, createdAt: job.createdAt, modifiedAt, status, summary };
}
