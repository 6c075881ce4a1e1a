import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSimulator } from '../src/index.ts';
import { fullEndpointConfig, fullModel, fullTraining } from './full-requests.ts';
import {
  arn,
  createAlarmClient,
  createClient,
  createRuntimeClient,
  createScalingClient,
  image,
  makeConfig,
  refusal,
  training,
} from './harness.ts';
import { canary, percent, updateLive } from './rollouts.ts';

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state.jsonl');
}

test('a state file keeps every member over a restart', async () => {
  const stateFile = temporaryFile();
  const first = await createSimulator({ stateFile });
  const before = createClient(first.url);
  await makeConfig(before, 'served');
  await before.createTrainingJob(fullTraining);
  await before.createModel(fullModel);
  await before.createEndpointConfig(fullEndpointConfig);
  const describeAll = (client: typeof before): Promise<object[]> =>
    Promise.all([
      client.describeTrainingJob({ TrainingJobName: 'full' }),
      client.describeModel({ ModelName: 'full' }),
      client.describeEndpointConfig({ EndpointConfigName: 'full' }),
    ]);
  const withoutMetadata = (outputs: object[]): object[] => outputs.map((output) => ({ ...output, $metadata: undefined }));
  const kept = withoutMetadata(await describeAll(before));
  await first.close();
  const second = await createSimulator({ stateFile });
  onTestFinished(() => second.close());
  expect(withoutMetadata(await describeAll(createClient(second.url)))).toEqual(kept);
});

test('an old state file, without the newer members, is read', async () => {
  const stateFile = temporaryFile();
  const at = { createdAt: 1_795_000_000_000, tags: [] };
  const variant = {
    VariantName: 'v',
    ModelName: 'm',
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 1,
    InitialVariantWeight: 1,
  };
  const live = { variantName: 'v', instanceType: 'ml.m5.large', images: [image], weight: 1, desiredWeight: 1 };
  const phase = {
    status: 'InService',
    startAt: at.createdAt,
    endpointConfigName: 'c',
    variants: [{ ...live, instanceCount: 1, desiredInstanceCount: 1, serverless: null }],
    failureReason: null,
    pending: null,
    lastDeploymentConfig: null,
    effect: null,
  };
  const puts = [
    [
      'trainingJobs',
      'j',
      {
        ...at,
        name: 'j',
        arn: arn('training-job/j'),
        request: training('j', { EnableManagedSpotTraining: true }),
        timeline: [
          { status: 'Downloading', startAt: at.createdAt },
          { status: 'Completed', startAt: at.createdAt + 90_000 },
        ],
        failureReason: null,
        metrics: { loss: 'NaN' },
      },
    ],
    ['models', 'm', { ...at, name: 'm', arn: arn('model/m'), request: { ModelName: 'm', PrimaryContainer: { Image: image } } }],
    [
      'endpointConfigs',
      'c',
      {
        ...at,
        name: 'c',
        arn: arn('endpoint-config/c'),
        request: { EndpointConfigName: 'c', ProductionVariants: [variant] },
        visibleAt: 0,
      },
    ],
    ['endpoints', 'e', { ...at, name: 'e', arn: arn('endpoint/e'), timeline: [phase] }],
    ['settings', 'control', { trainingSeconds: 5 }],
  ];
  writeFileSync(stateFile, `${puts.map((put) => JSON.stringify({ puts: [put] })).join('\n')}\n`);
  const simulator = await createSimulator({ stateFile });
  onTestFinished(() => simulator.close());
  const sagemaker = createClient(simulator.url);
  const job = await sagemaker.describeTrainingJob({ TrainingJobName: 'j' });
  expect([job.TrainingTimeInSeconds, job.BillableTimeInSeconds]).toEqual([90, 90]);
  expect(job.FinalMetricDataList?.[0]?.Value).toBeNaN();
  expect((await sagemaker.describeModel({ ModelName: 'm' })).PrimaryContainer).toEqual({ Image: image, Mode: 'SingleModel' });
  expect((await sagemaker.describeEndpoint({ EndpointName: 'e' })).ProductionVariants).toMatchObject([
    { CurrentInstanceCount: 1 },
  ]);
  expect(simulator.settings()).toMatchObject({
    trainingSeconds: 5,
    spot: { interruptions: 0 },
    mayDeregisterScalableTargets: true,
  });
  await makeConfig(sagemaker, 'next', { VariantName: 'v' });
  await sagemaker.updateEndpoint({ EndpointName: 'e', EndpointConfigName: 'next', RetainAllVariantProperties: true });
});

