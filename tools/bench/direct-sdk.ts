import { type CreateTrainingJobCommandInput, SageMaker } from '@aws-sdk/client-sagemaker';

export const roleArn = 'arn:aws:iam::123456789012:role/bench';
export const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/sentiment:1';
export const outputS3Uri = 's3://bench/models';
export const project = 'bench';

/** The SDK, on kept connections and with no retries. */
export const directSageMaker = (endpoint: string): SageMaker =>
  new SageMaker({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: 200 } },
  });

/** The service's CreateTrainingJob for a bootstrap with these hyperparameters and no other field. */
export const trainingJob = (
  name: string,
  endpointName: string,
  hyperparameters: Record<string, string>,
): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  RoleArn: roleArn,
  AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: outputS3Uri },
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
  StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
  HyperParameters: hyperparameters,
  Tags: [
    { Key: 'autodeploy:managed-by', Value: 'sagemaker-autodeploy' },
    { Key: 'autodeploy:project', Value: project },
    { Key: 'autodeploy:run-id', Value: '5f0c3a52-5a0e-4d2c-9d3e-2f6a7b8c9d0e' },
    { Key: 'autodeploy:endpoint-name', Value: endpointName },
    { Key: 'autodeploy:auto-deploy', Value: 'true' },
    { Key: 'autodeploy:serving-image', Value: image },
  ],
});
