import { describe, expect, it, vi } from 'vitest';
import { longestResponseBytes } from '../../src/ports/invocations.ts';
import { createSageMaker } from '../../src/sagemaker/sagemaker.ts';
import { type Connected, connect, failure, makeEndpoint } from './harness.ts';

const invocation = { endpointName: 'live', body: '{"x":1}', contentType: 'application/json', timeoutMs: 5000 };

async function connectLive(): Promise<Connected> {
  const connected = await connect();
  await makeEndpoint(connected);
  connected.reported.length = 0;
  return connected;
}

describe('invokeEndpoint', () => {
  it('returns what the model returns, and which variant it was', async () => {
    const { sagemaker, reported } = await connectLive();
    expect(await sagemaker.invocations.invokeEndpoint(invocation)).toEqual({
      kind: 'response',
      body: '{"model":"m","received":{"x":1}}',
      isCutOff: false,
      contentType: 'application/json',
      variant: 'AllTraffic',
    });
    expect(reported).toEqual(['InvokeEndpoint ok']);
  });

  it('sends bytes as they are, with the content types', async () => {
    const { sagemaker, simulator } = await connectLive();
    simulator.setModelBehavior('m', { body: 'ü', contentType: 'text/plain' });
    const body = new TextEncoder().encode('1,2\n');
    const ofBytes = { ...invocation, body, contentType: 'text/csv', accept: 'text/plain' };
    expect(await sagemaker.invocations.invokeEndpoint(ofBytes)).toMatchObject({ body: 'ü', contentType: 'text/plain' });
    expect(simulator.calls({ operation: 'InvokeEndpoint', withInput: true })).toMatchObject([{ input: '1,2\n', name: 'live' }]);
  });

  it('cuts a long response off', async () => {
    const { sagemaker, simulator } = await connectLive();
    simulator.setModelBehavior('m', { body: 'x'.repeat(longestResponseBytes + 1) });
    const result = await sagemaker.invocations.invokeEndpoint(invocation);
    expect(result).toMatchObject({ kind: 'response', isCutOff: true });
    expect(result.kind === 'response' && result.body).toHaveLength(longestResponseBytes);
  });

  it("returns an error of the model's container, without what is to be hidden", async () => {
    const { sagemaker, simulator, reported } = await connectLive();
    simulator.setModelBehavior('m', { status: 500, body: 'no such customer: alice-4711' });
    const hide = { hyperparameters: {}, environment: { CUSTOMER: 'alice-4711' } };
    expect(await sagemaker.invocations.invokeEndpoint(invocation, { hide })).toEqual({
      kind: 'model_error',
      originalStatus: 500,
      message: expect.stringMatching(/^Received server error \(500\) from primary with message "no such customer: …"/),
      logStreamArn: 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/live',
    });
    simulator.setModelBehavior('m', { timesOut: true });
    expect(await sagemaker.invocations.invokeEndpoint(invocation)).toMatchObject({ kind: 'model_error', originalStatus: 0 });
    expect(reported).toEqual(['InvokeEndpoint model_error', 'InvokeEndpoint model_error']);
  });

  it.each([
    [{ kind: 'throttle' } as const, 'throttled'],
    [{ kind: 'error', status: 429, code: 'ModelNotReadyException', message: 'not ready' } as const, 'unavailable'],
    [{ kind: 'error', status: 500, code: 'InternalFailure', message: 'broken' } as const, 'unavailable'],
    [{ kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'later' } as const, 'unavailable'],
    [{ kind: 'error', status: 530, code: 'InternalDependencyException', message: 'x' } as const, 'unavailable'],
    [{ kind: 'error', status: 400, code: 'ValidationError', message: 'no' } as const, 'invalid'],
    [{ kind: 'error', status: 403, code: 'AccessDeniedException', message: 'not authorized' } as const, 'access_denied'],
    [{ kind: 'lose_request' } as const, 'unavailable'],
  ])('is sent once, and fails as %o', async (fault, kind) => {
    const { sagemaker, simulator, reported } = await connectLive();
    simulator.addFault({ ...fault, times: 'forever', match: { operation: 'InvokeEndpoint' } });
    expect(await failure(sagemaker.invocations.invokeEndpoint(invocation))).toMatchObject({ kind, operation: 'InvokeEndpoint' });
    expect(simulator.calls({ operation: 'InvokeEndpoint' })).toHaveLength(1);
    expect(reported).toEqual([`InvokeEndpoint ${kind}`]);
  });

  it('is tried again by its caller at once after a model that was not ready', async () => {
    const { sagemaker, simulator } = await connectLive();
    simulator.addFault({ kind: 'error', status: 429, code: 'ModelNotReadyException', message: 'not ready', times: 3 });
    for (let time = 0; time < 3; time += 1) await failure(sagemaker.invocations.invokeEndpoint(invocation));
    expect(await sagemaker.invocations.invokeEndpoint({ ...invocation, timeoutMs: 2000 })).toMatchObject({ kind: 'response' });
  });

  it('is unavailable when nothing comes in time, and fails at the signal', async () => {
    const { sagemaker, simulator } = await connectLive();
    simulator.addFault({ kind: 'hang', times: 'forever', match: { operation: 'InvokeEndpoint' } });
    expect(await failure(sagemaker.invocations.invokeEndpoint({ ...invocation, timeoutMs: 100 }))).toMatchObject({
      kind: 'unavailable',
      code: 'TimeoutError',
      message: "SageMaker's runtime did not answer within 100 ms.",
    });
    const soon = sagemaker.invocations.invokeEndpoint(invocation, { signal: AbortSignal.timeout(100) });
    expect(await failure(soon)).toMatchObject({ code: 'AbortError' });
  });

  it('does not find an endpoint that serves nothing, and is not sent when beforeSend throws', async () => {
    const { sagemaker, simulator } = await connectLive();
    expect(await failure(sagemaker.invocations.invokeEndpoint({ ...invocation, endpointName: 'none' }))).toMatchObject({
      kind: 'not_found',
      resource: 'endpoint',
      message: 'Endpoint none of account 123456789012 not found.',
    });
    const beforeSend = () => Promise.reject(new Error('lost the claim'));
    await expect(sagemaker.invocations.invokeEndpoint(invocation, { beforeSend })).rejects.toThrow('lost the claim');
    expect(simulator.calls({ operation: 'InvokeEndpoint' })).toHaveLength(1);
  });

  it('goes to the address of AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME', async () => {
    const { simulator } = await connectLive();
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME', simulator.url);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
    const sagemaker = createSageMaker({ random: () => 0 });
    try {
      expect(await sagemaker.invocations.invokeEndpoint(invocation)).toMatchObject({ kind: 'response' });
    } finally {
      sagemaker.close();
      vi.unstubAllEnvs();
    }
  });
});
