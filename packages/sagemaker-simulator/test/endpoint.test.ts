import { EndpointStatus, type DescribeEndpointCommandOutput, type SageMaker } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { arn, image, invalid, makeConfig, makeLiveEndpoint, refusal, startSimulator } from './harness.ts';

const describe = (sagemaker: SageMaker): Promise<DescribeEndpointCommandOutput> =>
  sagemaker.describeEndpoint({ EndpointName: 'live' });

const update = (sagemaker: SageMaker, EndpointConfigName = 'two'): Promise<unknown> =>
  sagemaker.updateEndpoint({ EndpointName: 'live', EndpointConfigName });

const inProgress = invalid(`Cannot update in-progress endpoint "${arn('endpoint/live')}".`);

test('an endpoint is Creating, with the deployment pending, then InService', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  const createdAt = new Date(clock.now);
  await makeConfig(sagemaker, 'one', { InitialInstanceCount: 2 });
  expect((await sagemaker.createEndpoint({ EndpointName: 'Live', EndpointConfigName: 'one' })).EndpointArn).toBe(
    arn('endpoint/live'),
  );
  clock.advance(59);
  const creating = await sagemaker.describeEndpoint({ EndpointName: 'Live' });
  expect(creating).toMatchObject({
    EndpointName: 'Live',
    EndpointArn: arn('endpoint/live'),
    EndpointStatus: EndpointStatus.CREATING,
    EndpointConfigName: 'one',
    CreationTime: createdAt,
    LastModifiedTime: createdAt,
    PendingDeploymentSummary: {
      EndpointConfigName: 'one',
      StartTime: createdAt,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          InstanceType: 'ml.m5.large',
          CurrentInstanceCount: 0,
          DesiredInstanceCount: 2,
          VariantStatus: [{ Status: 'Creating', StartTime: createdAt }],
        },
      ],
    },
  });
  expect(creating.ProductionVariants).toBeUndefined();
  clock.advance(1);
  const live = await sagemaker.describeEndpoint({ EndpointName: 'Live' });
  expect(live).toMatchObject({
    EndpointStatus: EndpointStatus.IN_SERVICE,
    LastModifiedTime: new Date(clock.now),
    ProductionVariants: [
      {
        VariantName: 'AllTraffic',
        CurrentWeight: 1,
        DesiredWeight: 1,
        CurrentInstanceCount: 2,
        DesiredInstanceCount: 2,
        DeployedImages: [{ SpecifiedImage: image, ResolvedImage: expect.stringMatching(/^[^:]+@sha256:[0-9a-f]{64}$/) }],
      },
    ],
  });
  expect([live.PendingDeploymentSummary, live.FailureReason]).toEqual([undefined, undefined]);
  // Which model it serves is in the configuration only.
  expect(JSON.stringify(live)).not.toContain('ModelName');
  expect(simulator.effects({ name: 'Live' }).map(({ kind }) => kind)).toEqual([
    'endpoint_create_requested',
    'endpoint_in_service',
  ]);
});

test('an unknown endpoint or configuration is a ValidationException', async () => {
  const { sagemaker, clock } = await startSimulator();
  const noEndpoint = invalid(`Could not find endpoint "${arn('endpoint/live')}".`);
  expect(await refusal(describe(sagemaker))).toEqual(noEndpoint);
  expect(await refusal(update(sagemaker))).toEqual(noEndpoint);
  expect(await refusal(sagemaker.deleteEndpoint({ EndpointName: 'live' }))).toEqual(noEndpoint);
  const weights = { EndpointName: 'live', DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredWeight: 1 }] };
  expect(await refusal(sagemaker.updateEndpointWeightsAndCapacities(weights))).toEqual(noEndpoint);
  const noConfig = invalid(`Could not find endpoint configuration "${arn('endpoint-config/none')}".`);
  expect(await refusal(sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'none' }))).toEqual(noConfig);
  await makeLiveEndpoint(sagemaker, clock);
  expect(await refusal(update(sagemaker, 'none'))).toEqual(noConfig);
});

