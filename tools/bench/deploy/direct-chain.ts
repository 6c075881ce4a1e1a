import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { image, outputS3Uri, project, roleArn } from '../direct-sdk.ts';

export type Action = 'CreateEndpoint' | 'UpdateEndpoint';
export interface Deployed {
  trainingJobName: string;
  endpointName: string;
}

/** A deployment as direct calls of the SDK, from DescribeTrainingJob to the request for the endpoint. */
export async function deployDirectly(sdk: SageMaker, { trainingJobName, endpointName }: Deployed, action: Action): Promise<void> {
  const name = `${trainingJobName}-1a2b3c4d5e`;
  const Tags = [
    { Key: 'autodeploy:managed-by', Value: 'sagemaker-autodeploy' },
    { Key: 'autodeploy:project', Value: project },
    { Key: 'autodeploy:training-job-name', Value: trainingJobName },
  ];
  await sdk.describeTrainingJob({ TrainingJobName: trainingJobName });
  await sdk.createModel({
    ModelName: name,
    PrimaryContainer: { Image: image, ModelDataUrl: `${outputS3Uri}/${trainingJobName}/output/model.tar.gz` },
    ExecutionRoleArn: roleArn,
    Tags,
  });
  await sdk.describeEndpoint({ EndpointName: endpointName }).catch((error: unknown) => {
    if (action === 'UpdateEndpoint') throw error;
  });
  await sdk.createEndpointConfig({
    EndpointConfigName: name,
    ProductionVariants: [
      {
        VariantName: 'AllTraffic',
        ModelName: name,
        InstanceType: 'ml.m5.large',
        InitialInstanceCount: 1,
        InitialVariantWeight: 1,
      },
    ],
    Tags,
  });
  if (action === 'CreateEndpoint') await sdk.createEndpoint({ EndpointName: endpointName, EndpointConfigName: name, Tags });
  else await sdk.updateEndpoint({ EndpointName: endpointName, EndpointConfigName: name, RetainAllVariantProperties: true });
}
