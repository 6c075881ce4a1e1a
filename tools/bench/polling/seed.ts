import { openSqliteStore } from '../../../src/db/sqlite/sqlite-store.ts';
import { image, outputS3Uri, project, roleArn } from '../direct-sdk.ts';

export const seedPrefix = 'bench-training-seeded';

/** As the stand-in's control route names them. */
export const seededName = (index: number): string => `${seedPrefix}-${String(index).padStart(6, '0')}`;

/** Records runs in training, through the store, as bootstraps would have. */
export async function seedRuns(databaseUrl: string, count: number): Promise<void> {
  const store = openSqliteStore(databaseUrl);
  try {
    for (let index = 1; index <= count; index += 1) {
      const trainingJobName = seededName(index);
      await store.runs.insert({
        run: {
          runId: `run-${index}`,
          trainingJobName,
          project,
          endpointName: `sentiment-${index}`,
          autoDeploy: true,
          request: {
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
          },
          servingImage: image,
          idempotencyKey: null,
          idempotencyHash: null,
        },
        now: Date.now(),
      });
      await store.runs.acquireStartLease({ trainingJobName, now: Date.now() });
      const arn = `arn:aws:sagemaker:us-east-1:123456789012:training-job/${trainingJobName}`;
      await store.runs.markStarted({ trainingJobName, trainingJobArn: arn, actor: 'api', detail: 'seeded', now: Date.now() });
    }
  } finally {
    await store.close();
  }
}
