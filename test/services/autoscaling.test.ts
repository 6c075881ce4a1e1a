/** Application Auto Scaling of an endpoint, over updates and where it has to be created again. */
import { ApplicationAutoScaling } from '@aws-sdk/client-application-auto-scaling';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SageMakerError, unsentCode } from '../../src/core/errors.ts';
import { noLayers } from '../../src/core/shapes/shape-layers.ts';
import { rollBackEndpoint } from '../../src/services/delivery/roll-back-endpoint.ts';
import { image, role } from '../../tools/testkit/simulator.ts';
import { endpointName, startLive, startTestContext, type TestContext } from './harness.ts';

const target = {
  ServiceNamespace: 'sagemaker',
  ResourceId: `endpoint/${endpointName}/variant/AllTraffic`,
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const;

function scalingOf({ simulator }: TestContext): ApplicationAutoScaling {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };
  const scaling = new ApplicationAutoScaling({ endpoint: simulator.url, region: 'us-east-1', credentials });
  onTestFinished(() => scaling.destroy());
  return scaling;
}

async function makeItScale(scaling: ApplicationAutoScaling): Promise<void> {
  await scaling.registerScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 4 });
  await scaling.putScalingPolicy({
    ...target,
    PolicyName: 'by-invocations',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 70,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    },
  });
  await scaling.putScheduledAction({
    ...target,
    ScheduledActionName: 'at-night',
    Schedule: 'cron(0 22 * * ? *)',
    ScalableTargetAction: { MaxCapacity: 1 },
    StartTime: new Date('2030-01-01T00:00:00Z'),
  });
}

async function readScaling(scaling: ApplicationAutoScaling) {
  const { ScalableTargets = [] } = await scaling.describeScalableTargets({ ServiceNamespace: 'sagemaker' });
  const { ScalingPolicies = [] } = await scaling.describeScalingPolicies({ ServiceNamespace: 'sagemaker' });
  const { ScheduledActions = [] } = await scaling.describeScheduledActions({ ServiceNamespace: 'sagemaker' });
  return { targets: ScalableTargets, policies: ScalingPolicies, actions: ScheduledActions };
}

const asItWas = {
  targets: [expect.objectContaining({ ...target, MinCapacity: 1, MaxCapacity: 4 })],
  policies: [expect.objectContaining({ PolicyName: 'by-invocations', PolicyType: 'TargetTrackingScaling' })],
  actions: [expect.objectContaining({ ScheduledActionName: 'at-night', StartTime: new Date('2030-01-01T00:00:00Z') })],
};

/** An endpoint that scales, and that failed with an update. */
async function startFailed(): Promise<{ context: TestContext; scaling: ApplicationAutoScaling }> {
  const { context } = await startLive();
  const scaling = scalingOf(context);
  await makeItScale(scaling);
  context.simulator.addFault({ kind: 'fail_endpoint', match: { operation: 'UpdateEndpoint' } });
  const name = await context.start();
  await context.settle();
  expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'failed' }]);
  expect(await context.sdk.describeEndpoint({ EndpointName: endpointName })).toMatchObject({ EndpointStatus: 'Failed' });
  return { context, scaling };
}

const detailsOf = async ({ store }: TestContext, trainingJobName: string): Promise<string> =>
  (await store.history.list({ trainingJobName })).map(({ detail }) => detail ?? '').join('\n');