test('scalable targets, policies and scheduled actions survive a restart', async () => {
  const stateFile = temporaryFile();
  const first = await createSimulator({ stateFile, settings: { endpointCreateSeconds: 0 } });
  const sagemaker = createClient(first.url);
  await makeConfig(sagemaker, 'one');
  await sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'one' });
  const target = {
    ServiceNamespace: 'sagemaker',
    ResourceId: 'endpoint/live/variant/AllTraffic',
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  } as const;
  const before = createScalingClient(first.url);
  await before.registerScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 4 });
  await before.putScalingPolicy({
    ...target,
    PolicyName: 'p',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 70,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    },
  });
  await before.putScheduledAction({
    ...target,
    ScheduledActionName: 'night',
    Schedule: 'cron(0 22 * * ? *)',
    ScalableTargetAction: { MinCapacity: 1 },
  });
  const describeAll = async (client: typeof before): Promise<unknown[]> => [
    (await client.describeScalableTargets({ ServiceNamespace: 'sagemaker' })).ScalableTargets,
    (await client.describeScalingPolicies({ ServiceNamespace: 'sagemaker' })).ScalingPolicies,
    (await client.describeScheduledActions({ ServiceNamespace: 'sagemaker' })).ScheduledActions,
  ];
  const kept = await describeAll(before);
  expect(kept.map((list) => (list as unknown[]).length)).toEqual([1, 1, 1]);
  await first.close();
  const second = await createSimulator({ stateFile });
  onTestFinished(() => second.close());
  expect(await describeAll(createScalingClient(second.url))).toEqual(kept);
});

test('a rollout, alarms, metrics and behaviors continue after a restart', async () => {
  const stateFile = temporaryFile();
  let now = Date.parse('2026-11-24T10:00:00.250Z');
  const settings = { endpointCreateSeconds: 0, endpointUpdateSeconds: 60 };
  // A request reaches the old fleet as long as that has any traffic.
  const options = { stateFile, now: () => now, random: () => 0.99, settings };
  const first = await createSimulator(options);
  const sagemaker = createClient(first.url);
  for (const name of ['one', 'two']) await makeConfig(sagemaker, name, { InitialInstanceCount: 2 });
  await sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'one' });
  const alarms = createAlarmClient(first.url);
  await alarms.putMetricAlarm({
    AlarmName: 'errors',
    Namespace: 'AWS/SageMaker',
    MetricName: 'Invocation5XXErrors',
    Dimensions: [
      { Name: 'EndpointName', Value: 'live' },
      { Name: 'VariantName', Value: 'AllTraffic' },
    ],
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 0.5,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  });
  first.setModelBehavior('one', { status: 500 });
  await updateLive(sagemaker, canary(percent(50), 600, 'errors'));
  now += 55_000;
  const invocation = { EndpointName: 'live', Body: '1' };
  await createRuntimeClient(first.url)
    .invokeEndpoint(invocation)
    .catch(() => undefined);
  now += 1000;
  await first.close();

  now += 200_000;
  const second = await createSimulator(options);
  onTestFinished(() => second.close());
  expect(second.effects({ kind: 'rollout_alarmed' })).toMatchObject([{ name: 'live', detail: { alarm: 'errors' } }]);
  expect(await createClient(second.url).describeEndpoint({ EndpointName: 'live' })).toMatchObject({
    EndpointStatus: 'InService',
    EndpointConfigName: 'one',
  });
  expect((await refusal(createRuntimeClient(second.url).invokeEndpoint(invocation))).name).toBe('ModelError');
});
