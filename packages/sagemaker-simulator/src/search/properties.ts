import { validationError } from '../aws-error.ts';
import { toTrainingStatus } from '../resources/training-job.ts';
import { viewFoundTrainingJob } from '../resources/training-job-view.ts';
import type { TrainingJobRecord } from '../state/records.ts';
import type { Tag } from '../state/requests.ts';

/** A training job in the index, with the tags that the index has of it. */
export interface Entry {
  job: TrainingJobRecord;
  tags: Tag[];
  now: number;
}

export type Value = string | number | boolean;
export type PropertyType = 'text' | 'number' | 'time' | 'structure';

/** The members of SearchRecord's TrainingJob (the API model's shape TrainingJob), and what they hold. */
const members: Record<string, PropertyType> = {
  TrainingJobName: 'text',
  TrainingJobArn: 'text',
  TuningJobArn: 'text',
  LabelingJobArn: 'text',
  AutoMLJobArn: 'text',
  ModelArtifacts: 'structure',
  TrainingJobStatus: 'text',
  SecondaryStatus: 'text',
  FailureReason: 'text',
  HyperParameters: 'structure',
  AlgorithmSpecification: 'structure',
  RoleArn: 'text',
  InputDataConfig: 'structure',
  OutputDataConfig: 'structure',
  ResourceConfig: 'structure',
  WarmPoolStatus: 'structure',
  VpcConfig: 'structure',
  StoppingCondition: 'structure',
  CreationTime: 'time',
  TrainingStartTime: 'time',
  TrainingEndTime: 'time',
  LastModifiedTime: 'time',
  SecondaryStatusTransitions: 'structure',
  FinalMetricDataList: 'structure',
  EnableNetworkIsolation: 'text',
  EnableInterContainerTrafficEncryption: 'text',
  EnableManagedSpotTraining: 'text',
  CheckpointConfig: 'structure',
  TrainingTimeInSeconds: 'number',
  BillableTimeInSeconds: 'number',
  DebugHookConfig: 'structure',
  ExperimentConfig: 'structure',
  DebugRuleConfigurations: 'structure',
  TensorBoardOutputConfig: 'structure',
  DebugRuleEvaluationStatuses: 'structure',
  OutputModelPackageArn: 'text',
  ModelPackageConfig: 'structure',
  ProfilerConfig: 'structure',
  Environment: 'structure',
  RetryStrategy: 'structure',
  Tags: 'structure',
  /** `Metrics.NAME`, a final metric: an example of AWS's documentation sorts by it. */
  Metrics: 'number',
};

/**
 * What a property holds, as far as its name says: below a structure (`ResourceConfig.InstanceCount`) the values do.
 * @throws {AwsError} ValidationException for a property that training jobs do not have. The wording is made up.
 */
export function typeOf(property: string): PropertyType {
  const [top = '', ...below] = property.split('.');
  const type = Object.hasOwn(members, top) ? members[top] : undefined;
  if (
    type === undefined ||
    (below.length > 0 && type !== 'structure' && top !== 'Metrics') ||
    (top === 'Metrics' && below.length === 0)
  )
    throw validationError(`Unknown property name: ${property} of TrainingJob`);
  return type;
}

/** The values of a property: none where the job has none, several for what is in a list. Instants are milliseconds. */
export function valuesOf({ job, tags, now }: Entry, property: string): Value[] {
  const [top = '', ...below] = property.split('.');
  const rest = below.join('.');
  const last = job.timeline.at(-1);
  switch (top) {
    case 'TrainingJobName':
      return [job.name];
    case 'CreationTime':
      return [job.createdAt];
    case 'LastModifiedTime':
      return [job.timeline.findLast(({ startAt }) => startAt <= now)?.startAt ?? last?.startAt ?? job.createdAt];
    case 'TrainingJobStatus':
      return phaseOf(job, now).map(toTrainingStatus);
    case 'SecondaryStatus':
      return phaseOf(job, now);
    case 'Tags':
      return tags.flatMap(({ Key, Value: value }) => (rest === '' ? [Key] : Key === rest ? [value] : []));
    case 'Metrics': {
      const metric = job.metrics[rest];
      return phaseOf(job, now)[0] === 'Completed' && typeof metric === 'number' ? [metric] : [];
    }
    default:
      return scalars(viewFoundTrainingJob(job, now), property.split('.')).map((value) =>
        typeOf(property) === 'time' && typeof value === 'number' ? value * 1000 : value,
      );
  }
}

const phaseOf = ({ timeline }: TrainingJobRecord, now: number) =>
  timeline
    .filter(({ startAt }) => startAt <= now)
    .slice(-1)
    .map(({ status }) => status);

/** What a path leads to; a map's key may have dots in it. */
function scalars(value: unknown, path: readonly string[]): Value[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => scalars(one, path));
  if (typeof value === 'object') {
    const [head, ...rest] = path;
    // A structure by itself exists, and equals nothing.
    if (head === undefined) return [JSON.stringify(value)];
    const whole = (value as Record<string, unknown>)[path.join('.')];
    return whole === undefined ? scalars((value as Record<string, unknown>)[head], rest) : scalars(whole, []);
  }
  return path.length === 0 && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    ? [value]
    : [];
}
