import type { NewDeployment, NewRun, Store } from '../../src/ports/store.ts';
import type { TrainingOutcome } from '../../src/core/training/training-run.ts';
import { trainingOfLegacy } from '../../src/core/training/legacy-request.ts';
import type { TrainingRequest, TrainingRun } from '../../src/core/training/training-run.ts';
import type { Deployment, EndpointChange } from '../../src/core/deployment/deployment.ts';

export const endpoint = 'Sentiment-Endpoint';

const request: TrainingRequest = {
  trainingImage: 'train:1',
  roleArn: 'arn:aws:iam::123456789012:role/SageMakerRole',
  instanceType: 'ml.m5.xlarge',
  instanceCount: 1,
  volumeGb: 30,
  maxRuntimeSeconds: 86_400,
  inputS3Uri: null,
  outputS3Uri: 's3://models/out',
  hyperparameters: { epochs: '3' },
  environment: {},
  tags: { team: 'nlp' },
};

export const newRun = (name: string, more: Partial<NewRun> = {}): NewRun => ({
  runId: `run-${name}`,
  trainingJobName: name,
  project: 'ml-sentiment',
  endpointName: endpoint,
  autoDeploy: true,
  shapes: {
    training: trainingOfLegacy(request),
    model: { PrimaryContainer: { Image: 'serve:1' } },
    endpointConfig: { ProductionVariants: [{ InstanceType: 'ml.m5.large' }], DataCaptureConfig: null },
  },
  request,
  servingImage: 'serve:1',
  idempotencyKey: null,
  idempotencyHash: null,
  ...more,
});

export const completed: TrainingOutcome = {
  status: 'completed',
  secondaryStatus: 'Completed',
  failureReason: null,
  modelArtifact: 's3://models/out/model.tar.gz',
  metrics: { accuracy: 0.91 },
  trainingEndedAt: 5000,
  failureKind: null,
  trainingCreatedAt: null,
};

export const timedOut: TrainingOutcome = {
  status: 'timed_out',
  secondaryStatus: null,
  failureReason: 'not over after 2 days',
  modelArtifact: null,
  metrics: null,
  trainingEndedAt: null,
  failureKind: 'timeout',
  trainingCreatedAt: null,
};

/** An update of the endpoint, requested at an instant. */
export const aChange = (fields: Pick<EndpointChange, 'requestedAt'> & Partial<EndpointChange>): EndpointChange => ({
  action: 'update',
  respondedAt: null,
  acknowledgedAt: null,
  baseline: { modifiedAt: 600, endpointConfigName: 'config-0' },
  ...fields,
});

export const newDeployment = (deploymentId: string, more: Partial<NewDeployment> = {}): NewDeployment => ({
  deploymentId,
  trigger: 'poll',
  forced: false,
  modelName: `${deploymentId}-model`,
  shapes: { model: { PrimaryContainer: { Image: 'serve:1' } }, endpointConfig: {} },
  ...more,
});

export const arnOf = (name: string): string => `arn:aws:sagemaker:us-east-1:123456789012:training-job/${name}`;

/** What must be there. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('there is none');
  return value;
}

/** A run that was requested at `createdAt`, and whose training SageMaker has. */
export async function inTraining(store: Store, name: string, createdAt = 1000, more: Partial<NewRun> = {}): Promise<TrainingRun> {
  await store.runs.insert({ run: newRun(name, more), now: createdAt });
  await store.runs.acquireStartLease({ trainingJobName: name, now: createdAt });
  return present(
    await store.runs.markStarted({
      trainingJobName: name,
      trainingJobArn: arnOf(name),
      actor: 'api',
      detail: 'started',
      now: createdAt,
    }),
  );
}

/** A completed run without a deployment. */
export async function trained(store: Store, name: string, createdAt = 1000, more: Partial<NewRun> = {}): Promise<TrainingRun> {
  await inTraining(store, name, createdAt, more);
  return present(
    await store.runs.finish({ trainingJobName: name, outcome: completed, deployment: null, actor: 'poll', now: 6000 }),
  ).run;
}

/** A completed run with a queued deployment, `d-NAME`. */
export async function queued(store: Store, name: string, createdAt = 1000, more: Partial<NewRun> = {}): Promise<Deployment> {
  await inTraining(store, name, createdAt, more);
  const finished = await store.runs.finish({
    trainingJobName: name,
    outcome: completed,
    deployment: newDeployment(`d-${name}`),
    actor: 'poll',
    now: 6000,
  });
  return present(finished?.deployment);
}

export async function claim(store: Store, deploymentId: string, now = 7000): Promise<Deployment> {
  const result = await store.deployments.claim({ deploymentId, deadlineAt: now + 60_000, now });
  if (result.kind !== 'claimed') throw new Error(`not claimed but ${result.kind}`);
  return result.deployment;
}

export async function finish(store: Store, one: Deployment, status: 'deployed' | 'rolled_back' | 'failed', now = 8000) {
  const failureReason = status === 'deployed' ? null : 'the endpoint did not pass its health check';
  return present(
    await store.deployments.finish({
      deploymentId: one.deploymentId,
      fencingToken: one.fencingToken,
      outcome: { status, failureReason, detail: null },
      now,
    }),
  );
}

/** Queues and carries through. */
export async function deploy(
  store: Store,
  name: string,
  createdAt = 1000,
  now = 8000,
  more: Partial<NewRun> = {},
): Promise<Deployment> {
  const { deploymentId } = await queued(store, name, createdAt, more);
  return (await finish(store, await claim(store, deploymentId), 'deployed', now)).deployment;
}

/** A run's history as `subject from>to actor: detail`. */
export async function reported(store: Store, name: string): Promise<string[]> {
  const entries = await store.history.list({ trainingJobName: name });
  return entries.map(
    ({ subject, from, to, actor, detail }) => `${subject} ${from ?? ''}>${to} ${actor}${detail === null ? '' : `: ${detail}`}`,
  );
}