describe('an endpoint that scales', () => {
  it('scales on after an update', async () => {
    const { context } = await startLive();
    const scaling = scalingOf(context);
    await makeItScale(scaling);
    const name = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'deployed' }]);
    expect(await readScaling(scaling)).toEqual(asItWas);
  });

  it('keeps its instance type: another one ends the deployment before anything is touched', async () => {
    const { context } = await startLive();
    await makeItScale(scalingOf(context));
    const before = context.effects();
    const shapes = { ...noLayers, endpointConfig: { ProductionVariants: [{ InstanceType: 'ml.c5.xlarge' }] } };
    const name = await context.start({ shapes });
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([
      {
        status: 'failed',
        failureKind: 'invalid',
        failureReason: expect.stringMatching(
          /scales by Application Auto Scaling.*\(ml\.m5\.large to ml\.c5\.xlarge\).*deregister/,
        ),
      },
    ]);
    expect(context.effects()).toEqual({ ...before, training_job_created: 2, training_job_ended: 2 });
  });

  it('gets another instance type where it cannot be read whether it scales, and does not', async () => {
    const { context } = await startLive();
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::1:assumed-role/r is not authorized to perform: application-autoscaling:DescribeScalableTargets',
      match: { operation: 'DescribeScalableTargets' },
    });
    const shapes = { ...noLayers, endpointConfig: { ProductionVariants: [{ InstanceType: 'ml.c5.xlarge' }] } };
    const name = await context.start({ shapes });
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'deployed' }]);
    expect(context.lines.join('')).toContain('deployment.autoscaling_unread');
  });
});

describe('a Failed endpoint that scales', () => {
  it('scales as before once it is created again', async () => {
    const { context, scaling } = await startFailed();
    const name = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'deployed' }]);
    expect(await readScaling(scaling)).toEqual(asItWas);
    expect(await detailsOf(context, name)).toContain(`the autoscaling of ${target.ResourceId} is put back`);
    expect(await context.store.autoscaling.find(endpointName)).toBeNull();
  });

  it('scales again with the next deployment where the one that deleted it did not get far', async () => {
    const { context, scaling } = await startFailed();
    context.simulator.addFault({ kind: 'fail_endpoint', match: { operation: 'CreateEndpoint' } });
    const first = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(first)).toMatchObject([{ status: 'failed' }]);
    expect((await readScaling(scaling)).targets).toEqual([]);
    const second = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(second)).toMatchObject([{ status: 'deployed' }]);
    expect(await readScaling(scaling)).toEqual(asItWas);
  });

  it('is put back after errors that pass', async () => {
    const { context, scaling } = await startFailed();
    for (const operation of ['DescribeScalingPolicies', 'RegisterScalableTarget', 'PutScalingPolicy'] as const)
      context.simulator.addFault({ kind: 'throttle', match: { operation }, times: 3 });
    const name = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'deployed' }]);
    expect(await readScaling(scaling)).toEqual(asItWas);
  });

  it('is read again where the database took the time of the call, and nothing was sent', async () => {
    const { context, scaling } = await startFailed();
    const fields = { kind: 'unavailable', resource: null, effect: 'none', possiblyInFlight: false, requestId: null } as const;
    vi.spyOn(context.ctx.sagemaker, 'describeAutoscaling').mockRejectedValueOnce(
      new SageMakerError({ ...fields, operation: 'DescribeScalingPolicies', code: unsentCode.unconfirmed, message: 'too late' }),
    );
    const name = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'deployed' }]);
    expect(await readScaling(scaling)).toEqual(asItWas);
  });

  it('is live without where that cannot be read, and its history says so', async () => {
    const { context, scaling } = await startFailed();
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'not authorized',
      match: { operation: 'DescribeScalableTargets' },
      times: 100,
    });
    const name = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'deployed' }]);
    expect(await detailsOf(context, name)).toContain('how the endpoint scales cannot be read');
    context.simulator.clearFaults();
    expect((await readScaling(scaling)).targets).toEqual([]);
  });

  it('is live without where that cannot be put back, is recorded for the next time, and its history says so', async () => {
    const { context } = await startFailed();
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'not authorized',
      match: { operation: 'RegisterScalableTarget' },
      times: 100,
    });
    const name = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'deployed' }]);
    expect(await detailsOf(context, name)).toContain(`the autoscaling of ${target.ResourceId} cannot be put back`);
    expect(await context.store.autoscaling.find(endpointName)).not.toBeNull();
  });
});

