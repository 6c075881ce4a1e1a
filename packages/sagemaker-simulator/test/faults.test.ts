import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createClient, makeConfig, makeLiveEndpoint, refusal, startSimulator, training } from './harness.ts';

const throttling = { name: 'ThrottlingException', message: 'Rate exceeded', status: 400 };

test('throttle: so many matching calls are refused, without an effect', async () => {
  const { sagemaker, simulator } = await startSimulator();
  simulator.addFault({
    kind: 'throttle',
    times: 2,
    match: { operation: ['CreateTrainingJob', 'CreateModel'], nameContains: 'hot' },
  });
  await sagemaker.createTrainingJob(training('cold'));
  for (let attempt = 0; attempt < 2; attempt += 1)
    expect(await refusal(sagemaker.createTrainingJob(training('hot')))).toEqual(throttling);
  await sagemaker.createTrainingJob(training('hot'));
  expect(simulator.calls().map(({ operation, name, code, status, faults }) => [operation, name, code, status, faults])).toEqual([
    ['CreateTrainingJob', 'cold', 'OK', 200, []],
    ['CreateTrainingJob', 'hot', 'ThrottlingException', 400, ['fault-1']],
    ['CreateTrainingJob', 'hot', 'ThrottlingException', 400, ['fault-1']],
    ['CreateTrainingJob', 'hot', 'OK', 200, []],
  ]);
});

test('the SDK takes a throttle for one, and tries again', async () => {
  const { simulator } = await startSimulator();
  simulator.addFault({ kind: 'throttle' });
  const { $metadata } = await createClient(simulator.url, { maxAttempts: 2 }).listEndpoints({});
  expect($metadata.attempts).toBe(2);
});

test('skip lets calls pass first, forever never ends, a probability is drawn', async () => {
  const draws = [0.6, 0.4, 0.9];
  const { sagemaker, simulator } = await startSimulator({ random: () => draws.shift() ?? 1 });
  const codes = async (count: number): Promise<string[]> => {
    for (let call = 0; call < count; call += 1) await sagemaker.listModels({}).catch(() => undefined);
    return simulator
      .calls()
      .slice(-count)
      .map(({ code }) => code);
  };
  simulator.addFault({ kind: 'throttle', skip: 1, times: 'forever' });
  expect(await codes(3)).toEqual(['OK', 'ThrottlingException', 'ThrottlingException']);
  simulator.clearFaults();
  simulator.addFault({ kind: 'throttle', times: 'forever', probability: 0.5 });
  expect(await codes(3)).toEqual(['OK', 'ThrottlingException', 'OK']);
});

test('error: any status and code, before the effect or after it', async () => {
  const { sagemaker, simulator } = await startSimulator();
  simulator.addFault({
    kind: 'error',
    status: 400,
    code: 'AccessDeniedException',
    message: 'not authorized to perform: sagemaker:CreateTrainingJob',
  });
  expect(await refusal(sagemaker.createTrainingJob(training('job')))).toEqual({
    name: 'AccessDeniedException',
    message: 'not authorized to perform: sagemaker:CreateTrainingJob',
    status: 400,
  });
  expect(simulator.effects()).toEqual([]);
  simulator.addFault({ kind: 'error', afterEffect: true });
  expect(await refusal(sagemaker.createTrainingJob(training('job')))).toMatchObject({ name: 'InternalFailure', status: 500 });
  expect(simulator.effects()).toHaveLength(1);
});

