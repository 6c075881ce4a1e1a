import { randomUUID } from 'node:crypto';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { createSageMaker } from '../../../src/sagemaker/sagemaker.ts';
import { image, outputS3Uri, project, roleArn, trainingJob } from '../direct-sdk.ts';
import { inRounds } from './rounds.ts';

const endpointName = 'sentiment-endpoint';

/** CreateTrainingJob through our client, with its time limits, gate and guard, and as the SDK's bare call. */
export async function measureSdk(sdk: SageMaker, endpoint: string, rounds: number): Promise<string[][]> {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };
  const ours = createSageMaker({ client: { endpoint, region: 'us-east-1', credentials } });
  const spec = {
    trainingImage: image,
    roleArn,
    instanceType: 'ml.m5.xlarge',
    instanceCount: 1,
    volumeGb: 30,
    maxRuntimeSeconds: 86_400,
    inputS3Uri: null,
    outputS3Uri,
    hyperparameters: {},
    environment: {},
    tags: {},
  };
  const tags = Object.fromEntries(
    (trainingJob('', endpointName, {}).Tags ?? []).map(({ Key, Value }) => [String(Key), String(Value)]),
  );
  try {
    const row = await inRounds(
      'its CreateTrainingJob, 10 at once',
      {
        direct: async () => void (await sdk.createTrainingJob(trainingJob(`${project}-${randomUUID()}`, endpointName, {}))),
        ours: async () =>
          void (await ours.createTrainingJob(
            { ...spec, trainingJobName: `${project}-${randomUUID()}`, ownTags: tags },
            { maxWaitMs: 6000, retryThrottles: false, guard: () => Promise.resolve() },
          )),
      },
      { atOnce: 10, rounds },
    );
    return [row];
  } finally {
    ours.close();
  }
}
