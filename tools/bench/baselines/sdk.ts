import { randomUUID } from 'node:crypto';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { createSageMaker } from '../../../src/sagemaker/sagemaker.ts';
import { project, trainingJob } from '../direct-sdk.ts';
import { shapesOfBench } from '../training-request.ts';
import { inRounds } from './rounds.ts';

const endpointName = 'sentiment-endpoint';

/** CreateTrainingJob through the service's client, with its time limits and rate limiter, and as a direct call of the SDK. */
export async function measureSdk(sdk: SageMaker, endpoint: string, rounds: number): Promise<string[][]> {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };
  const service = createSageMaker({ client: { endpoint, region: 'us-east-1', credentials } });
  const tags = Object.fromEntries(
    (trainingJob('', endpointName, {}).Tags ?? []).map(({ Key, Value }) => [String(Key), String(Value)]),
  );
  try {
    const row = await inRounds(
      'its CreateTrainingJob, 10 at once',
      {
        direct: async () => void (await sdk.createTrainingJob(trainingJob(`${project}-${randomUUID()}`, endpointName, {}))),
        service: async () =>
          void (await service.createTrainingJob(
            { request: shapesOfBench().training, trainingJobName: `${project}-${randomUUID()}`, ownTags: tags },
            { maxWaitMs: 6000, retryThrottles: false, beforeSend: () => Promise.resolve() },
          )),
      },
      { atOnce: 10, rounds },
    );
    return [row];
  } finally {
    service.close();
  }
}