test('lose_request breaks the connection before the effect, lose_response after it', async () => {
  const { sagemaker, simulator } = await startSimulator();
  simulator.addFault({ kind: 'lose_request' });
  await expect(sagemaker.createTrainingJob(training('job'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(simulator.effects()).toEqual([]);
  simulator.addFault({ kind: 'lose_response' });
  await expect(sagemaker.createTrainingJob(training('job'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(simulator.effects()).toHaveLength(1);
  expect(simulator.calls().map(({ code, status }) => [code, status])).toEqual([
    ['LOST', 0],
    ['LOST', 0],
  ]);
});

test('a repeated call after a lost response is a duplicate; a refused call uses up no lose_response', async () => {
  const { simulator } = await startSimulator();
  simulator.addFault({ kind: 'lose_response', times: 'forever' });
  const { name } = await refusal(createClient(simulator.url, { maxAttempts: 3 }).createTrainingJob(training('job')));
  expect(name).toBe('ResourceInUse');
  expect(simulator.calls().map(({ code }) => code)).toEqual(['LOST', 'ResourceInUse']);
});

test('delay holds a call back, and its effect with it', async () => {
  const { sagemaker, simulator } = await startSimulator();
  simulator.addFault({ kind: 'delay', ms: 60 });
  const before = performance.now();
  await sagemaker.createTrainingJob(training('job'));
  expect(performance.now() - before).toBeGreaterThan(55);
});

test('a fault that is removed while a call is delayed does not come back', async () => {
  const { sagemaker, simulator } = await startSimulator();
  simulator.addFault({ id: 'slow', kind: 'delay', ms: 300 });
  simulator.addFault({ id: 'refused', kind: 'error', code: 'ExpiredTokenException', status: 400, times: 'forever' });
  const faults = async (): Promise<{ id: string; injected: number }[]> =>
    ((await (await fetch(`${simulator.url}/_control/faults`)).json()) as { faults: { id: string; injected: number }[] }).faults;
  const delayed = sagemaker.listModels({});
  await vi.waitFor(async () => expect(await faults()).toMatchObject([{ id: 'slow', injected: 1 }, { id: 'refused' }]));
  expect((await fetch(`${simulator.url}/_control/faults/refused`, { method: 'DELETE' })).ok).toBe(true);
  await delayed;
  await sagemaker.listModels({});
  expect(await faults()).toMatchObject([{ id: 'slow' }]);
});

test('hang never answers and has no effect; the client gives up, and closing does not wait', async () => {
  const { sagemaker, simulator } = await startSimulator();
  simulator.addFault({ kind: 'hang' });
  const abort = new AbortController();
  const call = sagemaker.createTrainingJob(training('job'), { abortSignal: abort.signal });
  await expect.poll(() => simulator.calls().length).toBe(1);
  abort.abort();
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  expect(simulator.calls()).toMatchObject([{ code: 'HANGS', status: 0 }]);
  expect(simulator.effects()).toEqual([]);
});

test('rate_limit and the standing limits let through so many a second, each operation by itself', async () => {
  const { sagemaker, simulator, clock } = await startSimulator({
    settings: { rateLimits: { CreateTrainingJob: { perSecond: 1 } } },
  });
  await sagemaker.createTrainingJob(training('a'));
  expect(await refusal(sagemaker.createTrainingJob(training('b')))).toEqual(throttling);
  clock.advance(0.9);
  expect(await refusal(sagemaker.createTrainingJob(training('b')))).toEqual(throttling);
  clock.advance(0.1);
  await sagemaker.createTrainingJob(training('b'));

  simulator.addFault({ kind: 'rate_limit', perSecond: 2, burst: 3 });
  for (let call = 0; call < 3; call += 1) await sagemaker.listModels({});
  expect(await refusal(sagemaker.listModels({}))).toEqual(throttling);
  await sagemaker.listEndpoints({});
  clock.advance(0.5);
  await sagemaker.listModels({});
  expect(await refusal(sagemaker.listModels({}))).toEqual(throttling);
});

test('quota: what would take too many instances is refused, with the numbers', async () => {
  const { sagemaker, simulator, clock } = await startSimulator();
  const exceeded = (usage: string, limit: number, used: number, delta: number): object => ({
    name: 'ResourceLimitExceeded',
    message: `The account-level service limit '${usage}' is ${limit} Instances, with current utilization of ${used} Instances and a request delta of ${delta} Instances. Please contact AWS support to request an increase for this limit.`,
    status: 400,
  });
  simulator.addFault({ kind: 'quota', limit: 1, instanceType: 'ml.m5.xlarge' });
  await sagemaker.createTrainingJob(training('a'));
  expect(await refusal(sagemaker.createTrainingJob(training('b')))).toEqual(
    exceeded('ml.m5.xlarge for training job usage', 1, 1, 1),
  );
  clock.advance(100);
  await sagemaker.createTrainingJob(training('b'));

  await makeLiveEndpoint(sagemaker, clock);
  // Blue/green: the new fleet comes on top of the old one.
  simulator.addFault({ kind: 'quota', limit: 1, instanceType: 'ml.m5.large' });
  const update = (): Promise<unknown> => sagemaker.updateEndpoint({ EndpointName: 'live', EndpointConfigName: 'two' });
  expect(await refusal(update())).toEqual(exceeded('ml.m5.large for endpoint usage', 1, 1, 1));
  await makeConfig(sagemaker, 'big', { InstanceType: 'ml.c5.large', InitialInstanceCount: 3 });
  simulator.clearFaults();
  simulator.addFault({ kind: 'quota', limit: 2 });
  const create = sagemaker.createEndpoint({ EndpointName: 'other', EndpointConfigName: 'big' });
  expect(await refusal(create)).toEqual(exceeded('ml.c5.large for endpoint usage', 2, 0, 3));
  await update();
});

test('a fault that shapes an effect is not used up by a call that is refused', async () => {
  const { sagemaker, simulator, clock } = await startSimulator();
  simulator.addFault({ kind: 'fail_training' });
  await refusal(sagemaker.createTrainingJob(training('bad_name')));
  await sagemaker.createTrainingJob(training('job'));
  clock.advance(100);
  expect((await sagemaker.describeTrainingJob({ TrainingJobName: 'job' })).TrainingJobStatus).toBe('Failed');
});

/** A process that does nothing, for signals. */
async function idleProcess(): Promise<{ pid: number; ended: Promise<unknown[]> }> {
  const child = spawn(process.execPath, ['-e', "process.stdout.write('up'); setInterval(() => {}, 1000)"], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  if (child.pid === undefined) throw new Error('no process');
  return { pid: child.pid, ended };
}

test('signal: a process is killed when the n-th call arrives, before the effect', async () => {
  const { sagemaker, simulator } = await startSimulator();
  const { pid, ended } = await idleProcess();
  simulator.addFault({
    kind: 'signal',
    pid,
    signal: 'SIGKILL',
    when: 'before_effect',
    skip: 1,
    match: { operation: 'CreateTrainingJob' },
  });
  await sagemaker.createTrainingJob(training('a'));
  await expect(sagemaker.createTrainingJob(training('b'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(simulator.effects().map(({ name }) => name)).toEqual(['a']);
});

test('signal: after the effect, and only of a call that had one', async () => {
  const { sagemaker, simulator } = await startSimulator();
  const { pid, ended } = await idleProcess();
  simulator.addFault({ kind: 'signal', pid, signal: 'SIGTERM', when: 'after_effect', match: { operation: 'CreateTrainingJob' } });
  await refusal(sagemaker.createTrainingJob(training('bad_name')));
  await sagemaker.createTrainingJob(training('job'));
  expect(await ended).toEqual([null, 'SIGTERM']);
});

test('signal: a process that has ended is no error, and the call may continue', async () => {
  const { sagemaker, simulator } = await startSimulator();
  const { pid, ended } = await idleProcess();
  process.kill(pid, 'SIGKILL');
  await ended;
  simulator.addFault({ kind: 'signal', pid, signal: 'SIGKILL', when: 'before_effect', drop: false });
  await expect(sagemaker.createTrainingJob(training('job'))).resolves.toBeDefined();
});
