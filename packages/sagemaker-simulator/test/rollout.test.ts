import { expect, test } from 'vitest';
import { invalid, makeConfig, refusal } from './harness.ts';
import { canary, describeLive, instances, linear, percent, rolling, startLive, updateLive, watchUpdate } from './rollouts.ts';

test('UpdateEndpoint > plays a canary: a part bakes, then all, then the old fleet waits and goes', async () => {
  const { sagemaker, clock, simulator } = await startLive();
  const requestedAt = new Date(clock.now);
  await updateLive(sagemaker, canary(percent(50), 60));
  expect(await watchUpdate(sagemaker, clock)).toEqual([
    { at: 0, old: '3 at 1', new: '0 at 0 Launching 3 instance(s).' },
    { at: 48, old: '3 at 1', new: '0 at 0 Activating traffic on canary capacity of 1 instance(s).' },
    {
      at: 51,
      old: '3 at 1',
      new: '1 at 1 Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 1 instance(s).',
    },
    { at: 111, old: '3 at 1', new: '1 at 1 Activating traffic on full capacity of 3 instance(s).' },
    {
      at: 114,
      old: '3 at 1',
      new: '3 at 1 Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on full capacity of 3 instance(s).',
    },
    {
      at: 174,
      old: '3 at 1',
      new: '3 at 1 Baking for 120 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity of 3 instance(s).',
    },
    { at: 294, old: '3 at 1 Terminating 3 instance(s).', new: '3 at 1' },
  ]);
  const live = await describeLive(sagemaker);
  expect(live).toMatchObject({
    EndpointStatus: 'InService',
    EndpointConfigName: 'two',
    LastModifiedTime: new Date(requestedAt.getTime() + 300_000),
    LastDeploymentConfig: canary(percent(50), 60),
  });
  expect(simulator.effects({ kind: 'endpoint_in_service' })).toHaveLength(2);
});

test('DescribeEndpoint > keeps the times and the old configuration of an update through its stages', async () => {
  const { sagemaker, clock } = await startLive();
  const requestedAt = new Date(clock.now);
  await updateLive(sagemaker, canary(percent(50), 300));
  clock.advance(100);
  expect(await describeLive(sagemaker)).toMatchObject({
    EndpointStatus: 'Updating',
    EndpointConfigName: 'one',
    LastModifiedTime: requestedAt,
    PendingDeploymentSummary: {
      EndpointConfigName: 'two',
      StartTime: requestedAt,
      ProductionVariants: [{ VariantStatus: [{ Status: 'Baking', StartTime: new Date(requestedAt.getTime() + 51_000) }] }],
    },
  });
  expect(await refusal(updateLive(sagemaker))).toMatchObject({ message: expect.stringMatching(/^Cannot update in-progress/) });
  expect(await refusal(sagemaker.deleteEndpoint({ EndpointName: 'live' }))).toMatchObject({ name: 'ValidationException' });
});

test('DescribeEndpoint > may show the new configuration at once', async () => {
  const { sagemaker, clock } = await startLive(3, { settings: { showsNewConfigAtOnce: true } });
  await updateLive(sagemaker, canary(percent(50), 300));
  clock.advance(100);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointStatus: 'Updating', EndpointConfigName: 'two' });
});

test('UpdateEndpoint > shifts linear traffic in equal steps', async () => {
  const { sagemaker, clock } = await startLive(4);
  await updateLive(sagemaker, linear(percent(30), 60));
  const baking = (await watchUpdate(sagemaker, clock)).filter((seen) => seen.new.includes('Baking'));
  expect(baking.map((seen) => seen.new.slice(0, 6))).toEqual(['1 at 1', '2 at 1', '3 at 1', '4 at 1']);
});

test('UpdateEndpoint > terminates the old instances of a rolling update batch by batch', async () => {
  const { sagemaker, clock } = await startLive(4);
  await updateLive(sagemaker, rolling(instances(2), 60));
  expect(await watchUpdate(sagemaker, clock)).toEqual([
    { at: 0, old: '4 at 1', new: '0 at 0 Launching 2 instance(s).' },
    { at: 24, old: '4 at 1', new: '0 at 0 Activating traffic on canary capacity of 2 instance(s).' },
    {
      at: 27,
      old: '4 at 1',
      new: '2 at 1 Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 2 instance(s).',
    },
    { at: 87, old: '4 at 1 Terminating 2 instance(s).', new: '2 at 1' },
    { at: 90, old: '2 at 1', new: '2 at 1 Launching 2 instance(s).' },
    { at: 114, old: '2 at 1', new: '2 at 1 Activating traffic on full capacity of 4 instance(s).' },
    {
      at: 117,
      old: '2 at 1',
      new: '4 at 1 Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on full capacity of 4 instance(s).',
    },
    { at: 177, old: '2 at 1 Terminating 2 instance(s).', new: '4 at 1' },
  ]);
});

