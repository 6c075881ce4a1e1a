/** Errors of SageMaker that users have reported, and what runDeployment makes of each. */
import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/core/history.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import type { FaultSpec } from 'sagemaker-simulator';
import { image, makeConfig, training } from '../../tools/testkit/simulator.ts';
import { endpointName, liveConfigOf, runRounds, startLive, startTestContext, statusesOf, type TestContext } from './harness.ts';

const arn = (resource: string): string => `arn:aws:sagemaker:us-east-1:123456789012:${resource}`;
const invalid = (operation: Extract<FaultSpec['match'], object>['operation'], message: string): FaultSpec => ({
  kind: 'error',
  status: 400,
  code: 'ValidationException',
  message,
  match: { operation },
  times: 'forever',
});

const said = (history: HistoryEntry[]): string => history.map(({ detail }) => detail).join('\n');

describe('runDeployment when the live endpoint configuration was deleted', () => {
  it('recreates one that this service created, and the training goes live', async () => {
    const { context, first } = await startLive();
    const before = await context.sdk.describeEndpointConfig({ EndpointConfigName: await liveConfigOf(context) });
    await context.sdk.deleteEndpointConfig({ EndpointConfigName: before.EndpointConfigName });
    const second = await context.start();
    await context.settle();
    expect(await statusesOf(context, second)).toEqual(['deployed']);
    const snooze = await context.sdk.describeEndpointConfig({ EndpointConfigName: before.EndpointConfigName });
    expect(snooze.ProductionVariants).toEqual(before.ProductionVariants);
    expect(said(await context.store.history.list({ trainingJobName: second }))).toContain(
      'of the live endpoint was deleted and is created again',
    );
    const [{ startedAt, finishedAt } = { startedAt: 0, finishedAt: 0 }] = await context.deploymentsOf(second);
    expect((finishedAt ?? 0) - (startedAt ?? 0)).toBeLessThan(180_000);
    expect(await context.store.runs.find(first)).toMatchObject({ deploymentStatus: 'deployed' });
  });

  it('recreates its model, when that was deleted too', async () => {
    const { context, first } = await startLive();
    const [live] = await context.deploymentsOf(first);
    await context.sdk.deleteEndpointConfig({ EndpointConfigName: live?.endpointConfigName ?? '' });
    await context.sdk.deleteModel({ ModelName: live?.modelName });
    const second = await context.start();
    await context.settle();
    expect(await statusesOf(context, second)).toEqual(['deployed']);
  });

  it.each([
    ['is denied for a while', { code: 'AccessDeniedException', message: 'not authorized', times: 3 }, 'deployed', null],
    [
      'is denied',
      { code: 'AccessDeniedException', message: 'not authorized', times: 'forever' },
      'failed',
      'CreateModel: not authorized',
    ],
    [
      'is refused because the artifact does not exist',
      { code: 'ValidationException', message: 'Could not find model data at s3://models/out/model.tar.gz.', times: 'forever' },
      'failed',
      'CreateModel: Could not find model data at s3://models/out/model.tar.gz.',
    ],
  ] as const)('handles the error like any other when CreateModel %s', async (_, refusal, status, failureReason) => {
    const { context, first } = await startLive();
    await context.sdk.deleteEndpointConfig({ EndpointConfigName: await liveConfigOf(context) });
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      ...refusal,
      // For the former training's model, not the new one's.
      match: { operation: 'CreateModel', nameContains: first.slice(0, 45) },
    });
    const second = await context.start();
    await context.settle();
    const [deployment] = await context.deploymentsOf(second);
    expect(deployment).toMatchObject({ status, failureReason });
    expect((deployment?.finishedAt ?? 0) - (deployment?.startedAt ?? 0)).toBeLessThan(10 * 60_000);
  });

  it('recreates a model with the serving image that it had, whatever the settings say by now', async () => {
    const context = await startTestContext();
    await context.sdk.createTrainingJob(training('foreign'));
    context.clock.advance(600);
    await requestDeployment(context.ctx, { trainingJobName: 'foreign', force: false, trigger: 'api' });
    await context.settle();
    const [live] = await context.deploymentsOf('foreign');
    expect(live).toMatchObject({ status: 'deployed' });
    await context.sdk.deleteModel({ ModelName: live?.modelName });
    await context.sdk.deleteEndpointConfig({ EndpointConfigName: live?.endpointConfigName ?? '' });
    context.ctx.settings = { ...context.ctx.settings, servingImage: `${image}-2` };
    const second = await context.start();
    await context.settle();
    const made = context.simulator.effects().filter(({ kind, name }) => kind === 'model_created' && name === live?.modelName);
    expect(made).toHaveLength(2);
    const { PrimaryContainer } = await context.sdk.describeModel({ ModelName: live?.modelName });
    // By the digest of what served: its tag may name another image by now.
    expect(PrimaryContainer?.Image).toMatch(new RegExp(`^${image.replace(/:1$/, '')}@sha256:[0-9a-f]{64}$`));
    expect(await context.deploymentsOf(second)).toMatchObject([{ status: 'deployed' }]);
  });

  it('ends with what an operator can do, when the configuration is foreign', async () => {
    const context = await startTestContext();
    await makeConfig(context.sdk, 'foreign');
    await context.sdk.createEndpoint({ EndpointName: endpointName, EndpointConfigName: 'foreign' });
    context.clock.advance(60);
    await context.sdk.deleteEndpointConfig({ EndpointConfigName: 'foreign' });
    const job = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([
      {
        status: 'failed',
        failureKind: 'invalid',
        failureReason: expect.stringMatching(
          /configuration foreign, which was deleted.*Create an endpoint configuration.*delete the endpoint; then POST \/deploy\//,
        ),
      },
    ]);
    // The operator has done that.
    await context.sdk.deleteModel({ ModelName: 'foreign' });
    await makeConfig(context.sdk, 'foreign');
    await requestDeployment(context.ctx, { trainingJobName: job, force: false, trigger: 'api' });
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed', 'failed']);
  });
});