test('a name is taken until the endpoint is gone', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  const create = (): Promise<unknown> => sagemaker.createEndpoint({ EndpointName: 'LIVE', EndpointConfigName: 'one' });
  const taken = invalid(`Cannot create already existing endpoint "${arn('endpoint/live')}".`);
  await makeLiveEndpoint(sagemaker, clock);
  expect(await refusal(create())).toEqual(taken);
  await sagemaker.deleteEndpoint({ EndpointName: 'live' });
  expect((await describe(sagemaker)).EndpointStatus).toBe('Deleting');
  expect(await refusal(create())).toEqual(taken);
  expect(await refusal(sagemaker.deleteEndpoint({ EndpointName: 'live' }))).toEqual(inProgress);
  clock.advance(10);
  expect((await refusal(describe(sagemaker))).message).toMatch(/^Could not find endpoint "/);
  expect((await sagemaker.listEndpoints({})).Endpoints).toEqual([]);
  await create();
  expect((await describe(sagemaker)).CreationTime).toEqual(new Date(clock.now));
  clock.advance(60);
  expect(simulator.effects({ kind: 'endpoint_deleted' })).toHaveLength(1);
  expect(simulator.effects({ kind: 'endpoint_in_service' })).toHaveLength(2);
});

test('an update shows the old configuration until it has succeeded', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  clock.advance(5);
  const requestedAt = new Date(clock.now);
  await update(sagemaker);
  clock.advance(59);
  expect(await describe(sagemaker)).toMatchObject({
    EndpointStatus: 'Updating',
    EndpointConfigName: 'one',
    LastModifiedTime: requestedAt,
    PendingDeploymentSummary: { EndpointConfigName: 'two', StartTime: requestedAt },
    ProductionVariants: [{ VariantName: 'AllTraffic', CurrentInstanceCount: 1, VariantStatus: [{ Status: 'Deleting' }] }],
  });
  clock.advance(1);
  const updated = await describe(sagemaker);
  expect(updated).toMatchObject({
    EndpointStatus: 'InService',
    EndpointConfigName: 'two',
    LastModifiedTime: new Date(clock.now),
  });
  expect([updated.PendingDeploymentSummary, updated.FailureReason]).toEqual([undefined, undefined]);
  expect(simulator.effects({ kind: 'endpoint_update_requested' })).toMatchObject([{ detail: { from: 'one', to: 'two' } }]);
});

test('nothing else goes while something is in progress', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeConfig(sagemaker, 'one');
  await makeConfig(sagemaker, 'two');
  await sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'one' });
  const attempts = (): Promise<unknown>[] => [
    update(sagemaker),
    sagemaker.deleteEndpoint({ EndpointName: 'live' }),
    sagemaker.updateEndpointWeightsAndCapacities({
      EndpointName: 'live',
      DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 2 }],
    }),
  ];
  for (const attempt of attempts()) expect(await refusal(attempt)).toEqual(inProgress);
  clock.advance(60);
  await update(sagemaker);
  for (const attempt of attempts()) expect(await refusal(attempt)).toEqual(inProgress);
});

test('the configuration in use is refused, even after it was deleted and created under its name', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  const inUse = invalid('Cannot update endpoint with the currently in use endpoint configuration "one"');
  expect(await refusal(update(sagemaker, 'one'))).toEqual(inUse);
  await sagemaker.deleteEndpointConfig({ EndpointConfigName: 'one' });
  await sagemaker.deleteModel({ ModelName: 'one' });
  await makeConfig(sagemaker, 'one');
  expect(await refusal(update(sagemaker, 'one'))).toEqual(inUse);
});

test('an update fails when the old configuration is gone', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  await sagemaker.deleteEndpointConfig({ EndpointConfigName: 'one' });
  expect(await refusal(update(sagemaker))).toEqual(
    invalid(`Could not find endpoint configuration "${arn('endpoint-config/one')}".`),
  );
});

