import { toOutcome } from '../../../src/core/training/training-run.ts';
import type { Store } from '../../../src/ports/store.ts';
import { project } from '../direct-sdk.ts';
import { recordOfBench, shapesOfBench } from '../training-request.ts';

const endpoints = 50;
/** Of so many runs one fails; the others are deployed, and of those every eighth fails to be. */
const failsEvery = 20;
const deploymentFailsEvery = 8;

/** After so many runs everything repeats: the endpoints, the failures, and the failed deployments. */
export const period = 200;

/** `sentiment-7` is one of 50. */
const endpointOf = (index: number): string => `sentiment-${index % endpoints}`;

export interface Named {
  index: number;
  trainingJobName: string;
  now: number;
}

/** Records a run in training, through the store. */
export async function recordTraining(store: Store, { index, trainingJobName, now }: Named): Promise<void> {
  const run = {
    runId: `run-of-${trainingJobName}`,
    trainingJobName,
    project,
    endpointName: endpointOf(index),
    autoDeploy: true,
    ...recordOfBench(),
    idempotencyKey: null,
    idempotencyHash: null,
  };
  await store.runs.insert({ run, now, startNow: true });
  const trainingJobArn = `arn:aws:sagemaker:us-east-1:123456789012:training-job/${trainingJobName}`;
  await store.runs.markStarted({ trainingJobName, trainingJobArn, actor: 'api', detail: 'seeded', now });
}

/** Records a run and its end, as workers do. A deployment that has to wait for its turn stays queued. */
export async function recordEndedRun(store: Store, run: Named): Promise<void> {
  const { index, trainingJobName, now } = run;
  await recordTraining(store, run);
  if (index % failsEvery === 0) {
    const failed = toOutcome({ status: 'failed', failureReason: 'AlgorithmError', failureKind: 'algorithm' });
    await store.runs.finish({ trainingJobName, outcome: failed, deployment: null, actor: 'poll', now });
    return;
  }
  const deploymentId = `d-of-${trainingJobName}`;
  await store.runs.finish({
    trainingJobName,
    outcome: toOutcome({ status: 'completed', modelArtifact: 's3://bench/models/model.tar.gz', trainingEndedAt: now }),
    deployment: { deploymentId, trigger: 'poll', forced: false, modelName: trainingJobName, shapes: shapesOfBench() },
    actor: 'poll',
    now,
  });
  const claimed = await store.deployments.claim({ deploymentId, deadlineAt: now + 60_000, now });
  if (claimed.kind !== 'claimed') return;
  const { fencingToken } = claimed.deployment;
  const status = index % deploymentFailsEvery === 0 ? ('failed' as const) : ('deployed' as const);
  const outcome = { status, failureReason: status === 'failed' ? 'no capacity' : null, detail: null };
  await store.deployments.finish({ deploymentId, fencingToken, outcome, now });
}
