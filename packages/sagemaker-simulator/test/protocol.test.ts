import * as scalingSdk from '@aws-sdk/client-application-auto-scaling';
import * as sdk from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { autoscalingOperations, sagemakerOperations } from '../src/operations.ts';
import { arn, createClient, image, role, startSimulator, training } from './harness.ts';

const signature = 'AWS4-HMAC-SHA256 Credential=AKID/20261124/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=00';

async function post(
  url: string,
  operation: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `SageMaker.${operation}`,
      authorization: signature,
      ...headers,
    },
    body,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

test('every operation is one that the SDK has', () => {
  for (const operation of sagemakerOperations) expect(sdk).toHaveProperty(`${operation}Command`);
  for (const operation of autoscalingOperations) expect(scalingSdk).toHaveProperty(`${operation}Command`);
});

test('every answer carries a request id of its own, in AWS JSON 1.1', async () => {
  const { simulator } = await startSimulator();
  const first = await post(simulator.url, 'ListEndpoints', '{}');
  const second = await post(simulator.url, 'DescribeEndpoint', '{"EndpointName":"none"}');
  expect([first.status, second.status]).toEqual([200, 400]);
  for (const { headers } of [first, second]) expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
  const ids = [first, second].map(({ headers }) => headers.get('x-amzn-requestid'));
  expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(ids[0]).not.toBe(ids[1]);
  expect(simulator.calls().map(({ requestId }) => requestId)).toEqual(ids);
});

test.each([
  ['an operation that SageMaker does not have', 'MakeCoffee', {}, { __type: 'UnknownOperationException' }],
  ['another content type', 'ListEndpoints', { 'content-type': 'application/json' }, { __type: 'UnknownOperationException' }],
  [
    'another service',
    'ListEndpoints',
    { 'x-amz-target': 'DynamoDB_20120810.ListTables' },
    { __type: 'UnknownOperationException' },
  ],
  [
    'no signature',
    'ListEndpoints',
    { authorization: '' },
    { __type: 'MissingAuthenticationTokenException', message: 'Request is missing Authentication Token' },
  ],
  [
    'half a signature',
    'ListEndpoints',
    { authorization: 'AWS4-HMAC-SHA256 Credential=AKID' },
    { __type: 'IncompleteSignatureException' },
  ],
])('%s is refused', async (_case, operation, headers, error) => {
  const { simulator } = await startSimulator();
  const { status, text } = await post(simulator.url, operation, '{}', headers);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject(error);
});

test.each([
  ['no JSON', '{', ''],
  ['a number for a string', '{"EndpointName":1}', 'NUMBER_VALUE can not be converted to a String'],
  ['a list for a string', '{"EndpointName":["a"]}', 'Start of list found where not expected.'],
  ['a list for the whole', '[]', 'Start of list found where not expected'],
])('a body with %s can not be read', async (_case, body, message) => {
  const { simulator } = await startSimulator();
  const { status, text } = await post(simulator.url, 'DescribeEndpoint', body);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toEqual({ __type: 'SerializationException', ...(message === '' ? {} : { message }) });
});

test('a modeled exception has its text in Message, a common error in message', async () => {
  const { simulator, sagemaker } = await startSimulator();
  await sagemaker.createTrainingJob(training('twice'));
  const modeled = await post(simulator.url, 'CreateTrainingJob', JSON.stringify(training('twice')));
  expect(Object.keys(JSON.parse(modeled.text))).toEqual(['__type', 'Message']);
  const common = await post(simulator.url, 'DescribeTrainingJob', '{"TrainingJobName":"none"}');
  expect(Object.keys(JSON.parse(common.text))).toEqual(['__type', 'message']);
});

test('Application Auto Scaling has a target and a scope of its own, and its exceptions are modeled', async () => {
  const { simulator } = await startSimulator();
  const target = { 'x-amz-target': 'AnyScaleFrontendService.DescribeScalableTargets' };
  const authorization = signature.replace('/sagemaker/', '/application-autoscaling/');
  const own = await post(simulator.url, '', '{}', { ...target, authorization });
  expect([own.status, Object.keys(JSON.parse(own.text))]).toEqual([400, ['__type', 'Message']]);
  const foreign = await post(simulator.url, '', '{}', target);
  expect(JSON.parse(foreign.text)).toMatchObject({ __type: 'IncompleteSignatureException' });
  const mixed = await post(simulator.url, 'DescribeScalableTargets', '{}');
  expect(JSON.parse(mixed.text)).toEqual({ __type: 'UnknownOperationException' });
  expect(simulator.calls().map(({ operation }) => operation)).toEqual(Array.from({ length: 3 }, () => 'DescribeScalableTargets'));
});

test('a member that is null counts as left out', async () => {
  const { simulator } = await startSimulator();
  const { status, text } = await post(simulator.url, 'DescribeEndpoint', '{"EndpointName":null}');
  expect([status, JSON.parse(text)]).toEqual([
    400,
    {
      __type: 'ValidationException',
      message: "1 validation error detected: Value null at 'endpointName' failed to satisfy constraint: Member must not be null",
    },
  ]);
});

test('a member that the API model has not is ignored, at any depth', async () => {
  const { simulator } = await startSimulator();
  const PrimaryContainer = { Image: image, Environment: { A: 'b' } };
  const request = { ModelName: 'm', ExecutionRoleArn: role, PrimaryContainer };
  const newer = { ...request, Newer: 1, PrimaryContainer: { ...PrimaryContainer, Newest: [1] } };
  expect((await post(simulator.url, 'CreateModel', JSON.stringify(newer))).status).toBe(200);
  const { text } = await post(simulator.url, 'DescribeModel', '{"ModelName":"m"}');
  expect(JSON.parse(text)).toEqual({
    ...request,
    PrimaryContainer: { ...PrimaryContainer, Mode: 'SingleModel' },
    EnableNetworkIsolation: false,
    ModelArn: arn('model/m'),
    CreationTime: expect.any(Number),
  });
});

test('an operation without output answers with an empty body', async () => {
  const { simulator, sagemaker } = await startSimulator();
  await sagemaker.createTrainingJob(training('job'));
  const { status, text, headers } = await post(simulator.url, 'StopTrainingJob', '{"TrainingJobName":"job"}');
  expect([status, text, headers.get('content-length')]).toEqual([200, '', '0']);
});

test('ARNs are of the region that the request was signed for, with the name in lower case', async () => {
  const { simulator } = await startSimulator({ accountId: '111122223333' });
  const china = createClient(simulator.url, { region: 'cn-north-1' });
  expect((await china.createTrainingJob(training('My-Job'))).TrainingJobArn).toBe(
    'arn:aws-cn:sagemaker:cn-north-1:111122223333:training-job/my-job',
  );
});

test('a body of more than 4 MB is not read', async () => {
  const { simulator } = await startSimulator();
  expect((await post(simulator.url, 'ListEndpoints', ' '.repeat(5 * 1024 * 1024))).status).toBe(413);
});

test('a web page can neither call nor steer it', async () => {
  const { simulator } = await startSimulator();
  for (const origin of ['null', 'https://evil.example', simulator.url]) {
    const ask = (path: string) => fetch(`${simulator.url}${path}`, { method: 'POST', headers: { origin } });
    expect((await ask('/_control/reset')).status).toBe(403);
    expect((await ask('/')).status).toBe(403);
  }
});
