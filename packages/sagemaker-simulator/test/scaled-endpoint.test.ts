import { expect, test } from 'vitest';
import { invalid, makeConfig, refusal } from './harness.ts';
import { control, startScaled, steps, target } from './scaling.ts';

test('UpdateEndpoint > keeps an autoscaled count, and refuses another instance type or variant', async () => {
  const { sagemaker, scaling, clock, simulator } = await startScaled();
  await makeConfig(sagemaker, 'larger', { InstanceType: 'ml.m5.xlarge' });
  await makeConfig(sagemaker, 'renamed', { VariantName: 'Other' });
  const update = (EndpointConfigName: string): Promise<unknown> =>
    sagemaker.updateEndpoint({ EndpointName: 'live', EndpointConfigName, RetainAllVariantProperties: true });
  for (const config of ['larger', 'renamed']) {
    expect(await refusal(update(config))).toEqual(
      invalid(
        'The variant(s) "AllTraffic" must be deregistered as scalable target(s) with AutoScaling before they can be removed or have their instance type updated.',
      ),
    );
  }
  expect(await control(simulator, 'endpoints/live/variants/AllTraffic/count', { desiredInstanceCount: 3 })).toBe(200);
  expect(await control(simulator, 'endpoints/live/variants/none/count', { desiredInstanceCount: 3 })).toBe(404);
  await update('two');
  expect(await control(simulator, 'endpoints/live/variants/AllTraffic/count', { desiredInstanceCount: 4 })).toBe(409);
  clock.advance(60);
  const describe = async (): Promise<unknown> => (await sagemaker.describeEndpoint({ EndpointName: 'live' })).ProductionVariants;
  expect(await describe()).toMatchObject([{ CurrentInstanceCount: 3, DesiredInstanceCount: 3 }]);
  expect((await scaling.describeScalableTargets({ ServiceNamespace: 'sagemaker' })).ScalableTargets).toHaveLength(1);
  await control(simulator, 'endpoints/live/variants/AllTraffic/count', { desiredInstanceCount: 4, currentInstanceCount: 3 });
  expect(await describe()).toMatchObject([{ CurrentInstanceCount: 3, DesiredInstanceCount: 4 }]);
});

test('DeleteEndpoint > deregisters the targets, or is refused where the caller may not', async () => {
  const { sagemaker, scaling, simulator } = await startScaled();
  await control(simulator, 'settings', { mayDeregisterScalableTargets: false }, 'PATCH');
  expect(await refusal(sagemaker.deleteEndpoint({ EndpointName: 'live' }))).toEqual(
    invalid(
      'An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity used to invoke DeleteEndpoint does not have application-autoscaling:DeregisterScalableTarget permission to deregister the scalable target.',
    ),
  );
  await control(simulator, 'settings', { mayDeregisterScalableTargets: true }, 'PATCH');
  await sagemaker.deleteEndpoint({ EndpointName: 'live' });
  expect((await scaling.describeScalableTargets({ ServiceNamespace: 'sagemaker' })).ScalableTargets).toEqual([]);
});

test('faults > hit these operations too, and the log of calls has them', async () => {
  const { scaling, simulator } = await startScaled();
  const match = { operation: 'DescribeScalableTargets' as const, nameContains: 'live' };
  simulator.addFault({ kind: 'throttle', match });
  simulator.addFault({ kind: 'error', match, status: 400, code: 'AccessDeniedException', message: 'not authorized' });
  simulator.addFault({
    kind: 'error',
    match: { operation: 'PutScalingPolicy' },
    status: 400,
    code: 'FailedResourceAccessException',
    message: 'no alarms',
  });
  simulator.addFault({ kind: 'lose_response', match: { operation: 'DeregisterScalableTarget' } });
  const list = (): Promise<unknown> =>
    scaling.describeScalableTargets({ ServiceNamespace: 'sagemaker', ResourceIds: [target.ResourceId] });
  expect(await refusal(list())).toEqual({ name: 'ThrottlingException', message: 'Rate exceeded', status: 400 });
  expect(await refusal(list())).toEqual({ name: 'AccessDeniedException', message: 'not authorized', status: 400 });
  expect(await refusal(scaling.putScalingPolicy(steps))).toEqual({
    name: 'FailedResourceAccessException',
    message: 'no alarms',
    status: 400,
  });
  await expect(scaling.deregisterScalableTarget(target)).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(simulator.calls({ name: target.ResourceId }).map(({ operation, code }) => [operation, code])).toEqual([
    ['RegisterScalableTarget', 'OK'],
    ['DescribeScalableTargets', 'ThrottlingException'],
    ['DescribeScalableTargets', 'AccessDeniedException'],
    ['PutScalingPolicy', 'FailedResourceAccessException'],
    ['DeregisterScalableTarget', 'LOST'],
  ]);
  expect(await list()).toMatchObject({ ScalableTargets: [] });
});