test('an endpoint can not be put on a configuration whose model is gone', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  await sagemaker.deleteModel({ ModelName: 'two' });
  expect(await refusal(update(sagemaker))).toEqual(invalid(`Could not find model "${arn('model/two')}".`));
});

test('a rollback ends InService on the old configuration with a reason; the next success clears it', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  simulator.addFault({ kind: 'roll_back_update', reason: 'The container did not pass the ping health check.' });
  await update(sagemaker);
  clock.advance(59);
  expect((await describe(sagemaker)).EndpointStatus).toBe('Updating');
  clock.advance(1);
  const back = await describe(sagemaker);
  expect(back).toMatchObject({
    EndpointStatus: 'InService',
    EndpointConfigName: 'one',
    FailureReason: 'The container did not pass the ping health check.',
    LastModifiedTime: new Date(clock.now),
  });
  expect(back.PendingDeploymentSummary).toBeUndefined();
  await update(sagemaker);
  expect((await describe(sagemaker)).FailureReason).toBeUndefined();
  clock.advance(60);
  const updated = await describe(sagemaker);
  expect([updated.EndpointConfigName, updated.FailureReason]).toEqual(['two', undefined]);
  expect(simulator.effects({ name: 'live' }).map(({ kind }) => kind)).toEqual([
    'endpoint_create_requested',
    'endpoint_in_service',
    'endpoint_update_requested',
    'endpoint_rolled_back',
    'endpoint_update_requested',
    'endpoint_in_service',
  ]);
});

test('a rollback may show RollingBack, and may give no reason', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  simulator.addFault({ kind: 'roll_back_update', reason: null, showRollingBack: true });
  await update(sagemaker);
  clock.advance(30);
  expect(await describe(sagemaker)).toMatchObject({ EndpointStatus: 'RollingBack', EndpointConfigName: 'one' });
  expect(await refusal(update(sagemaker))).toEqual(inProgress);
  clock.advance(30);
  const back = await describe(sagemaker);
  expect([back.EndpointStatus, back.EndpointConfigName, back.FailureReason]).toEqual(['InService', 'one', undefined]);
});

test('a Failed endpoint can only be deleted', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  simulator.addFault({ kind: 'fail_endpoint', reason: 'no capacity' });
  await makeLiveEndpoint(sagemaker, clock);
  const failed = await describe(sagemaker);
  expect(failed).toMatchObject({ EndpointStatus: 'Failed', FailureReason: 'no capacity', EndpointConfigName: 'one' });
  expect([failed.ProductionVariants, failed.PendingDeploymentSummary]).toEqual([undefined, undefined]);
  expect((await refusal(update(sagemaker))).message).toContain('DeleteEndpoint is the only operation');
  await sagemaker.deleteEndpoint({ EndpointName: 'live' });
  clock.advance(10);
  await sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'one' });
  clock.advance(60);
  expect((await describe(sagemaker)).EndpointStatus).toBe('InService');
});

test('an update ends as Failed only when that is ordered for updates', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  simulator.addFault({ id: 'creations', kind: 'fail_endpoint' });
  await update(sagemaker);
  clock.advance(60);
  expect(await describe(sagemaker)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'two' });
  simulator.addFault({ kind: 'fail_endpoint', match: { operation: 'UpdateEndpoint' } });
  await update(sagemaker, 'one');
  clock.advance(60);
  expect(await describe(sagemaker)).toMatchObject({ EndpointStatus: 'Failed', EndpointConfigName: 'two' });
});

test('a new configuration may be invisible for a while to CreateEndpoint and UpdateEndpoint only', async () => {
  const { sagemaker, clock } = await startSimulator({ settings: { endpointConfigVisibleAfterMs: 1500 } });
  const notFound = (name: string): object =>
    invalid(`Could not find endpoint configuration "${arn(`endpoint-config/${name}`)}".`);
  await makeConfig(sagemaker, 'one');
  const create = (): Promise<unknown> => sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'one' });
  expect(await refusal(create())).toEqual(notFound('one'));
  expect((await sagemaker.describeEndpointConfig({ EndpointConfigName: 'one' })).EndpointConfigName).toBe('one');
  clock.advance(1.5);
  await create();
  clock.advance(60);
  await makeConfig(sagemaker, 'two');
  expect(await refusal(update(sagemaker))).toEqual(notFound('two'));
  clock.advance(1.5);
  await update(sagemaker);
});