describe('runDeployment when its own resource is deleted before the update', () => {
  it.each(['endpoint_config', 'endpoint'] as const)('recreates the model, at the step %s', async (step) => {
    const { context } = await startLive();
    const job = await context.start();
    const id = await context.untilQueued(job);
    const next = step === 'endpoint_config' ? 'CreateEndpointConfig' : 'UpdateEndpoint';
    context.simulator.addFault({ kind: 'throttle', match: { operation: next }, times: 'forever' });
    await runDeployment({ ...context.ctx, sagemaker: impatient(context) }, { deploymentId: id });
    const deployment = await context.store.deployments.find(id);
    expect(deployment?.step).toBe(step);
    await context.sdk.deleteModel({ ModelName: deployment?.modelName });
    context.simulator.clearFaults();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    const [{ startedAt, finishedAt } = { startedAt: 0, finishedAt: 0 }] = await context.deploymentsOf(job);
    expect((finishedAt ?? 0) - (startedAt ?? 0)).toBeLessThan(240_000);
  });

  it('recreates the endpoint configuration', async () => {
    const { context } = await startLive();
    const job = await context.start();
    const id = await context.untilQueued(job);
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'UpdateEndpoint' }, times: 'forever' });
    await runDeployment({ ...context.ctx, sagemaker: impatient(context) }, { deploymentId: id });
    const deployment = await context.store.deployments.find(id);
    await context.sdk.deleteEndpointConfig({ EndpointConfigName: deployment?.endpointConfigName ?? '' });
    context.simulator.clearFaults();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    expect(said(await context.store.history.list({ trainingJobName: job }))).toContain('found or created again');
  });

  /** A SageMaker client that does not retry throttling within a call. */
  const impatient = ({ ctx: { sagemaker } }: TestContext): TestContext['ctx']['sagemaker'] => ({
    ...sagemaker,
    updateEndpoint: (spec, options) => sagemaker.updateEndpoint(spec, { ...options, retryThrottles: false }),
    createEndpointConfig: (spec, options) => sagemaker.createEndpointConfig(spec, { ...options, retryThrottles: false }),
  });
});

