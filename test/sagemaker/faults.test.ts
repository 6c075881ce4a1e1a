import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ClaimLostError } from '../../src/core/errors.ts';
import type { FaultSpec } from 'sagemaker-simulator';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { connect, failure, job, sagemakerAt } from './harness.ts';

const quick = { limits: { attemptMs: 120 } };

describe('faults that last', () => {
  const rows: [fault: FaultSpec, kind: string, effect: string, code: string, requests: number][] = [
    [{ kind: 'error', status: 500 }, 'unavailable', 'unknown', 'InternalFailure', 4],
    [{ kind: 'error', status: 503, code: 'ServiceUnavailable' }, 'unavailable', 'unknown', 'ServiceUnavailable', 4],
    [{ kind: 'error', status: 504, code: 'GatewayTimeout' }, 'unavailable', 'unknown', 'GatewayTimeout', 4],
    [{ kind: 'error', status: 501, code: 'NotImplemented' }, 'unavailable', 'unknown', 'NotImplemented', 1],
    [{ kind: 'error', status: 400, code: 'AccessDeniedException' }, 'access_denied', 'none', 'AccessDeniedException', 1],
    [{ kind: 'error', status: 400, code: 'ResourceLimitExceeded' }, 'quota', 'none', 'ResourceLimitExceeded', 1],
    [{ kind: 'error', status: 418, code: 'Teapot' }, 'unknown', 'none', 'Teapot', 1],
    [{ kind: 'lose_request' }, 'unavailable', 'unknown', 'ECONNRESET', 4],
    [{ kind: 'hang' }, 'unavailable', 'unknown', 'ETIMEDOUT', 4],
    [{ kind: 'delay', ms: 400 }, 'unavailable', 'unknown', 'ETIMEDOUT', 4],
  ];
  test.each(rows)('%j → %s, %s', async (fault, kind, effect, code, requests) => {
    const { sagemaker, simulator, reported } = await connect(quick);
    simulator.addFault({ ...fault, times: 'forever' });
    expect(await failure(sagemaker.createTrainingJob(job('job')))).toMatchObject({
      kind,
      effect,
      // Whatever has answered is done with it, but for a gateway that has only stopped waiting.
      possiblyInFlight: fault.kind !== 'error' || fault.status === 504,
      code,
      operation: 'CreateTrainingJob',
    });
    await eventually(() => simulator.calls().length === requests);
    expect(reported).toEqual([`CreateTrainingJob ${kind}`]);
  });

  test('a refused connection had no effect', async () => {
    const port = await freePort();
    for (const host of ['127.0.0.1', 'localhost']) {
      const refused = await failure(sagemakerAt(`http://${host}:${port}`).createTrainingJob(job('job')));
      expect(refused).toMatchObject({ kind: 'unavailable', effect: 'none', code: 'ECONNREFUSED' });
    }
  });

  test('an unknown host name had no effect', async () => {
    const unknown = await failure(sagemakerAt('http://unknown.invalid').createTrainingJob(job('job')));
    expect(unknown).toMatchObject({ kind: 'unavailable', effect: 'none' });
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(unknown.code);
  });

  test('a request that never got a connection had no effect', async () => {
    const { sagemaker, simulator } = await connect({ limits: { maxSockets: 1, connectMs: 80, callMs: 600 } });
    simulator.addFault({ kind: 'hang', match: { operation: 'DescribeModel' }, times: 'forever' });
    const first = failure(sagemaker.describeModel('m'));
    await eventually(() => simulator.calls().length === 1);
    expect(await failure(sagemaker.createTrainingJob(job('job')))).toMatchObject({
      kind: 'unavailable',
      effect: 'none',
      code: 'TimeoutError',
    });
    expect(await first).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
    expect(simulator.calls()).toHaveLength(1);
  });
});