test('weights and capacities change in time, and an update that retains them keeps them', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  const change = { VariantName: 'AllTraffic', DesiredInstanceCount: 4, DesiredWeight: 0.5 };
  const ask = (DesiredWeightsAndCapacities: (typeof change)[]): Promise<unknown> =>
    sagemaker.updateEndpointWeightsAndCapacities({ EndpointName: 'live', DesiredWeightsAndCapacities });
  expect((await refusal(ask([{ ...change, VariantName: 'Other' }]))).name).toBe('ValidationException');
  await ask([change]);
  const variant = async (): Promise<unknown> => (await describe(sagemaker)).ProductionVariants?.[0];
  expect(await variant()).toMatchObject({
    CurrentInstanceCount: 1,
    DesiredInstanceCount: 4,
    CurrentWeight: 1,
    DesiredWeight: 0.5,
  });
  expect((await describe(sagemaker)).PendingDeploymentSummary).toBeUndefined();
  clock.advance(60);
  expect(await variant()).toMatchObject({ CurrentInstanceCount: 4, DesiredInstanceCount: 4, CurrentWeight: 0.5 });

  await sagemaker.updateEndpoint({ EndpointName: 'live', EndpointConfigName: 'two', RetainAllVariantProperties: true });
  clock.advance(60);
  expect(await variant()).toMatchObject({ CurrentInstanceCount: 4, CurrentWeight: 0.5 });
  await sagemaker.updateEndpoint({
    EndpointName: 'live',
    EndpointConfigName: 'one',
    RetainAllVariantProperties: true,
    ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredWeight' }],
  });
  clock.advance(60);
  expect(await variant()).toMatchObject({ CurrentInstanceCount: 4, CurrentWeight: 1 });
  await update(sagemaker);
  clock.advance(60);
  expect(await variant()).toMatchObject({ CurrentInstanceCount: 1, CurrentWeight: 1 });
});

test('a deployment configuration is shown from its first use on, and retained on request', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  const TrafficRoutingConfiguration = { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 30 } as const;
  const BlueGreenUpdatePolicy = { TrafficRoutingConfiguration };
  const RollingUpdatePolicy = { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 50 }, WaitIntervalInSeconds: 30 } as const;
  const ask = (EndpointConfigName: string, more: object): Promise<unknown> =>
    sagemaker.updateEndpoint({ EndpointName: 'live', EndpointConfigName, ...more });
  expect((await refusal(ask('two', { DeploymentConfig: { BlueGreenUpdatePolicy, RollingUpdatePolicy } }))).message).toMatch(
    /^Only one of/,
  );
  const tooLong = {
    BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { ...TrafficRoutingConfiguration, WaitIntervalInSeconds: 3601 } },
  };
  expect((await refusal(ask('two', { DeploymentConfig: tooLong }))).message).toContain(
    'Member must have value less than or equal to 3600',
  );
  await ask('two', { DeploymentConfig: { BlueGreenUpdatePolicy } });
  expect((await describe(sagemaker)).LastDeploymentConfig).toEqual({ BlueGreenUpdatePolicy });
  clock.advance(89);
  expect((await describe(sagemaker)).EndpointStatus).toBe('Updating');
  clock.advance(1);
  expect((await describe(sagemaker)).EndpointStatus).toBe('InService');
  expect((await describe(sagemaker)).LastDeploymentConfig).toEqual({ BlueGreenUpdatePolicy });
  await ask('one', { RetainDeploymentConfig: true });
  clock.advance(90);
  expect((await describe(sagemaker)).LastDeploymentConfig).toEqual({ BlueGreenUpdatePolicy });
  await ask('two', {});
  clock.advance(60);
  expect((await describe(sagemaker)).LastDeploymentConfig).toBeUndefined();
});
