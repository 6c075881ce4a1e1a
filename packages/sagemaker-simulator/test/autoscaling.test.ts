import { expect, test } from 'vitest';
import { arn, invalid, refusal } from './harness.ts';
import { named, notFound, startScaled, steps, target, tracking } from './scaling.ts';

test('RegisterScalableTarget > registers a live variant, and updates what it is given', async () => {
  const { scaling, clock } = await startScaled();
  const CreationTime = new Date(clock.now);
  clock.advance(60);
  const SuspendedState = { DynamicScalingInSuspended: true };
  const { ScalableTargetARN } = await scaling.registerScalableTarget({ ...target, MaxCapacity: 9, SuspendedState });
  expect(ScalableTargetARN).toMatch(/^arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target\/[0-9a-z]{36}$/);
  const { ScalableTargets } = await scaling.describeScalableTargets({ ServiceNamespace: 'sagemaker' });
  expect(ScalableTargets).toEqual([
    {
      ...target,
      MinCapacity: 1,
      MaxCapacity: 9,
      RoleARN:
        'arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint',
      CreationTime,
      SuspendedState: { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false },
      ScalableTargetARN,
    },
  ]);
});

test('RegisterScalableTarget > refuses what is not there, and what can not be', async () => {
  const { scaling } = await startScaled();
  const ask = (more: object): Promise<object> =>
    refusal(scaling.registerScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 4, ...more }));
  const unsupported = invalid('Unsupported service namespace, resource type or scalable dimension');
  expect(await ask({ ServiceNamespace: 'dynamodb' })).toEqual(unsupported);
  expect(await ask({ ResourceId: 'endpoint/live' })).toEqual(unsupported);
  expect(await ask({ ResourceId: 'endpoint/none/variant/AllTraffic' })).toEqual(
    invalid(`Could not find endpoint "${arn('endpoint/none')}".`),
  );
  expect(await ask({ ResourceId: 'endpoint/live/variant/other' })).toEqual(
    invalid(`The variant name(s) "other" is/are not present within endpoint "${arn('endpoint/live')}".`),
  );
  expect(await ask({ MinCapacity: 5 })).toEqual(invalid('Maximum capacity cannot be less than minimum capacity'));
  expect(await ask({ Tags: { a: 'b' } })).toMatchObject({ name: 'ValidationException' });
  expect(await ask({ ScalableDimension: 'sagemaker:variant:Weight' })).toMatchObject({
    message: expect.stringContaining("at 'scalableDimension' failed to satisfy constraint: Member must satisfy enum value set"),
  });
});

test('PutScalingPolicy > keeps both kinds of policies with their alarms, page by page', async () => {
  const { scaling, clock } = await startScaled();
  const { PolicyARN, Alarms } = await scaling.putScalingPolicy(tracking('track'));
  expect(PolicyARN).toMatch(
    /^arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:[0-9a-f-]{36}:resource\/sagemaker\/endpoint\/live\/variant\/AllTraffic:policyName\/track$/,
  );
  expect(Alarms?.map(({ AlarmName }) => AlarmName)).toEqual([
    expect.stringMatching(/^TargetTracking-endpoint\/live\/variant\/AllTraffic-AlarmHigh-/),
    expect.stringMatching(/^TargetTracking-endpoint\/live\/variant\/AllTraffic-AlarmLow-/),
  ]);
  expect((await scaling.putScalingPolicy(steps)).Alarms).toEqual([]);
  const CreationTime = new Date(clock.now);
  clock.advance(60);
  expect((await scaling.putScalingPolicy(tracking('track', 50))).PolicyARN).toBe(PolicyARN);

  const first = await scaling.describeScalingPolicies({ ServiceNamespace: 'sagemaker', MaxResults: 1 });
  expect(first.ScalingPolicies).toEqual([{ ...steps, PolicyARN: expect.any(String), Alarms: [], CreationTime }]);
  const { NextToken } = first;
  const second = await scaling.describeScalingPolicies({ ServiceNamespace: 'sagemaker', MaxResults: 1, NextToken });
  expect(second.ScalingPolicies).toEqual([{ ...tracking('track', 50), PolicyARN, Alarms, CreationTime }]);
  expect(second.NextToken).toBeUndefined();
  expect(await refusal(scaling.describeScalingPolicies({ ServiceNamespace: 'sagemaker', NextToken: 'none' }))).toMatchObject({
    name: 'InvalidNextTokenException',
  });
  expect(await refusal(scaling.describeScalingPolicies({ ServiceNamespace: 'sagemaker', MaxResults: 11 }))).toMatchObject({
    name: 'ValidationException',
  });
});

test('PutScalingPolicy > refuses a target that is not registered, and a configuration that does not fit', async () => {
  const { scaling } = await startScaled();
  const other = { ...steps, ResourceId: 'endpoint/other/variant/AllTraffic' };
  expect(await refusal(scaling.putScalingPolicy(other))).toEqual(
    notFound(`No scalable target registered for ${named.replace('live', 'other')}`),
  );
  expect(await refusal(scaling.putScalingPolicy({ ...tracking('p'), PolicyType: 'StepScaling' }))).toMatchObject({
    name: 'ValidationException',
  });
  await scaling.putScalingPolicy(tracking('track'));
  expect(await refusal(scaling.putScalingPolicy(tracking('second')))).toEqual(
    invalid('Only one TargetTrackingScaling policy for a given metric specification is allowed.'),
  );
});

test('PutScheduledAction > keeps an action, whose times an update deletes', async () => {
  const { scaling, clock } = await startScaled();
  const action = { ...target, ScheduledActionName: 'night', Schedule: 'cron(0 22 * * ? *)', Timezone: 'Etc/UTC' };
  const StartTime = new Date(clock.now + 1000);
  await scaling.putScheduledAction({ ...action, StartTime, ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 1 } });
  const list = async (): Promise<unknown[]> =>
    (await scaling.describeScheduledActions({ ...target, ScheduledActionNames: ['night'] })).ScheduledActions ?? [];
  const kept = {
    ...action,
    ScheduledActionARN: expect.stringContaining(':resource/sagemaker/endpoint/live/variant/AllTraffic:scheduledActionName/night'),
    ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 1 },
    CreationTime: new Date(clock.now),
  };
  expect(await list()).toEqual([{ ...kept, StartTime }]);
  await scaling.putScheduledAction({ ...target, ScheduledActionName: 'night' });
  expect(await list()).toEqual([kept]);
  await scaling.deleteScheduledAction({ ...target, ScheduledActionName: 'night' });
  expect(await refusal(scaling.deleteScheduledAction({ ...target, ScheduledActionName: 'night' }))).toEqual(
    notFound(`No scheduled action found for ${named}, scheduled action name: night`),
  );
});

test('DeregisterScalableTarget > removes the policies and actions too', async () => {
  const { scaling, simulator } = await startScaled();
  await scaling.putScalingPolicy(tracking('track'));
  await scaling.deregisterScalableTarget(target);
  expect((await scaling.describeScalingPolicies({ ServiceNamespace: 'sagemaker' })).ScalingPolicies).toEqual([]);
  expect(await refusal(scaling.deregisterScalableTarget(target))).toEqual(notFound(`No scalable target registered for ${named}`));
  expect(await refusal(scaling.deleteScalingPolicy({ ...target, PolicyName: 'track' }))).toEqual(
    notFound(`No scaling policy found for ${named}, policy name: track`),
  );
  expect(simulator.effects({ name: target.ResourceId }).map(({ kind }) => kind)).toEqual([
    'scalable_target_registered',
    'scaling_policy_put',
    'scalable_target_deregistered',
  ]);
});
