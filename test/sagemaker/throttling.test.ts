import { expect, onTestFinished, test, vi } from 'vitest';
import { AdaptiveRateLimiter } from '../../src/sagemaker/adaptive-rate-limiter.ts';
import { connect, failure, job } from './harness.ts';

const create = { operation: 'CreateTrainingJob' } as const;

test('a throttle is tried again', async () => {
  const { sagemaker, simulator, responses, reported } = await connect();
  simulator.addFault({ kind: 'throttle', match: create });
  await sagemaker.createTrainingJob(job('job'));
  expect(responses()).toEqual(['ThrottlingException', 'OK']);
  expect(reported).toEqual(['CreateTrainingJob ok']);
});

test('without retryThrottles the first throttle ends the call', async () => {
  const { sagemaker, simulator } = await connect();
  simulator.addFault({ kind: 'throttle', times: 'forever' });
  expect(await failure(sagemaker.createTrainingJob(job('job'), { retryThrottles: false }))).toMatchObject({
    kind: 'throttled',
    effect: 'none',
    code: 'ThrottlingException',
    message: 'Rate exceeded',
  });
  expect(simulator.calls()).toHaveLength(1);
});

test('a throttled operation is held back, and no other is', async () => {
  const { sagemaker, simulator, responses } = await connect();
  simulator.addFault({ kind: 'throttle', match: create });
  await failure(sagemaker.createTrainingJob(job('job'), { retryThrottles: false }));

  const held = sagemaker.createTrainingJob(job('job'));
  await Promise.all(Array.from({ length: 20 }, () => failure(sagemaker.describeModel('m'))));
  expect((await failure(sagemaker.updateEndpoint({ endpointName: 'e', endpointConfigName: 'c' }))).kind).toBe('not_found');
  expect(responses()).toHaveLength(22);
  expect(responses('CreateTrainingJob')).toEqual(['ThrottlingException']);
  await held;
  expect(responses('CreateTrainingJob')).toEqual(['ThrottlingException', 'OK']);
});

test('a call whose turn does not come in time is throttled without a request', async () => {
  const { sagemaker, simulator, reported } = await connect();
  simulator.addFault({ kind: 'throttle', match: create });
  await failure(sagemaker.createTrainingJob(job('job'), { retryThrottles: false }));
  expect(await failure(sagemaker.createTrainingJob(job('job'), { maxWaitMs: 100 }))).toMatchObject({
    kind: 'throttled',
    effect: 'none',
    code: 'ThrottledBeforehand',
  });
  expect(simulator.calls()).toHaveLength(1);
  expect(reported).toEqual(['CreateTrainingJob throttled', 'CreateTrainingJob held_back']);
});

test('in a storm of throttles calls hold back', async () => {
  const { sagemaker, simulator, responses } = await connect();
  simulator.addFault({ kind: 'throttle', match: create, times: 'forever' });
  const calls = Array.from({ length: 40 }, (_, number) =>
    failure(sagemaker.createTrainingJob(job(`job-${number}`), { maxWaitMs: 2_500 })),
  );
  const kinds = new Set((await Promise.all(calls)).map(({ kind, effect }) => `${kind} ${effect}`));
  expect([...kinds]).toEqual(['throttled none']);
  // Each is sent once; then all of them share half a request a second. Unthrottled there would be 10 attempts of each.
  expect(responses().length).toBeGreaterThanOrEqual(40);
  expect(responses().length).toBeLessThan(46);
});

test('aborted calls leave the queue, and their permit to the next', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.parse('2026-11-24T10:00:00Z') });
  onTestFinished(() => void vi.useRealTimers());
  const limiter = new AdaptiveRateLimiter();
  const patient = new AbortController().signal;
  await limiter.acquire(patient);
  limiter.recordResponse({ throttled: true });
  for (let leaver = 0; leaver < 5; leaver += 1) {
    const impatient = new AbortController();
    const left = limiter.acquire(impatient.signal).catch((reason: unknown) => reason);
    await vi.advanceTimersByTimeAsync(1);
    impatient.abort('enough');
    expect(await left).toBe('enough');
  }
  const passed: number[] = [];
  const waiting = [1, 2].map((number) => limiter.acquire(patient).then(() => passed.push(number)));
  // Half a request a second is where the SDK's limiter begins.
  await vi.advanceTimersByTimeAsync(1_990);
  expect(passed).toEqual([]);
  await vi.advanceTimersByTimeAsync(10);
  expect(passed).toEqual([1]);
  await vi.advanceTimersByTimeAsync(2_000);
  await Promise.all(waiting);
  expect(passed).toEqual([1, 2]);
});
