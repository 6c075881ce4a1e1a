import { expect, test } from 'vitest';
import { createRuntimeClient, image, makeConfig, refusal, role } from './harness.ts';
import { canary, instances, percent, rolling, startLive, updateLive } from './rollouts.ts';

async function start(options: Parameters<typeof startLive>[1] = {}) {
  const started = await startLive(4, options);
  const runtime = createRuntimeClient(started.simulator.url);
  const invoke = async (body = '{"x":1}', more: object = {}) => {
    const { Body, ContentType, InvokedProductionVariant } = await runtime.invokeEndpoint({
      EndpointName: 'live',
      Body: body,
      ContentType: 'application/json',
      ...more,
    });
    return { body: Body.transformToString(), type: ContentType, variant: InvokedProductionVariant };
  };
  return { ...started, runtime, invoke };
}

/** How many of so many requests the new model answers. */
async function countNew(invoke: () => Promise<{ body: string }>, times: number): Promise<number> {
  let count = 0;
  for (let time = 0; time < times; time += 1) if ((await invoke()).body.includes('"two"')) count += 1;
  return count;
}

test("InvokeEndpoint > echoes the body with the model's name", async () => {
  const { invoke, simulator } = await start();
  expect(await invoke()).toEqual({
    body: '{"model":"one","received":{"x":1}}',
    type: 'application/json',
    variant: 'AllTraffic',
  });
  expect((await invoke('1,2', { ContentType: 'text/csv' })).body).toBe('{"model":"one","received":"1,2"}');
  expect((await invoke('1,2', { TargetVariant: 'AllTraffic' })).variant).toBe('AllTraffic');
  expect(simulator.calls({ operation: 'InvokeEndpoint' })).toMatchObject([
    { name: 'live', code: 'OK' },
    { name: 'live', code: 'OK' },
    { name: 'live', code: 'OK' },
  ]);
});

test('InvokeEndpoint > returns what the environment of the model says', async () => {
  const { sagemaker, invoke, clock } = await start();
  await sagemaker.createModel({
    ModelName: 'fixed',
    ExecutionRoleArn: role,
    PrimaryContainer: { Image: image, Environment: { SIMULATOR_RESPONSE: '0.93', SIMULATOR_CONTENT_TYPE: 'text/csv' } },
  });
  await sagemaker.createEndpointConfig({
    EndpointConfigName: 'fixed',
    ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: 'fixed', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
  });
  await updateLive(sagemaker, undefined, 'fixed');
  clock.advance(60);
  expect(await invoke()).toEqual({ body: '0.93', type: 'text/csv', variant: 'AllTraffic' });
});

test('InvokeEndpoint > sends a share of the traffic to the new fleet of a rollout', async () => {
  // 0.00, 0.01, … 0.99: every second one decides about the fleet, the others about the behavior and the variant.
  let drawn = 0;
  const random = (): number => ((drawn += 37) % 100) / 100;
  const { sagemaker, invoke, clock } = await start({ random });
  await updateLive(sagemaker, canary(percent(25), 300));
  expect(await countNew(invoke, 40)).toBe(0);
  clock.advance(60);
  expect(await countNew(invoke, 40)).toBeGreaterThan(4);
  expect(await countNew(invoke, 40)).toBeLessThan(16);
  clock.advance(350);
  expect(await countNew(invoke, 40)).toBe(40);
});

test('InvokeEndpoint > serves a mix after a rollback that failed', async () => {
  let drawn = 0;
  const random = (): number => ((drawn += 37) % 100) / 100;
  const { sagemaker, invoke, clock, simulator } = await start({ random });
  simulator.addFault({ kind: 'fail_rollback' });
  simulator.addFault({ kind: 'roll_back_update', afterBatches: 1 });
  await updateLive(sagemaker, rolling(instances(2), 60));
  clock.advance(300);
  expect((await sagemaker.describeEndpoint({ EndpointName: 'live' })).EndpointStatus).toBe('UpdateRollbackFailed');
  const fresh = await countNew(invoke, 40);
  expect(fresh).toBeGreaterThan(10);
  expect(fresh).toBeLessThan(30);
});