describe('runDeployment when SageMaker contradicts itself', () => {
  it('snoozes longer each time, with a bounded history, until its retry budget ends', async () => {
    const context = await startTestContext();
    const job = await context.start();
    const id = await context.untilQueued(job);
    context.simulator.addFault(invalid('CreateEndpoint', `Cannot create already existing endpoint "${arn('endpoint/live')}".`));
    const before = context.simulator.calls({ operation: 'CreateEndpoint' }).length;
    // As the queue does, after each snooze.
    let observations = 0;
    for (; (await context.store.deployments.find(id))?.status !== 'failed'; observations += 1) {
      const outcome = await runDeployment(context.ctx, { deploymentId: id });
      if (outcome.kind === 'snooze') context.clock.advance(outcome.delayMs / 1000);
    }
    expect(context.simulator.calls({ operation: 'CreateEndpoint' }).length - before).toBeLessThan(60);
    expect(observations).toBeLessThan(60);
    const history = await context.store.history.list({ trainingJobName: job });
    expect(history.length).toBeLessThan(20);
    expect(await context.deploymentsOf(job)).toMatchObject([
      { status: 'failed', failureReason: expect.stringContaining('Cannot create already existing endpoint') },
    ]);
    expect(context.lines.filter((line) => line.includes('"event":"deployment.retrying"')).length).toBe(observations - 1);
  });

  it('ends at its time limit, and the next deployment gets its turn', async () => {
    const { context } = await startLive({ maxDeploymentWaitMs: 60_000 });
    context.simulator.addFault({ ...invalid('UpdateEndpoint', `Could not find endpoint "${arn('endpoint/live')}".`) });
    const second = await context.start();
    await context.untilQueued(second);
    await runRounds(context, 8);
    expect(await context.deploymentsOf(second)).toMatchObject([
      { status: 'failed', failureKind: 'timeout', failureReason: expect.stringContaining('not settled within 60 s') },
    ]);
    context.simulator.clearFaults();
    const third = await context.start();
    await context.settle();
    expect(await statusesOf(context, third)).toEqual(['deployed']);
  });

  it('counts a repeated refusal in the history, and appends it once', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ ...invalid('UpdateEndpoint', `Could not find endpoint "${arn('endpoint/live')}".`), times: 12 });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    const refusals = (await context.store.history.list({ trainingJobName: job })).filter(({ detail }) =>
      detail?.startsWith('UpdateEndpoint refused'),
    );
    expect(refusals).toHaveLength(1);
  });
});

describe('runDeployment without capacity', () => {
  const reason = 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.';

  it('retries an update that SageMaker accepted, and writes it to the history', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ kind: 'roll_back_update', reason, times: 2 });
    const job = await context.start();
    const id = await context.untilQueued(job);
    const waits: (string | null)[] = [];
    const requested: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      await runRounds(context, 1);
      const latencies = await context.store.metrics.latencies();
      requested.push(latencies.find(({ reached }) => reached === 'requested')?.count ?? 0);
      waits.push((await context.store.deployments.find(id))?.waitsForDetail ?? null);
    }
    expect(new Set(waits)).toEqual(new Set([null, 'the endpoint is Updating', reason]));
    // A counter that falls is a restart to Prometheus.
    expect(requested).toEqual(requested.toSorted((one, other) => one - other));
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([
      { status: 'deployed', failureReason: null, failureKind: null, waitsForKind: null },
    ]);
    expect(context.effects()).toMatchObject({ endpoint_update_requested: 3, endpoint_rolled_back: 2 });
    // The training has no tag that says that its model was rolled back.
    const { arn: jobArn } = await context.ctx.sagemaker.describeTrainingJob(job);
    expect(await context.ctx.sagemaker.listTags(jobArn)).not.toHaveProperty('autodeploy:turned-down');
  });

  it('reports the lack of capacity as what it waits for, also while the retry is in progress', async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointUpdateSeconds: 200 });
    context.simulator.addFault({ kind: 'roll_back_update', reason, times: 1 });
    const job = await context.start();
    const id = await context.untilQueued(job);
    for (let index = 0; context.effects().endpoint_update_requested !== 2; index += 1) {
      if (index > 100) throw new Error('not requested again');
      await runRounds(context, 1);
    }
    await runRounds(context, 3);
    expect(await context.store.deployments.find(id)).toMatchObject({
      status: 'in_progress',
      step: 'in_service',
      waitsForKind: 'sagemaker',
      waitsForDetail: reason,
    });
  });

  it('deletes the failed endpoint, and creates it again', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'fail_endpoint', reason, times: 2 });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    expect(context.effects()).toMatchObject({ endpoint_create_requested: 3, endpoint_delete_requested: 2 });
  });

  it('ends at its time limit', async () => {
    const { context } = await startLive({ maxDeploymentWaitMs: 600_000 });
    context.simulator.addFault({ kind: 'roll_back_update', reason, times: 1000 });
    const job = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([
      { failureReason: expect.stringContaining(reason), failureKind: 'capacity' },
    ]);
    expect(['failed', 'rolled_back']).toContain((await statusesOf(context, job))[0]);
  });

  it('does not retry earlier after an event or a restart', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ kind: 'roll_back_update', reason, times: 1 });
    const job = await context.start();
    const id = await context.untilQueued(job);
    await runRounds(context, 5);
    const { retryAt } = (await context.store.deployments.find(id)) ?? {};
    expect(retryAt).toBeGreaterThan(0);
    context.clock.now = (retryAt ?? 0) - 1;
    await runDeployment(context.ctx, { deploymentId: id });
    expect(context.effects()).toMatchObject({ endpoint_update_requested: 1 });
    context.clock.now = retryAt ?? 0;
    await runDeployment(context.ctx, { deploymentId: id });
    expect(context.effects()).toMatchObject({ endpoint_update_requested: 2 });
  });
});