describe('faults that pass', () => {
  test.each(['lose_request', 'hang'] as const)('%s: the next attempt succeeds', async (kind) => {
    const { sagemaker, simulator, reported, responses } = await connect(quick);
    simulator.addFault({ kind });
    await sagemaker.createTrainingJob(job('job'));
    expect(responses().at(-1)).toBe('OK');
    expect(simulator.calls()).toHaveLength(2);
    expect(reported).toEqual(['CreateTrainingJob ok']);
  });

  test('a lost answer makes our own job look like a duplicate, with an unknown effect', async () => {
    const { sagemaker, simulator, responses } = await connect();
    simulator.addFault({ kind: 'lose_response' });
    expect(await failure(sagemaker.createTrainingJob(job('job')))).toMatchObject({
      kind: 'already_exists',
      resource: 'training_job',
      effect: 'unknown',
    });
    expect(responses()).toEqual(['LOST', 'ResourceInUse']);
  });

  test('a 5xx that hides an effect leaves it unknown', async () => {
    const { sagemaker, simulator } = await connect();
    simulator.addFault({ kind: 'error', afterEffect: true });
    expect(await failure(sagemaker.createTrainingJob(job('job')))).toMatchObject({ kind: 'already_exists', effect: 'unknown' });
    expect(simulator.effects()).toHaveLength(1);
  });
});

describe('beforeSend', () => {
  test('is asked before every attempt, and stops the call with what it throws', async () => {
    const { sagemaker, simulator, reported } = await connect();
    simulator.addFault({ kind: 'error', times: 'forever' });
    // The SDK writes to the errors that pass through it, and would try again for such a cause.
    const stop = Object.freeze(Object.assign(new ClaimLostError('taken over'), { code: 'ECONNRESET' }));
    const seenBefore: number[] = [];
    const beforeSend = async (): Promise<void> => {
      seenBefore.push(simulator.calls().length);
      if (seenBefore.length === 3) throw stop;
    };
    await expect(sagemaker.createTrainingJob(job('job'), { beforeSend })).rejects.toBe(stop);
    expect(seenBefore).toEqual([0, 1, 2]);
    expect(simulator.calls()).toHaveLength(2);
    expect(reported).toEqual(['CreateTrainingJob vetoed']);
  });

  test('is asked when the request has only to be sent: after the credentials were found', async () => {
    const { simulator } = await connect();
    const order: string[] = [];
    const sagemaker = sagemakerAt(simulator.url, {
      client: {
        endpoint: simulator.url,
        region: 'us-east-1',
        credentials: async () => {
          order.push('credentials');
          return { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };
        },
      },
    });
    await sagemaker.createTrainingJob(job('job'), { beforeSend: async () => void order.push('beforeSend') });
    expect(order).toEqual(['credentials', 'beforeSend']);
  });

  test('that never answers does not outlast the call', async () => {
    const { sagemaker, simulator } = await connect();
    const beforeSend = (): Promise<void> => new Promise(() => {});
    expect(await failure(sagemaker.createTrainingJob(job('job'), { beforeSend, maxWaitMs: 50 }))).toMatchObject({
      kind: 'unavailable',
      effect: 'none',
      code: 'UnconfirmedInTime',
      message: expect.stringContaining('Nothing was sent'),
    });
    expect(simulator.calls()).toEqual([]);
  });

  test('that lets go only when the call is over sends nothing', async () => {
    const { sagemaker, simulator } = await connect();
    const { promise: requested, resolve: letGo } = Promise.withResolvers<void>();
    await failure(sagemaker.createTrainingJob(job('job'), { beforeSend: () => requested, maxWaitMs: 50 }));
    letGo();
    await sagemaker.listTrainingJobs({});
    expect(simulator.calls().map(({ operation }) => operation)).toEqual(['ListTrainingJobs']);
  });
});