test('InvokeEndpoint > makes a ModelError of an error and of no response of the container', async () => {
  const { runtime, simulator } = await start();
  const ask = () => runtime.invokeEndpoint({ EndpointName: 'live', Body: '1' }).catch((error: unknown) => error);
  const group = '/aws/sagemaker/Endpoints/live';
  const logs = `See https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:group=${group} in account 123456789012 for more information.`;
  simulator.setModelBehavior('on', { status: 500, body: 'boom' });
  expect(await ask()).toMatchObject({
    name: 'ModelError',
    message: `Received server error (500) from primary with message "boom". ${logs}`,
    OriginalStatusCode: 500,
    OriginalMessage: 'boom',
    LogStreamArn: `arn:aws:logs:us-east-1:123456789012:log-group:${group}`,
    $metadata: { httpStatusCode: 424 },
  });
  simulator.setModelBehavior('one', { status: 400, body: 'no header' });
  expect(await ask()).toMatchObject({ message: expect.stringMatching(/^Received client error \(400\) .* "no header"/) });
  simulator.setModelBehavior('one', { timesOut: true });
  expect(await ask()).toMatchObject({ name: 'ModelError', OriginalStatusCode: 0 });
  simulator.setModelBehavior('one', null);
  expect(await ask()).toMatchObject({ OriginalStatusCode: 500 });
});

test('InvokeEndpoint > refuses an endpoint that is not there or not yet in service, and other variants', async () => {
  const { sagemaker, runtime, clock } = await start();
  const ask = (EndpointName: string, TargetVariant?: string) =>
    refusal(runtime.invokeEndpoint({ EndpointName, Body: '1', TargetVariant }));
  const unknown = (name: string): object => ({
    name: 'ValidationError',
    message: `Endpoint ${name} of account 123456789012 not found.`,
    status: 400,
  });
  expect(await ask('none')).toEqual(unknown('none'));
  await makeConfig(sagemaker, 'three');
  await sagemaker.createEndpoint({ EndpointName: 'new', EndpointConfigName: 'three' });
  expect(await ask('new')).toEqual(unknown('new'));
  expect(await ask('live', 'Other')).toMatchObject({ name: 'ValidationError' });
  await sagemaker.createEndpointConfig({
    EndpointConfigName: 'async',
    AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://out/' } },
    ProductionVariants: [{ VariantName: 'v', ModelName: 'three', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
  });
  await sagemaker.createEndpoint({ EndpointName: 'async', EndpointConfigName: 'async' });
  clock.advance(60);
  expect(await ask('async')).toMatchObject({ name: 'ValidationError', message: expect.stringContaining('InvokeEndpointAsync') });
  expect(await refusal(runtime.invokeEndpoint({ EndpointName: 'live', Body: 'x'.repeat(6 * 1024 * 1024 + 1) }))).toMatchObject({
    name: 'ValidationError',
  });
});

test.each([
  [{ kind: 'throttle' } as const, 'ThrottlingException', 429],
  [{ kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'later' } as const, 'ServiceUnavailable', 503],
  [
    { kind: 'error', status: 530, code: 'InternalDependencyException', message: 'x' } as const,
    'InternalDependencyException',
    530,
  ],
  [{ kind: 'error', status: 429, code: 'ModelNotReadyException', message: 'x' } as const, 'ModelNotReadyException', 429],
])('InvokeEndpoint > fails as a fault says: %o', async (fault, name, status) => {
  const { invoke, simulator } = await start();
  simulator.addFault({ ...fault, match: { operation: 'InvokeEndpoint' } });
  expect(await refusal(invoke())).toMatchObject({ name, status });
  await invoke();
});

test('the control routes > set what containers do, and let it go', async () => {
  const { invoke, simulator } = await start();
  const control = async (method: string, body?: object): Promise<unknown> => {
    const url = `${simulator.url}/_control/models/one/behavior`;
    const response = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    return response.ok ? response.json() : response.status;
  };
  expect(await control('DELETE')).toBe(404);
  expect(await control('POST', { status: 99 })).toBe(422);
  expect(await control('POST', { body: 'fixed', latencyMs: 5 })).toMatchObject({
    behavior: { nameContains: 'one', body: 'fixed' },
  });
  expect((await invoke()).body).toBe('fixed');
  expect(await control('DELETE')).toEqual({ behavior: null });
  expect((await invoke()).body).toContain('"model":"one"');
});
