import { HTTPException } from 'hono/http-exception';
import { describe, expect, it } from 'vitest';
import { pointerTo } from '../../src/api/problems/json-pointer.ts';
import { problemCodes, problems } from '../../src/api/problems/table.ts';
import { toApiError } from '../../src/api/problems/to-api-error.ts';
import type { ProblemBody } from '../../src/api/schemas/problem.ts';
import {
  SageMakerError,
  type SageMakerErrorKind,
  sagemakerErrorKinds,
  ServiceError,
  StoreUnavailableError,
} from '../../src/core/errors.ts';
import { startApi } from './harness.ts';

const responses: Record<SageMakerErrorKind, [number, string]> = {
  not_found: [404, 'not_found'],
  already_exists: [400, 'sagemaker_rejected'],
  busy: [503, 'sagemaker_unavailable'],
  throttled: [503, 'sagemaker_unavailable'],
  quota: [429, 'quota_exceeded'],
  unauthenticated: [503, 'sagemaker_unavailable'],
  access_denied: [400, 'sagemaker_rejected'],
  invalid: [400, 'sagemaker_rejected'],
  unavailable: [503, 'sagemaker_unavailable'],
  unknown: [500, 'internal_error'],
};

const sagemakerError = (kind: SageMakerErrorKind, code = 'SomeException'): SageMakerError =>
  new SageMakerError({
    kind,
    operation: 'DescribeEndpoint',
    resource: 'endpoint',
    message: "SageMaker's own message",
    effect: 'none',
    possiblyInFlight: false,
    code,
    requestId: null,
  });

describe('toApiError', () => {
  it.each(sagemakerErrorKinds)('maps the SageMaker error %s', (kind) => {
    const problem = toApiError(sagemakerError(kind));
    expect([problem.status, problem.code]).toEqual(responses[kind]);
    // SageMaker's message about the service's credentials would read as if it were about the caller's request.
    expect(problem.message === "SageMaker's own message").toBe(problem.status !== 500 && kind !== 'unauthenticated');
    expect(problem.retryAfterSeconds).toBe(problem.status === 503 ? 5 : problem.code === 'quota_exceeded' ? 60 : null);
  });

  it.each([
    ['ExpiredTokenException', 'expired'],
    ['CredentialsProviderError', 'missing, or could not be got'],
    ['UnrecognizedClientException', 'refused by AWS'],
  ])('says what is wrong with the credentials of the service: %s', (code, how) => {
    const problem = toApiError(sagemakerError('unauthenticated', code));
    expect(problem.message).toBe(
      `SageMaker could not be called: the service's own AWS credentials are ${how} (${code}); the request is not at fault`,
    );
  });

  it('keeps code, message and Retry-After of a ServiceError', () => {
    const conflict = toApiError(new ServiceError('idempotency_conflict', 'used'));
    expect([conflict.status, conflict.code, conflict.message, conflict.retryAfterSeconds]).toEqual([
      409,
      'idempotency_conflict',
      'used',
      null,
    ]);
    expect(toApiError(new ServiceError('sagemaker_unavailable', 'down', { retryAfterSeconds: 30 })).retryAfterSeconds).toBe(30);
    expect(toApiError(new ServiceError('sagemaker_unavailable', 'down')).retryAfterSeconds).toBe(5);
    expect(toApiError(new ServiceError('invalid_request', 'no such cursor')).options.errors).toEqual([
      { field: 'request', detail: 'no such cursor' },
    ]);
  });

  it('reveals nothing about the database that is unavailable', () => {
    const problem = toApiError(new StoreUnavailableError('SQLITE_BUSY: /data/autodeploy.db'));
    expect([problem.status, problem.code]).toEqual([503, 'database_unavailable']);
    expect(problem.message).not.toMatch(/SQLITE|\/data/);
  });

  it('reveals nothing about an unexpected error', () => {
    for (const thrown of [new Error('password is hunter2'), 'hunter2', null, new HTTPException(502, { message: 'hunter2' })]) {
      const problem = toApiError(thrown);
      expect([problem.status, problem.code]).toEqual([500, 'internal_error']);
      expect(problem.message).not.toContain('hunter2');
    }
    expect(toApiError(new HTTPException(400, { message: 'Malformed JSON' })).code).toBe('bad_request');
  });
});

it('problems > gives each code a title of its own and the status of an error', () => {
  expect(new Set(problemCodes.map((code) => problems[code].title)).size).toBe(problemCodes.length);
  for (const code of problemCodes) expect(problems[code].status).toBeGreaterThanOrEqual(400);
});

describe('pointerTo', () => {
  it.each([
    ['body', undefined, '#'],
    ['instance_count', { instance_count: 0 }, '#/instance_count'],
    ['reason', {}, '#/reason'],
    [
      'create_training_job.VpcConfig.Subnets[0]',
      { create_training_job: { VpcConfig: { Subnets: [''] } } },
      '#/create_training_job/VpcConfig/Subnets/0',
    ],
    ['create_model.VpcConfig.Subnets[1]', undefined, '#/create_model/VpcConfig/Subnets/1'],
    ['metric_definitions[1].regex', { metric_definitions: ['a', { regex: '' }] }, '#/metric_definitions/1/regex'],
    ['hyperparameters.a.b[0]', { hyperparameters: { a: {}, 'a.b[0]': [] } }, '#/hyperparameters/a.b%5B0%5D'],
    ['tags.team/a~b c', { tags: { 'team/a~b c': 1 } }, '#/tags/team~1a~0b%20c'],
    ['body', { body: 1 }, '#/body'],
    ['a.__proto__', { a: {} }, '#/a/__proto__'],
  ])('finds %s in %j', (field, body, pointer) => expect(pointerTo(field, body)).toBe(pointer));
});

it.each(['', '/model-init'])('a problem under %j > leads to what it is, and to each field of the body', async (prefix) => {
  const { ask } = await startApi();
  const bad = {
    instance_count: 0,
    'a.b': 1,
    create_training_job: { VpcConfig: { Subnets: ['?'], SecurityGroupIds: ['sg-1'] } },
  };
  const refused = await ask<ProblemBody>('POST', `${prefix}/bootstrap?epochs=3`, { json: bad });
  expect(refused.body.errors?.map(({ field, pointer }) => [field, pointer])).toEqual([
    ['epochs', undefined],
    ['instance_count', '#/instance_count'],
    ['create_training_job.VpcConfig.Subnets[0]', '#/create_training_job/VpcConfig/Subnets/0'],
    ['a.b', '#/a.b'],
  ]);
  // What goes with what is for the service to say.
  const unfit = { create_training_job: { EnableManagedSpotTraining: true, StoppingCondition: { MaxWaitTimeInSeconds: 1 } } };
  expect((await ask('POST', `${prefix}/bootstrap`, { json: unfit })).body).toMatchObject({
    errors: [{ pointer: '#/create_training_job/StoppingCondition/MaxWaitTimeInSeconds' }],
  });
  const [, path = '', anchor = ''] = /^(.*)#(\w+)$/.exec(refused.body.type) ?? [];
  const page = await ask('GET', path);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
  expect(page.text).toContain(`<section id="${anchor}">`);
  expect(page.text.match(/<section id=/g)).toHaveLength(problemCodes.length);
});