describe('giving up', () => {
  test('a signal that was aborted before sends nothing', async () => {
    const { sagemaker, simulator } = await connect();
    const call = sagemaker.createTrainingJob(job('job'), { signal: AbortSignal.abort() });
    expect(await failure(call)).toMatchObject({ kind: 'unavailable', effect: 'none', code: 'AbortError' });
    expect(simulator.calls()).toEqual([]);
  });

  test('a signal ends a call at once, in the middle of a request', async () => {
    const { sagemaker, simulator } = await connect();
    simulator.addFault({ kind: 'hang' });
    const controller = new AbortController();
    const call = failure(sagemaker.createTrainingJob(job('job'), { signal: controller.signal }));
    await eventually(() => simulator.calls().length === 1);
    const abortedAt = performance.now();
    controller.abort();
    expect(await call).toMatchObject({ kind: 'unavailable', effect: 'unknown', code: 'AbortError' });
    expect(performance.now() - abortedAt).toBeLessThan(100);
    expect(simulator.calls()).toHaveLength(1);
  });

  test('a signal ends a call that waits for its next attempt', async () => {
    const { sagemaker, simulator } = await connect({ random: () => 0.999 });
    simulator.addFault({ kind: 'throttle' });
    const controller = new AbortController();
    const call = failure(sagemaker.createTrainingJob(job('job'), { signal: controller.signal }));
    await eventually(() => simulator.calls().length === 1);
    const abortedAt = performance.now();
    controller.abort();
    expect(await call).toMatchObject({ kind: 'unavailable', effect: 'none', code: 'AbortError' });
    expect(performance.now() - abortedAt).toBeLessThan(100);
  });

  test('without an answer in time it is unavailable', async () => {
    const { sagemaker, simulator } = await connect();
    simulator.addFault({ kind: 'hang', times: 'forever' });
    const call = sagemaker.createTrainingJob(job('job'), { maxWaitMs: 100 });
    expect(await failure(call)).toMatchObject({
      kind: 'unavailable',
      effect: 'unknown',
      code: 'TimeoutError',
      message: 'SageMaker did not answer within 100 ms.',
    });
    expect(simulator.calls()).toHaveLength(1);
  });

  test('with an answer before it is that answer, and what was sent since counts', async () => {
    const { sagemaker, simulator } = await connect();
    simulator.addFault({ kind: 'error', status: 400, code: 'RequestTimeout', message: 'too slow' });
    simulator.addFault({ kind: 'hang', times: 'forever' });
    const call = sagemaker.createTrainingJob(job('job'), { maxWaitMs: 200 });
    expect(await failure(call)).toMatchObject({ code: 'RequestTimeout', message: 'too slow', effect: 'unknown' });
    expect(simulator.calls()).toHaveLength(2);
  });

  test('it is not waited for an attempt that would come too late', async () => {
    const { sagemaker, simulator } = await connect({ random: () => 0.999 });
    simulator.addFault({ kind: 'throttle', times: 'forever' });
    const startedAt = performance.now();
    expect(await failure(sagemaker.describeModel('m', { maxWaitMs: 900 }))).toMatchObject({ kind: 'throttled', effect: 'none' });
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(simulator.calls()).toHaveLength(1);
  });
});

