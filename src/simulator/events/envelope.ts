import { randomUUID } from 'node:crypto';
import type { EndpointPhase, EndpointRecord, Tag, TrainingJobRecord, TrainingPhase } from '../state/records.ts';
import { trainingStatusOf } from '../training/training-job.ts';

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

/** A map, other than in the API (sagemaker-facts, section 6). */
const tagMap = (tags: Tag[]): Record<string, string> => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

/** Of a training job that has come to this phase. Instants are milliseconds in numbers, absent fields null, as recorded events have them. */
export function trainingEvent(job: TrainingJobRecord, phase: TrainingPhase): EventEnvelope {
  const { request } = job;
  const status = trainingStatusOf(phase.status);
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
    VpcConfig: null,
    CreationTime: job.createdAt,
    TrainingEndTime: isOver ? phase.startAt : null,
    LastModifiedTime: phase.startAt,
    SecondaryStatusTransitions: [],
    Tags: tagMap(job.tags),
  });
}

/** `UpdateRollbackFailed` is UPDATE_ROLLBACK_FAILED in events. */
const upperSnake = (status: string): string => status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/** Of an endpoint that has come to this phase. */
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
    LastModifiedTime: phase.startAt,
    Tags: tagMap(endpoint.tags),
  });