describe('runDeployment while permissions spread', () => {
  it.each([
    ['CreateModel', 'Could not access model data at s3://models/out/model.tar.gz. Please ensure that the role "r" exists.'],
    ['UpdateEndpoint', 'User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: kms:CreateGrant'],
  ] as const)('retries %s for five minutes', async (operation, message) => {
    const { context } = await startLive();
    context.simulator.addFault({ ...invalid(operation, message), times: 3 });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
  });

  it('retries the deletion of a Failed endpoint with autoscaling', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'fail_endpoint', reason: 'no such image', times: 1 });
    await context.start();
    await context.settle();
    const message =
      'An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity used to invoke DeleteEndpoint does not have application-autoscaling:DeregisterScalableTarget permission to deregister the scalable target.';
    context.simulator.addFault({ ...invalid('DeleteEndpoint', message), times: 2 });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
  });
});

describe('the time limit of a deployment', () => {
  it('ends nothing when a clock is wrong by hours for seconds', async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointUpdateSeconds: 60 });
    const job = await context.start();
    const id = await context.untilQueued(job);
    await runRounds(context, 2);
    const right = context.clock.now;
    for (const seconds of [0, 1, 2, 3]) {
      const ahead = { ...context.ctx, now: () => right + 3 * 3_600_000 + seconds * 1000 };
      await runDeployment(ahead, { deploymentId: id });
    }
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed', overdueSince: null }]);
  });

  it('lets a newer deployment that waits go live', async () => {
    const { context } = await startLive({ maxDeploymentWaitMs: 60_000 });
    context.simulator.changeSettings({ endpointUpdateSeconds: 100 });
    const second = await context.start();
    await context.untilQueued(second);
    await runRounds(context, 1);
    context.simulator.changeSettings({ endpointUpdateSeconds: 20, trainingSeconds: 1 });
    const third = await context.start();
    await context.settle();
    expect(await statusesOf(context, third)).toEqual(['deployed']);
    expect(await statusesOf(context, second)).toEqual(['failed']);
  });

  it('does not count an outage of the service', async () => {
    const { context } = await startLive({ maxDeploymentWaitMs: 600_000 });
    const job = await context.start();
    const id = await context.untilQueued(job);
    context.simulator.addFault({ kind: 'error', status: 503, code: 'ServiceUnavailable', times: 'forever' });
    await runDeployment(context.ctx, { deploymentId: id });
    context.simulator.clearFaults();
    context.clock.advance(3600);
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
  });
});

it('runDeployment records what a deployment waits for', async () => {
  const { context } = await startLive();
  context.simulator.changeSettings({ endpointUpdateSeconds: 200 });
  const second = await context.start();
  await context.untilQueued(second);
  await runRounds(context, 1);
  const third = await context.start();
  const id = await context.untilQueued(third);
  await runRounds(context, 1);
  expect(await context.store.deployments.find(id)).toMatchObject({
    waitsForKind: 'turn',
    waitsForDetail: `the deployment of ${second} goes first`,
  });
  expect(await context.deploymentsOf(second)).toMatchObject([
    { waitsForKind: 'endpoint', waitsForDetail: 'the endpoint is Updating' },
  ]);
  await context.settle();
  expect(await context.deploymentsOf(third)).toMatchObject([{ status: 'deployed', waitsForKind: null, waitsForSince: null }]);
});