describe('what is not SageMaker', () => {
  async function answering(response: RequestListener): Promise<string> {
    const server = createServer(response).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => server.close().closeAllConnections());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  describe('with our clock 10 min off', () => {
    /** By its own clock it answers each call with the next of these; the last one for ever. */
    const answeringWith = (...responses: [status: number, body: object][]) => {
      let calls = 0;
      const url = answering((_request, response) => {
        const [status, body] = responses[Math.min(calls, responses.length - 1)] ?? [200, {}];
        calls += 1;
        response.writeHead(status, { date: new Date(Date.now() + 600_000).toUTCString() }).end(JSON.stringify(body));
      });
      return { url, calls: () => calls };
    };
    const unknown = { __type: 'ValidationException', message: 'Could not find endpoint "arn".' };
    const badSignature = {
      __type: 'InvalidSignatureException',
      message: 'Signature expired: 20261124T100000Z is now earlier than',
    };

    test('what is not found is not found', async () => {
      const { url, calls } = answeringWith([400, unknown]);
      const sagemaker = sagemakerAt(await url);
      for (const count of [1, 2, 3]) {
        expect(await failure(sagemaker.describeEndpoint('live'))).toMatchObject({ kind: 'not_found', resource: 'endpoint' });
        expect(calls()).toBe(count);
      }
    });

    test('a signature of the wrong time is replaced, once', async () => {
      const corrected = answeringWith([403, badSignature], [400, unknown]);
      expect(await failure(sagemakerAt(await corrected.url).describeEndpoint('live'))).toMatchObject({ kind: 'not_found' });
      const wrong = answeringWith([403, badSignature]);
      expect(await failure(sagemakerAt(await wrong.url).describeEndpoint('live'))).toMatchObject({ kind: 'unauthenticated' });
      expect([corrected.calls(), wrong.calls()]).toEqual([2, 2]);
    });
  });

  test('an entry of a list that lacks something takes nothing from the others', async () => {
    const summary = { TrainingJobName: 'good', TrainingJobArn: 'arn', CreationTime: 1.5, TrainingJobStatus: 'Completed' };
    const { TrainingJobStatus: _, ...odd } = { ...summary, TrainingJobName: 'odd' };
    const { CreationTime: __, TrainingJobName: ___, ...worse } = summary;
    const respondedAt = 'Tue, 24 Nov 2026 10:00:00 GMT';
    const url = await answering((_request, response) =>
      response.setHeader('date', respondedAt).end(JSON.stringify({ TrainingJobSummaries: [odd, summary, worse], NextToken: '' })),
    );
    expect(await sagemakerAt(url).listTrainingJobs({})).toEqual({
      jobs: [{ name: 'good', arn: 'arn', status: 'Completed', secondaryStatus: null, createdAt: 1500, endedAt: null }],
      odd: [
        { name: 'odd', reason: 'The answer has no TrainingJobStatus.' },
        { name: 'arn', reason: 'The answer has no TrainingJobName.' },
      ],
      nextToken: null,
      respondedAt: Date.parse(respondedAt),
    });
  });

  test.each([
    [200, 'unavailable', 'unknown'],
    [403, 'unavailable', 'none'],
    [502, 'unavailable', 'unknown'],
  ])("a proxy's page with status %i is %s, %s", async (status, kind, effect) => {
    const url = await answering((_request, response) => response.writeHead(status).end('<html>no such host</html>'));
    expect(await failure(sagemakerAt(url).createTrainingJob(job('job')))).toMatchObject({ kind, effect });
  });

  test('an answer that breaks off leaves the effect unknown, a refusal that breaks off does not', async () => {
    const breaking = (status: number): Promise<string> =>
      answering((request, response) => {
        request.resume();
        response.writeHead(status, { 'content-length': 100 }).write('{"Training', () => response.destroy());
      });
    const lost = await failure(sagemakerAt(await breaking(200)).createTrainingJob(job('job')));
    expect(lost).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
    const refused = await failure(sagemakerAt(await breaking(400)).createTrainingJob(job('job')));
    expect(refused).toMatchObject({ kind: 'unavailable', effect: 'none' });
  });

  test('an answer without what it must have is no success', async () => {
    const url = await answering((_request, response) => response.writeHead(200).end('{}'));
    const incomplete = await failure(sagemakerAt(url).createTrainingJob(job('job')));
    expect(incomplete).toMatchObject({ kind: 'unknown', effect: 'unknown', message: 'The answer has no TrainingJobArn.' });
  });

  test('all pages of tags are read', async () => {
    const bodies: unknown[] = [];
    const pages = [{ Tags: [{ Key: 'a', Value: '1' }], NextToken: 'next' }, { Tags: [{ Key: 'b', Value: '' }] }];
    const url = await answering((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(JSON.parse(chunk.toString())));
      request.on('end', () => response.end(JSON.stringify(pages[bodies.length - 1])));
    });
    expect(await sagemakerAt(url).listTags('arn')).toEqual({ a: '1', b: '' });
    expect(bodies).toEqual([{ ResourceArn: 'arn' }, { ResourceArn: 'arn', NextToken: 'next' }]);
  });

  test('credentials that SageMaker repeats reach no error', async () => {
    const message =
      "The signature does not match (Credential=ASIAIOSFODNN7EXAMPLE/20260101/us-east-1).\n\nThe Canonical String should have been 'POST\n/\n\nx-amz-security-token:SECRET'";
    const url = await answering((_request, response) =>
      response.writeHead(400).end(JSON.stringify({ __type: 'SignatureDoesNotMatch', message })),
    );
    const refused = await failure(sagemakerAt(url).describeModel('m'));
    expect(refused).toMatchObject({ kind: 'unauthenticated', message: 'The signature does not match (Credential=…).' });
    expect(refused.cause).toBeUndefined();
  });
});