test('UpdateEndpoint > scales the waits, and leaves bakes without alarms out when that is set', async () => {
  const { sagemaker, clock, simulator } = await startLive(3, { settings: { endpointUpdateSeconds: 1, waitScale: 0.01 } });
  const update = async (name: string): Promise<number> => {
    const from = clock.now;
    await updateLive(sagemaker, canary(percent(50), 600), name);
    while ((await describeLive(sagemaker)).EndpointStatus === 'Updating') clock.advance(0.1);
    return (clock.now - from) / 1000;
  };
  // 1 s of work; two bakes of 600 s and one wait of 120 s at a hundredth.
  expect(await update('two')).toBeCloseTo(1 + 13.2, 0);
  simulator.changeSettings({ bakesWithoutAlarms: false });
  expect(await update('one')).toBeCloseTo(1 + 1.2, 0);
});

test('UpdateEndpoint > counts a batch of a rolling update only for the quota', async () => {
  const { sagemaker, simulator } = await startLive(4);
  simulator.addFault({ kind: 'quota', limit: 6 });
  expect((await refusal(updateLive(sagemaker, canary(percent(25), 60)))).name).toBe('ResourceLimitExceeded');
  await updateLive(sagemaker, rolling(percent(50), 60));
});

test('UpdateEndpoint > takes Inf1 instances all at once, without a bake', async () => {
  const { sagemaker, clock } = await startLive();
  await makeConfig(sagemaker, 'inf', { InitialInstanceCount: 3, InstanceType: 'ml.inf1.xlarge' });
  await updateLive(sagemaker, canary(percent(50), 600), 'inf');
  expect((await watchUpdate(sagemaker, clock)).filter((seen) => seen.new.includes('Baking'))).toEqual([]);
});

test.each([
  ['a canary above half', canary(percent(51), 60), /CanarySize must be less than or equal to 50%/],
  ['two canaries of three', canary(instances(2), 60), /CanarySize must be less than or equal to 50%/],
  ['a small step', linear(percent(9), 60), /LinearStepSize must be 10-50%/],
  ['a small batch', rolling(percent(4), 60), /MaximumBatchSize must be between 5% to 50%/],
  ['a wait above an hour', canary(percent(50), 3601), /less than or equal to 3600/],
  ['waits above the time-out', canary(percent(50), 1800), /larger than the total waiting time of 3720 seconds/],
  ['a canary size for another type', { ...linear(percent(10), 1), ...sizeless() }, /LinearStepSize must be specified/],
  ['eleven alarms', linear(percent(10), 1, ...Array.from({ length: 11 }, (_, n) => `a${n}`)), /less than or equal to 10/],
])('UpdateEndpoint > refuses %s', async (_what, config, message) => {
  const { sagemaker } = await startLive();
  expect(await refusal(updateLive(sagemaker, config))).toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(message),
  });
});

function sizeless(): object {
  const TrafficRoutingConfiguration = { Type: 'LINEAR', WaitIntervalInSeconds: 1 };
  return { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration } };
}

test('UpdateEndpoint > refuses a part of one instance, another variant name and what serverless excludes', async () => {
  const { sagemaker, clock } = await startLive(1);
  expect((await refusal(updateLive(sagemaker, canary(percent(50), 60)))).message).toContain('CanarySize');
  expect((await refusal(updateLive(sagemaker, rolling(percent(50), 60)))).message).toContain('MaximumBatchSize');
  await makeConfig(sagemaker, 'renamed', { VariantName: 'Other', InitialInstanceCount: 3 });
  expect(await refusal(updateLive(sagemaker, canary(percent(50), 60), 'renamed'))).toEqual(
    invalid('Invalid DeploymentConfig: the new endpoint configuration must have the same variant names as the current one.'),
  );
  // Without a policy the name may change.
  await updateLive(sagemaker, undefined, 'renamed');
  clock.advance(60);
  expect((await describeLive(sagemaker)).EndpointConfigName).toBe('renamed');
});
