import { openSqliteStore } from '../../../src/db/sqlite/sqlite-store.ts';
import { toOutcome } from '../../../src/core/training/training-run.ts';
import { image, project } from '../direct-sdk.ts';
import { trainingRequest } from '../training-request.ts';

const endpoints = 50;
/** Of so many runs one fails; the others are deployed, and of those every eighth fails to be. */
const failsEvery = 20;
const deploymentFailsEvery = 8;

/** Records runs that have ended, through the store, as workers do: the oldest first, a second apart, up to now. */
export async function seedHistory(databaseUrl: string, count: number): Promise<void> {
  const store = openSqliteStore(databaseUrl);
  const begin = Date.now() - count * 1000;
  try {
    for (let index = 1; index <= count; index += 1) {
      const now = begin + index * 1000;
      const trainingJobName = `bench-training-${String(index).padStart(6, '0')}`;
      const run = {
        runId: `run-${index}`,
        trainingJobName,
        project,
        endpointName: `sentiment-${index % endpoints}`,
        autoDeploy: true,
        request: trainingRequest(),
        servingImage: image,
        idempotencyKey: null,
        idempotencyHash: null,
      };
      await store.runs.insert({ run, now, startNow: true });
      const trainingJobArn = `arn:aws:sagemaker:us-east-1:123456789012:training-job/${trainingJobName}`;
      await store.runs.markStarted({ trainingJobName, trainingJobArn, actor: 'api', detail: 'seeded', now });
      if (index % failsEvery === 0) {
        const outcome = toOutcome({ status: 'failed', failureReason: 'AlgorithmError', failureKind: 'algorithm' });
        await store.runs.finish({ trainingJobName, outcome, deployment: null, actor: 'poll', now });
        continue;
      }
      const deploymentId = `d-${index}`;
      await store.runs.finish({
        trainingJobName,
        outcome: toOutcome({ status: 'completed', modelArtifact: 's3://bench/models/model.tar.gz', trainingEndedAt: now }),
        deployment: { deploymentId, trigger: 'poll', forced: false, modelName: trainingJobName },
        actor: 'poll',
        now,
      });
      const claimed = await store.deployments.claim({ deploymentId, deadlineAt: now + 60_000, now });
      if (claimed.kind !== 'claimed') throw new Error(`${deploymentId} was not claimed`);
      const { fencingToken } = claimed.deployment;
      const status = index % deploymentFailsEvery === 0 ? ('failed' as const) : ('deployed' as const);
      const outcome = { status, failureReason: status === 'failed' ? 'no capacity' : null, detail: null };
      await store.deployments.finish({ deploymentId, fencingToken, outcome, now });
    }
  } finally {
    await store.close();
  }
}