describe('what never gets out', () => {
  test('missing credentials are unauthenticated, without an effect', async () => {
    const { simulator } = await connect();
    const error = Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' });
    const sagemaker = sagemakerAt(simulator.url, {
      client: { endpoint: simulator.url, region: 'us-east-1', credentials: () => Promise.reject(error) },
    });
    expect(await failure(sagemaker.createTrainingJob(job('job')))).toMatchObject({
      kind: 'unauthenticated',
      effect: 'none',
      code: 'CredentialsProviderError',
      message: 'AWS credentials could not be got: Could not load credentials from any providers',
      cause: error,
    });
    expect(simulator.calls()).toEqual([]);
  });

  test('credentials that take too long are given up on', async () => {
    const { simulator } = await connect();
    const sagemaker = sagemakerAt(simulator.url, {
      client: { endpoint: simulator.url, region: 'us-east-1', credentials: () => new Promise(() => {}) },
    });
    expect(await failure(sagemaker.createTrainingJob(job('job'), { maxWaitMs: 50 }))).toMatchObject({
      kind: 'unauthenticated',
      effect: 'none',
      message: 'AWS credentials could not be got: it took too long',
    });
  });

  test.each([
    ['an identity service that refuses', { name: 'AccessDenied', $fault: 'client', $metadata: { httpStatusCode: 403 } }],
    ['an identity service that is unavailable', { code: 'ECONNREFUSED', syscall: 'connect' }],
    ['a token file that is not there', { code: 'ENOENT', syscall: 'open' }],
    ['a session that is over', { name: 'ExpiredTokenException', $fault: 'client', $metadata: { httpStatusCode: 400 } }],
  ])('an error of the credentials is no refusal of SageMaker: %s', async (_, fields) => {
    const { simulator } = await connect();
    const credentials = () => Promise.reject(Object.assign(new Error('no credentials'), fields));
    const sagemaker = sagemakerAt(simulator.url, { client: { endpoint: simulator.url, region: 'us-east-1', credentials } });
    expect(await failure(sagemaker.describeModel('m'))).toMatchObject({
      kind: 'unauthenticated',
      effect: 'none',
      code: 'CredentialsProviderError',
      message: 'AWS credentials could not be got: no credentials',
    });
    expect(simulator.calls()).toEqual([]);
  });

  test('a call that is called off while credentials are looked for blames nothing on them', async () => {
    const { simulator } = await connect();
    const sagemaker = sagemakerAt(simulator.url, {
      client: { endpoint: simulator.url, region: 'us-east-1', credentials: () => new Promise(() => {}) },
    });
    const ending = new AbortController();
    const call = failure(sagemaker.describeModel('m', { signal: ending.signal }));
    ending.abort();
    expect(await call).toMatchObject({ kind: 'unavailable', code: 'AbortError' });
  });

  test('an input that the SDK cannot write is invalid', async () => {
    const { sagemaker, simulator } = await connect();
    const call = sagemaker.createTrainingJob(job('job', { HyperParameters: { epochs: 3n } }));
    expect(await failure(call)).toMatchObject({ kind: 'invalid', effect: 'none' });
    expect(simulator.calls()).toEqual([]);
  });
});
