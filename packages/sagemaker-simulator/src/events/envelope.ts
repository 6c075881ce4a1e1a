import { randomUUID } from 'node:crypto';
import type { EndpointPhase, EndpointRecord, TrainingJobRecord, TrainingPhase } from '../state/records.ts';
import type { Tag } from '../state/requests.ts';
import { toTrainingStatus } from '../resources/training-job.ts';

/** An EventBridge event as SageMaker sends it. */
export interface EventEnvelope {
  version: '0';
  id: string;
  'detail-type': 'SageMaker Training Job State Change' | 'SageMaker Endpoint State Change';
  source: 'aws.sagemaker';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

const envelope = (
  type: EventEnvelope['detail-type'],
  arn: string,
  at: number,
  detail: Record<string, unknown>,
): EventEnvelope => {
  const [, , , region = '', account = ''] = arn.split(':');
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': type,
    source: 'aws.sagemaker',
    account,
    time,
    region,
    resources: [arn],
    detail,
  };
};

/** Events have tags as a map, the API as a list. */
const tagMap = (tags: Tag[]): Record<string, string> => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

/** The event of a training job in this phase. As in recorded events, instants are milliseconds in numbers, absent fields null. */
export function trainingEvent(job: TrainingJobRecord, phase: TrainingPhase): EventEnvelope {
  const { request } = job;
  const status = toTrainingStatus(phase.status);
  const isOver = status !== 'InProgress' && status !== 'Stopping';
  return envelope('SageMaker Training Job State Change', job.arn, phase.startAt, {
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    TrainingJobStatus: status,
    SecondaryStatus: phase.status,
    FailureReason: status === 'Failed' ? job.failureReason : null,
    AlgorithmSpecification: request.AlgorithmSpecification ?? null,
    RoleArn: request.RoleArn,
    OutputDataConfig: request.OutputDataConfig,
    ResourceConfig: request.ResourceConfig ?? null,
    StoppingCondition: request.StoppingCondition ?? null,
    VpcConfig: request.VpcConfig ?? null,
    CreationTime: job.createdAt,
    TrainingEndTime: isOver ? phase.startAt : null,
    LastModifiedTime: phase.startAt,
    SecondaryStatusTransitions: [],
    Tags: tagMap(job.tags),
  });
}

/** `UpdateRollbackFailed` is UPDATE_ROLLBACK_FAILED in events. */
const upperSnake = (status: string): string => status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/** The event of an endpoint in this phase. */
export const endpointEvent = (endpoint: EndpointRecord, phase: EndpointPhase): EventEnvelope =>
  envelope('SageMaker Endpoint State Change', endpoint.arn, phase.startAt, {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: phase.endpointConfigName,
    ProductionVariants: phase.variants.map(({ desiredWeight, desiredInstanceCount }) => ({
      DesiredWeight: desiredWeight,
      DesiredInstanceCount: desiredInstanceCount,
    })),
    EndpointStatus: upperSnake(phase.status),
    FailureReason: phase.failureReason,
    CreationTime: endpoint.createdAt,
    LastModifiedTime: phase.modifiedAt ?? phase.startAt,
    Tags: tagMap(endpoint.tags),
  });
