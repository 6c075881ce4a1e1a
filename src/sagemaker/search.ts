import { SearchCommand, type SearchCommandInput, type SearchRecord } from '@aws-sdk/client-sagemaker';
import { SageMakerError } from '../core/errors.ts';
import { tagKeys } from '../core/sagemaker/tags.ts';
import type { FoundTrainingJob, SageMaker } from '../ports/sagemaker.ts';
import type { Caller } from './call.ts';
import { instant, required } from './response.ts';

const operation = 'Search';

/** The order and the page size are always said. Pages hold what matches (docs/reference/sagemaker-behavior.md#search-reads-an-index). */
export const searchCalls = (call: Caller): Pick<SageMaker, 'searchTrainingJobs'> => ({
  async searchTrainingJobs({ project, changed }, options) {
    const command = () => new SearchCommand(changed === 'last' ? lastChanged(project) : changedSince(project, changed));
    const { Results = [], NextToken } = await call(operation, command, options);
    const read = Results.map(jobOrReason);
    return {
      jobs: read.flatMap((one) => ('reason' in one ? [] : [one])),
      odd: read.flatMap((one) => ('reason' in one ? [one] : [])),
      nextToken: NextToken || null,
    };
  },
});

const ofProject = (project: string) => ({ Name: `Tags.${tagKeys.project}`, Operator: 'Equals', Value: project }) as const;

const lastChanged = (project: string): SearchCommandInput => ({
  Resource: 'TrainingJob',
  SearchExpression: { Filters: [ofProject(project)] },
  SortBy: 'LastModifiedTime',
  SortOrder: 'Descending',
  MaxResults: 1,
});

const changedSince = (project: string, { since, nextToken }: { since: number; nextToken?: string }): SearchCommandInput => ({
  Resource: 'TrainingJob',
  SearchExpression: {
    Filters: [ofProject(project), { Name: 'LastModifiedTime', Operator: 'GreaterThanOrEqualTo', Value: toSecond(since) }],
  },
  SortBy: 'LastModifiedTime',
  SortOrder: 'Ascending',
  MaxResults: 100,
  NextToken: nextToken,
});

/** The documented format has whole seconds. */
const toSecond = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

function jobOrReason({ TrainingJob: job = {} }: SearchRecord): FoundTrainingJob | { name: string; reason: string } {
  try {
    return {
      name: required(job.TrainingJobName, operation, 'TrainingJobName'),
      arn: required(job.TrainingJobArn, operation, 'TrainingJobArn'),
      status: required(job.TrainingJobStatus, operation, 'TrainingJobStatus'),
      secondaryStatus: job.SecondaryStatus ?? null,
      createdAt: required(job.CreationTime, operation, 'CreationTime').getTime(),
      endedAt: instant(job.TrainingEndTime),
      modifiedAt: required(job.LastModifiedTime, operation, 'LastModifiedTime').getTime(),
    };
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    return { name: job.TrainingJobName ?? job.TrainingJobArn ?? '(no name)', reason: error.message };
  }
}