describe('a rollback of a Failed endpoint', () => {
  it('creates it with what served before, and as many instances as it had', async () => {
    const { context, first } = await startLive();
    const { sdk, clock, simulator } = context;
    await context.start();
    await context.settle();
    await sdk.updateEndpointWeightsAndCapacities({
      EndpointName: endpointName,
      DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 3 }],
    });
    clock.advance(600);
    simulator.addFault({ kind: 'fail_endpoint', match: { operation: 'UpdateEndpoint' } });
    const third = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(third)).toMatchObject([{ status: 'failed' }]);
    await rollBackEndpoint(context.ctx, { endpointName, to: first, by: 'ana', reason: 'it failed', hold: false });
    await context.settle();
    expect((await context.deploymentsOf(first))[0]).toMatchObject({ trigger: 'rollback', status: 'deployed' });
    const { ProductionVariants: [variant] = [] } = await sdk.describeEndpoint({ EndpointName: endpointName });
    expect(variant).toMatchObject({ DesiredInstanceCount: 3 });
    expect(await detailsOf(context, first)).toContain('with as many instances as the endpoint had');
  });
});

describe('a Failed endpoint of another team', () => {
  /** As `aws sagemaker create-endpoint` makes it, with five instances by autoscaling; an update of its own fails. */
  async function failedForeign(): Promise<TestContext> {
    const context = await startTestContext();
    const { sdk, clock, simulator } = context;
    await sdk.createModel({
      ModelName: 'foreign',
      ExecutionRoleArn: role,
      PrimaryContainer: { Image: image, ModelDataUrl: 's3://m/x' },
    });
    const variant = {
      VariantName: 'AllTraffic',
      ModelName: 'foreign',
      InstanceType: 'ml.m5.large',
      InitialInstanceCount: 2,
    } as const;
    for (const EndpointConfigName of ['foreign-1', 'foreign-2'])
      await sdk.createEndpointConfig({ EndpointConfigName, ProductionVariants: [variant] });
    const tags = [
      { Key: 'owner', Value: 'search' },
      { Key: 'autodeploy:forced', Value: 'an-old-training' },
    ];
    await sdk.createEndpoint({ EndpointName: endpointName, EndpointConfigName: 'foreign-1', Tags: tags });
    clock.advance(600);
    await scalingOf(context).registerScalableTarget({ ...target, MinCapacity: 2, MaxCapacity: 8 });
    await sdk.updateEndpointWeightsAndCapacities({
      EndpointName: endpointName,
      DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 5 }],
    });
    clock.advance(600);
    simulator.addFault({ kind: 'fail_endpoint', match: { operation: 'UpdateEndpoint' } });
    await sdk.updateEndpoint({ EndpointName: endpointName, EndpointConfigName: 'foreign-2' });
    clock.advance(600);
    expect(await sdk.describeEndpoint({ EndpointName: endpointName })).toMatchObject({ EndpointStatus: 'Failed' });
    return context;
  }

  async function readEndpoint({ sdk }: TestContext): Promise<{ tags: Record<string, string>; count: number | undefined }> {
    const { EndpointArn = '', ProductionVariants: [variant] = [] } = await sdk.describeEndpoint({ EndpointName: endpointName });
    const { Tags = [] } = await sdk.listTags({ ResourceArn: EndpointArn });
    return {
      tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      count: variant?.DesiredInstanceCount,
    };
  }

  it('has its tags and its instances once it is created again', async () => {
    const context = await failedForeign();
    const name = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(name)).toMatchObject([{ status: 'deployed' }]);
    const { tags, count } = await readEndpoint(context);
    expect(tags).toMatchObject({ owner: 'search', 'autodeploy:training-job-name': name });
    expect(tags).not.toHaveProperty('autodeploy:forced');
    expect(count).toBe(5);
    expect(await detailsOf(context, name)).toContain(
      'with as many instances as the endpoint had, which has to be created again: 5',
    );
    expect(await context.store.autoscaling.find(endpointName)).toBeNull();
  });

  it('has them also where the deployment that deleted it did not get far', async () => {
    const context = await failedForeign();
    context.simulator.addFault({ kind: 'fail_endpoint', match: { operation: 'CreateEndpoint' } });
    const first = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(first)).toMatchObject([{ status: 'failed' }]);
    await context.sdk.deleteEndpoint({ EndpointName: endpointName });
    context.clock.advance(600);
    const second = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(second)).toMatchObject([{ status: 'deployed' }]);
    expect(await readEndpoint(context)).toMatchObject({ tags: { owner: 'search' }, count: 5 });
  });
});
