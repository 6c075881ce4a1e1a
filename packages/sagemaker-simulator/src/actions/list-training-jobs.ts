import { epochSeconds, type Call, type Output } from '../call.ts';
import { createPage, type Listed, type ListInput } from '../resources/page.ts';
import type { TrainingJobRecord } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';
import { toTrainingStatus } from '../resources/training-job.ts';

/** A summary has no FailureReason, artifact, metrics or tags. */
export function listTrainingJobs(input: ListInput, { state, now }: Call): Output {
  const { summaries, NextToken } = createPage(
    Array.from(state.trainingJobs.values(), (job) => listed(job, now)),
    input,
  );
  return { TrainingJobSummaries: summaries.map((summarise) => summarise()), NextToken };
}

/** The summary is made only for what ends up on the page. */
function listed(job: TrainingJobRecord, now: number): Listed<() => object> {
  const { status: secondaryStatus, startAt: modifiedAt } = currentPhase(job.timeline, now);
  const status = toTrainingStatus(secondaryStatus);
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
