import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  type DescribeTrainingJobCommandOutput,
  type TrainingJobSummary as ListedTrainingJob,
} from '@aws-sdk/client-sagemaker';
import { SageMakerError } from '../core/errors.ts';
import { tagEntries } from '../core/sagemaker/tag-entries.ts';
import { knownMembers } from '../core/shapes/known-members.ts';
import { type SecretValues, secretsOf } from '../core/shapes/redact-shape.ts';
import type { TrainingJob } from '../core/training/training-run.ts';
import type { SageMaker, TrainingJobSpec, TrainingJobSummary } from '../ports/sagemaker.ts';
import { noteRespondedAt } from './response-time.ts';
import { instant, required, tagList } from './response.ts';
import type { Caller } from './call.ts';
import type { PlaceSeen } from './place-seen.ts';
import { redactUserValues } from './redact.ts';

type TrainingJobCalls = Pick<SageMaker, 'createTrainingJob' | 'describeTrainingJob' | 'stopTrainingJob' | 'listTrainingJobs'>;

/** `place` records what their ARNs say of it. */
export const trainingJobCalls = (call: Caller, place: PlaceSeen): TrainingJobCalls => ({
  async createTrainingJob(spec, options) {
    const operation = 'CreateTrainingJob';
    const command = () => new CreateTrainingJobCommand(requestOf(spec));
    const { TrainingJobArn } = await call(operation, command, options, redactUserValues(secretsOf(spec.request)));
    const arn = required(TrainingJobArn, operation, 'TrainingJobArn');
    place.responded(arn);
    return { arn };
  },

  async describeTrainingJob(name, options) {
    const command = () => new DescribeTrainingJobCommand({ TrainingJobName: name });
    const job = trainingJobOf(await call('DescribeTrainingJob', command, options), options?.hide);
    place.responded(job.arn);
    return job;
  },

  async stopTrainingJob(name, options) {
    await call('StopTrainingJob', () => new StopTrainingJobCommand({ TrainingJobName: name }), options);
  },

  /**
   * The order is always said, because the documentation disagrees on the default; no filters: they empty pages
   * (docs/reference/sagemaker-behavior.md#listtrainingjobs-filters-after-paging).
   */
  async listTrainingJobs({ nextToken }, options) {
    let respondedAt: number | null = null;
    const command = () => {
      const list = new ListTrainingJobsCommand({
        MaxResults: 100,
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
        NextToken: nextToken,
      });
      noteRespondedAt(list, (at) => (respondedAt = at));
      return list;
    };
    const { TrainingJobSummaries = [], NextToken } = await call('ListTrainingJobs', command, options);
    const read = TrainingJobSummaries.map(summaryOrReason);
    place.responded(TrainingJobSummaries[0]?.TrainingJobArn ?? '');
    return {
      jobs: read.flatMap((one) => ('reason' in one ? [] : [one])),
      odd: read.flatMap((one) => ('reason' in one ? [one] : [])),
      nextToken: NextToken || null,
      respondedAt,
    };
  },
});

/** The request was checked against SageMaker's model (core/shapes), which the SDK's types say, too. */
const requestOf = ({ trainingJobName, request, ownTags }: TrainingJobSpec): CreateTrainingJobCommandInput => ({
  ...(request as Partial<CreateTrainingJobCommandInput>),
  TrainingJobName: trainingJobName,
  RoleArn: request['RoleArn'] as string,
  OutputDataConfig: request['OutputDataConfig'] as CreateTrainingJobCommandInput['OutputDataConfig'],
  Tags: tagList(Object.fromEntries(tagEntries(request)), ownTags),
});

/** Metrics that are no numbers (SageMaker sends NaN) are left out: no JSON has them. */
function trainingJobOf(job: DescribeTrainingJobCommandOutput, hide?: SecretValues): TrainingJob {
  const operation = 'DescribeTrainingJob';
  const shape = knownMembers('CreateTrainingJob', job);
  const maskOwn = redactUserValues(secretsOf(shape));
  const maskHidden = hide === undefined ? maskOwn : redactUserValues(hide);
  const mask = (text: string): string => maskHidden(maskOwn(text));
  const metrics = (job.FinalMetricDataList ?? []).flatMap(({ MetricName: name, Value: value }) =>
    name === undefined ? [] : [{ name, value: value ?? Number.NaN }],
  );
  return {
    name: required(job.TrainingJobName, operation, 'TrainingJobName'),
    arn: required(job.TrainingJobArn, operation, 'TrainingJobArn'),
    status: required(job.TrainingJobStatus, operation, 'TrainingJobStatus'),
    secondaryStatus: job.SecondaryStatus ?? null,
    failureReason: job.FailureReason === undefined ? null : mask(job.FailureReason),
    modelArtifact: job.ModelArtifacts?.S3ModelArtifacts ?? null,
    metrics: metrics.filter(({ value }) => Number.isFinite(value)),
    oddMetrics: metrics.filter(({ value }) => !Number.isFinite(value)).map(({ name }) => name),
    createdAt: required(job.CreationTime, operation, 'CreationTime').getTime(),
    startedAt: instant(job.TrainingStartTime),
    endedAt: instant(job.TrainingEndTime),
    modifiedAt: instant(job.LastModifiedTime),
    billableSeconds: job.BillableTimeInSeconds ?? null,
    phases: (job.SecondaryStatusTransitions ?? []).map(({ Status, StatusMessage }) => ({
      status: Status ?? '',
      message: StatusMessage === undefined ? null : mask(StatusMessage),
    })),
    shape,
  };
}

function summaryOrReason(job: ListedTrainingJob): TrainingJobSummary | { name: string; reason: string } {
  try {
    return summaryOf(job);
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    return { name: job.TrainingJobName ?? job.TrainingJobArn ?? '(no name)', reason: error.message };
  }
}

function summaryOf(job: ListedTrainingJob): TrainingJobSummary {
  const operation = 'ListTrainingJobs';
  return {
    name: required(job.TrainingJobName, operation, 'TrainingJobName'),
    arn: required(job.TrainingJobArn, operation, 'TrainingJobArn'),
    status: required(job.TrainingJobStatus, operation, 'TrainingJobStatus'),
    secondaryStatus: job.SecondaryStatus ?? null,
    createdAt: required(job.CreationTime, operation, 'CreationTime').getTime(),
    endedAt: instant(job.TrainingEndTime),
  };
}
