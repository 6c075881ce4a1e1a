import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { createSageMaker, type SageMakerOptions } from '../../src/sagemaker/sagemaker.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { connect, failure, job, sagemakerAt } from './harness.ts';

const expired = { kind: 'error', status: 400, code: 'ExpiredTokenException', message: 'expired', times: 'forever' } as const;
const isExpired = "the service's own AWS credentials are expired (ExpiredTokenException)";

/** A client of a simulator, with a clock of its own, and what it logs. */
async function watch(options: SageMakerOptions = {}) {
  const { simulator } = await connect();
  const clock = { ms: 0 };
  const lines: { level: string; msg: string }[] = [];
  const log = createLogger({ logLevel: 'info', secrets: [] }, 'api', {
    write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]),
  });
  const sagemaker = sagemakerAt(simulator.url, { log, endpointName: 'live', uptimeMs: () => clock.ms, ...options });
  const probes = (): number => simulator.calls({ operation: 'DescribeEndpoint' }).length;
  const check = (): Promise<string> =>
    sagemaker.checkCredentials().then(
      () => 'ok',
      (error: Error) => error.message,
    );
  return { simulator, clock, sagemaker, probes, check, logged: () => lines.map(({ level, msg }) => `${level}: ${msg}`) };
}

const broken = 'error: AWS credentials refused';
const restored = 'info: AWS credentials accepted again';

test('SageMaker is asked once, and then not again while all is well', async () => {
  const { check, probes, clock, logged } = await watch();
  for (let minute = 0; minute < 5; minute += 1) {
    expect(await check()).toBe('ok');
    clock.ms += 60_000;
  }
  expect(probes()).toBe(1);
  expect(logged()).toEqual([]);
});

test('credentials that are refused from the start are noticed by the first check', async () => {
  const { simulator, check, logged } = await watch();
  simulator.addFault(expired);
  expect(await check()).toBe(isExpired);
  expect(logged()).toEqual([broken]);
});

test('after a refusal, the check fails until a call is answered again; it has one made every 10 s at most', async () => {
  const { simulator, sagemaker, check, probes, clock, logged } = await watch();
  expect(await check()).toBe('ok');
  simulator.addFault(expired);
  expect(await failure(sagemaker.createTrainingJob(job('job')))).toMatchObject({ kind: 'unauthenticated' });
  expect(sagemaker.credentialsProblem()).toBe(isExpired);
  for (let second = 0; second < 10; second += 1) {
    expect(await check()).toBe(isExpired);
    clock.ms += 1000;
  }
  expect(probes()).toBe(1);
  await check();
  await eventually(() => probes() === 2);
  expect(await check()).toBe(isExpired);

  simulator.clearFaults();
  clock.ms += 9_999;
  expect(await check()).toBe(isExpired);
  clock.ms += 1;
  await eventually(check, (response) => response === 'ok');
  expect(probes()).toBe(3);
  expect(sagemaker.credentialsProblem()).toBeNull();
  expect(logged()).toEqual([broken, restored]);
});

test.each([
  ['a refusal of the permission', { status: 400, code: 'AccessDeniedException' }],
  ['an operation that it does not have', { status: 404, code: 'UnknownOperationException' }],
  ['an error of its own', { status: 500, code: 'InternalFailure' }],
  ['a throttle', { status: 400, code: 'ThrottlingException' }],
])('any other answer says that they are good: %s', async (_, response) => {
  const { simulator, sagemaker, check, clock } = await watch();
  simulator.addFault({ ...expired, match: { operation: 'DescribeModel' } });
  await failure(sagemaker.describeModel('m'));
  simulator.addFault({ kind: 'error', ...response, match: { operation: 'DescribeEndpoint' }, times: 'forever' });
  clock.ms += 10_000;
  expect(await eventually(check, (said) => said === 'ok')).toBe('ok');
});

test('an unavailable SageMaker says nothing about them, and is asked every 10 s until it responds', async () => {
  const { simulator, check, probes, clock } = await watch();
  simulator.addFault({ kind: 'lose_request', times: 'forever' });
  expect(await check()).toBe('ok');
  const first = probes();
  expect(await check()).toBe('ok');
  expect(probes()).toBe(first);
  clock.ms += 10_000;
  await check();
  await eventually(() => probes() > first);
});

test('missing credentials fail the check and are said once; they may come later', async () => {
  let isThere = false;
  const { simulator } = await connect();
  const credentials = async () => {
    if (!isThere) throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    return { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };
  };
  const { check, clock, logged, sagemaker } = await watch({
    client: { endpoint: simulator.url, region: 'us-east-1', credentials },
  });
  const isMissing = "the service's own AWS credentials are missing, or could not be got (CredentialsProviderError)";
  await sagemaker.findCredentials();
  expect(logged()).toEqual([broken]);
  expect([await check(), await check()]).toEqual([isMissing, isMissing]);
  isThere = true;
  clock.ms += 10_000;
  await eventually(check, (response) => response === 'ok');
  expect(logged()).toEqual([broken, restored]);
});

test("AWS's files are read again once their credentials are refused", async () => {
  const signers: unknown[] = [];
  const server = createServer(({ headers }, response) => {
    const signer = /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1];
    signers.push(signer);
    response.writeHead(400).end(JSON.stringify({ __type: signer === 'AKIDOLD' ? expired.code : 'ValidationException' }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-aws-'));
  const file = join(folder, 'credentials');
  const write = (keyId: string): void =>
    writeFileSync(file, `[default]\naws_access_key_id = ${keyId}\naws_secret_access_key = none\n`);
  write('AKIDOLD');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  let atMs = 0;
  const sagemaker = createSageMaker({ client: { endpoint, region: 'us-east-1' }, uptimeMs: () => atMs });
  onTestFinished(() => {
    server.close();
    sagemaker.close();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  await failure(sagemaker.describeModel('m'));
  write('AKIDNEW');
  atMs += 10_000;
  await eventually(
    () =>
      sagemaker.checkCredentials().then(
        () => 'ok',
        () => 'not yet',
      ),
    (response) => response === 'ok',
  );
  expect(signers).toEqual(['AKIDOLD', 'AKIDNEW']);
});
