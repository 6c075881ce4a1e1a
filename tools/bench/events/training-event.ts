import { image, outputS3Uri, project, roleArn } from '../direct-sdk.ts';

const account = '123456789012';
const region = 'us-east-1';

/**
 * What EventBridge sends of a training job that has come to this status
 * (docs/reference/eventbridge-behavior.md#training-events-use-the-words-of-the-api).
 */
export function trainingEvent(trainingJobName: string, status: 'InProgress' | 'Completed', at: number): object {
  const arn = `arn:aws:sagemaker:${region}:${account}:training-job/${trainingJobName}`;
  return {
    version: '0',
    id: '844e2571-85d4-695f-b930-0153b71dcb42',
    'detail-type': 'SageMaker Training Job State Change',
    source: 'aws.sagemaker',
    account,
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    region,
    resources: [arn],
    detail: {
      TrainingJobName: trainingJobName,
      TrainingJobArn: arn,
      TrainingJobStatus: status,
      SecondaryStatus: status === 'Completed' ? 'Completed' : 'Training',
      FailureReason: null,
      AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
      RoleArn: roleArn,
      OutputDataConfig: { S3OutputPath: outputS3Uri },
      ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
      StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
      VpcConfig: null,
      CreationTime: at - 60_000,
      TrainingEndTime: status === 'Completed' ? at : null,
      LastModifiedTime: at,
      SecondaryStatusTransitions: [],
      Tags: { 'autodeploy:managed-by': 'sagemaker-autodeploy', 'autodeploy:project': project },
    },
  };
}
