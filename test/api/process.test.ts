import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator, type Simulator } from 'sagemaker-simulator';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl, startRedis } from '../../tools/testkit/redis.ts';
import { Pipe, startInto } from '../../tools/testkit/unread.ts';
import { parseMetrics } from './prometheus.ts';
import { requesting } from './request.ts';

const folder = mkdtempSync(join(tmpdir(), 'autodeploy-api-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

async function startSageMaker(): Promise<Simulator> {
  const simulator = await createSimulator();
  onTestFinished(() => simulator.close());
  return simulator;
}

const environment = (sagemakerUrl: string, more: Record<string, string> = {}): Record<string, string> => ({
  PORT: '0',
  REDIS_URL: redisUrl(),
  QUEUE_PREFIX: `{api-${randomUUID()}}`,
  DATABASE_URL: `file:${folder}/${randomUUID()}.db`,
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/SageMakerRole',
  TRAINING_IMAGE: 'registry/train:1',
  MODEL_OUTPUT_S3_URI: 's3://models/out/',
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_SAGEMAKER: sagemakerUrl,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'the-secret-access-key',
  ...more,
});

const startApiProcess = (env: Record<string, string>): Program => startProgram(['src/api/main.ts'], env);

async function listening(program: Program): Promise<string> {
  const { url } = await program.logged(({ msg }) => msg === 'listening');
  return String(url);
}

/** Sends the signal, and returns the exit code and the milliseconds until then. */
async function end(program: Program, signal: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }> {
  const startedAt = performance.now();
  program.signal(signal);
  const { code } = await program.exited;
  return { code, tookMs: performance.now() - startedAt };
}

/** Resolves when a bootstrap that has no response yet has recorded its run. */
const aRunIsRecorded = (url: string): Promise<unknown> =>
  eventually(
    () => requesting(url)<{ items: unknown[] }>('GET', '/training-jobs'),
    ({ body }) => body.items.length === 1,
  );

describe('API process', () => {
  it('logs where it listens, serves, counts its calls, and stops at a signal', async () => {
    const simulator = await startSageMaker();
    const env = environment(simulator.url);
    const program = startApiProcess(env);
    const ask = requesting(await listening(program));
    expect(await ask('POST', '/model-init/bootstrap?auto_deploy=true')).toMatchObject({
      status: 202,
      body: { status: 'training' },
    });
    const { code, tookMs } = await end(program, 'SIGTERM');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(3000);
    for (const line of program.output) expect(JSON.parse(line)).toMatchObject({ service: 'api', level: expect.any(String) });
    expect(program.log.find((line) => line['component'] === 'auto-deploy')).toHaveProperty('training_job_name');

    const next = startApiProcess(env);
    const metrics = parseMetrics((await requesting(await listening(next))('GET', '/metrics')).text);
    expect(metrics.get('autodeploy_sagemaker_calls_total')?.samples).toContainEqual({
      name: 'autodeploy_sagemaker_calls_total',
      labels: { operation: 'CreateTrainingJob', result: 'ok' },
      value: 1,
    });
    expect((await end(next, 'SIGINT')).code).toBe(0);
  });

  it('starts, serves and stops while Redis is unavailable, and is ready when it is back', async () => {
    const simulator = await startSageMaker();
    const port = await freePort();
    const program = startApiProcess(environment(simulator.url, { REDIS_URL: `redis://127.0.0.1:${port}` }));
    const ask = requesting(await listening(program));
    expect((await ask('GET', '/health/ready')).status).toBe(503);
    expect((await ask('POST', '/bootstrap')).status).toBe(202);
    const redis = await startRedis({ port });
    await eventually(
      () => ask('GET', '/health/ready'),
      ({ status }) => status === 200,
    );
    await redis.kill();
    await eventually(
      () => ask('GET', '/health/ready'),
      ({ status }) => status === 503,
    );
    const { code, tookMs } = await end(program, 'SIGTERM');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5000);
  });

  it('finishes the active request before it stops, and accepts no more', async () => {
    const simulator = await startSageMaker();
    const program = startApiProcess(environment(simulator.url));
    const url = await listening(program);
    simulator.addFault({ kind: 'delay', ms: 1500, match: { operation: 'CreateTrainingJob' } });
    const response = requesting(url)('POST', '/bootstrap');
    await aRunIsRecorded(url);
    const ended = end(program, 'SIGTERM');
    await program.logged(({ msg }) => msg === 'stopping');
    await eventually(() => isRefused(url));
    expect(await response).toMatchObject({ status: 202, body: { status: 'training' } });
    expect((await ended).code).toBe(0);
  });

  it('cuts a request that hangs, and still exits with 0', async () => {
    const simulator = await startSageMaker();
    const program = startApiProcess(environment(simulator.url));
    const url = await listening(program);
    simulator.addFault({ kind: 'hang', match: { operation: 'CreateTrainingJob' }, times: 'forever' });
    const response = requesting(url)('POST', '/bootstrap').catch(() => 'cut');
    await aRunIsRecorded(url);
    const { code, tookMs } = await end(program, 'SIGTERM');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    await response;
  });

  it('ends its streams, and the requests that wait for an entry, at once', async () => {
    const simulator = await startSageMaker();
    const program = startApiProcess(environment(simulator.url));
    const url = await listening(program);
    const streams = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/history`, { headers: { accept: 'text/event-stream' } })),
    );
    const bodies = streams.map((stream) => stream.text());
    const waiting = requesting(url)<{ items: unknown[] }>('GET', '/history?wait=25');
    // So that the request has come.
    expect((await requesting(url)('GET', '/history')).status).toBe(200);
    expect((await end(program, 'SIGTERM')).code).toBe(0);
    // What is cut after 5 s has no end.
    for (const body of await Promise.all(bodies)) expect(body).toMatch(/^retry: /);
    expect(await waiting).toMatchObject({ status: 200, body: { items: [] } });
  });

  it('exits at once at a second signal', async () => {
    const simulator = await startSageMaker();
    const program = startApiProcess(environment(simulator.url));
    const url = await listening(program);
    simulator.addFault({ kind: 'hang', match: { operation: 'CreateTrainingJob' }, times: 'forever' });
    const response = requesting(url)('POST', '/bootstrap').catch(() => 'cut');
    await aRunIsRecorded(url);
    program.signal('SIGTERM');
    await program.logged(({ msg }) => msg === 'stopping');
    const { code, tookMs } = await end(program, 'SIGTERM');
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(1000);
    expect(await response).toBe('cut');
  });

  it.each(['is not read', 'is closed'])('serves and stops in time while its log goes into a pipe that %s', async (how) => {
    const simulator = await startSageMaker();
    const pipe = new Pipe();
    const program = startInto(pipe.path, ['src/api/main.ts'], environment(simulator.url, { LOG_LEVEL: 'trace' }));
    const { url } = await eventually(
      () => pipe.readLog().find(({ msg }) => msg === 'listening') ?? { url: '' },
      (line) => line.url !== '',
    );
    if (how === 'is closed') pipe.leave();
    const ask = requesting(String(url));
    // 64 kB are what a pipe holds.
    const long = `/training-jobs/${'x'.repeat(4000)}`;
    for (let count = 0; count < 40; count += 1) expect((await ask('GET', long)).status).toBe(404);
    const startedAt = performance.now();
    expect((await ask('GET', '/health/live')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect((await ask('POST', '/bootstrap')).status).toBe(202);
    const { code, tookMs } = await end(program, 'SIGTERM');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5000);
    expect(program.output).toEqual([]);
  });

  it('exits with 1 and logs the reason when the port is in use', async () => {
    const simulator = await startSageMaker();
    const port = new URL(simulator.url).port;
    const program = startApiProcess(environment(simulator.url, { PORT: port }));
    expect((await program.exited).code).toBe(1);
    expect(program.log.at(-1)).toMatchObject({
      level: 'fatal',
      event: 'process.listen_failed',
      msg: 'cannot listen',
      host: '127.0.0.1',
      port: Number(port),
      reason: expect.stringContaining('EADDRINUSE'),
    });
  });

  it('warns of short API keys, and does not log them', async () => {
    const simulator = await startSageMaker();
    const program = startApiProcess(environment(simulator.url, { API_KEYS: 'a-good-key-0123456789,short-key,k2' }));
    const line = await program.logged(({ msg }) => msg === 'API_KEYS contains short keys');
    expect(line).toMatchObject({ level: 'warn', event: 'auth.short_keys', keys: [2, 3] });
    expect(program.output.join('\n')).not.toMatch(/short-key|"k2"/);
  });

  it('exits with 78 and names the variables that are wrong', async () => {
    const program = startApiProcess({ ...environment('http://127.0.0.1:9'), EXECUTION_ROLE_ARN: '', HOST: '0.0.0.0' });
    expect((await program.exited).code).toBe(78);
    expect(program.output.join('\n')).toMatch(/EXECUTION_ROLE_ARN[\s\S]*HOST/);
  });

  it('exits with 78 without a region, and names all issues at once', async () => {
    const env = { ...environment('foo'), AWS_CONFIG_FILE: '/dev/null' };
    const { AWS_REGION: _, ...without } = environment('http://127.0.0.1:9', { AWS_CONFIG_FILE: '/dev/null', PORT: 'x' });
    const program = startApiProcess(without);
    expect((await program.exited).code).toBe(78);
    expect(program.output).toEqual([
      'PORT holds "x"; it may hold a whole number from 0 to 65535',
      'AWS_REGION is not set, and no AWS profile names a region; it must hold an AWS region, like us-east-1 (AWS_DEFAULT_REGION is not read)',
    ]);
    const misled = startApiProcess(env);
    expect((await misled.exited).code).toBe(78);
    expect(misled.output).toEqual([
      'AWS_ENDPOINT_URL_SAGEMAKER or AWS_ENDPOINT_URL (or the AWS profile\'s endpoint_url) holds "foo"; it may hold http:// or https:// and a host',
    ]);
  });

  it('starts without credentials, and reports it', async () => {
    const simulator = await startSageMaker();
    const nowhere = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' };
    const program = startApiProcess({ ...environment(simulator.url), AWS_ACCESS_KEY_ID: '', ...nowhere });
    const ask = requesting(await listening(program));
    expect((await ask('GET', '/health/ready')).body).toMatchObject({
      detail: "SageMaker: the service's own AWS credentials are missing, or could not be got (CredentialsProviderError)",
    });
    expect((await ask('POST', '/bootstrap')).body).toMatchObject({ status: 503, code: 'sagemaker_unavailable' });
    await end(program, 'SIGTERM');
    expect(program.log.filter(({ msg }) => msg?.startsWith('AWS credentials refused'))).toHaveLength(1);
    expect(simulator.calls()).toEqual([]);
  });
});

it('API process > writes no secret into its log or a response', async () => {
  const simulator = await startSageMaker();
  const keys = ['first-api-key-4711', 'second-api-key-4712'];
  const password = 'p@ss:w0rd-4713';
  const encoded = encodeURIComponent(password);
  const secrets = [...keys, password, encoded, 'the-secret-access-key'];
  const redis = await startRedis();
  await makeRedis(redis.port, [`CONFIG SET requirepass ${password}`]);
  const url = `redis://:${encoded}@127.0.0.1:${redis.port}`;
  const program = startApiProcess(environment(simulator.url, { API_KEYS: keys.join(','), REDIS_URL: url, LOG_LEVEL: 'trace' }));
  const ask = requesting(await listening(program));
  expect((await ask('GET', '/health/ready')).status).toBe(200);
  // From now on the password is wrong, and every connected client has to send it again.
  await makeRedis(redis.port, [`AUTH ${password}`, 'CONFIG SET requirepass other', 'CLIENT KILL TYPE normal SKIPME yes']);
  await eventually(
    () => ask('GET', '/health/ready'),
    ({ status }) => status === 503,
  );
  const responses = [];
  const key = { authorization: `Bearer ${keys[0]}` };
  const ways: Record<string, string>[] = [
    key,
    { 'x-api-key': keys[1] ?? '' },
    { authorization: `Basic ${btoa(`me:${keys[0]}`)}` },
    {},
  ];
  for (const headers of ways) {
    for (const path of [
      '/bootstrap',
      `/training-jobs?api_key=${keys[1]}`,
      '/nothing',
      '/metrics',
      '/health/ready',
      '/admin/queues/api/queues',
    ]) {
      responses.push(await ask(path === '/bootstrap' ? 'POST' : 'GET', path, { headers }));
    }
  }
  responses.push(
    await ask('POST', '/bootstrap', { headers: { ...key, 'idempotency-key': keys[0] ?? '' }, json: { tags: { a: keys[1] } } }),
  );
  responses.push(
    await ask('POST', '/bootstrap', { headers: { ...key, 'content-type': 'application/json' }, raw: `{"${keys[0]}` }),
  );
  simulator.addFault({
    kind: 'error',
    match: { operation: 'CreateTrainingJob' },
    status: 403,
    code: 'Odd',
    message: `odd ${keys[0]}`,
  });
  await ask('POST', '/bootstrap', { headers: key });
  expect(new Set(responses.map(({ status }) => status)).size).toBeGreaterThan(3);
  expect((await end(program, 'SIGTERM')).code).toBe(0);

  const output = program.output.join('\n');
  expect(output).toContain('"msg":"request"');
  for (const secret of secrets) {
    expect(output).not.toContain(secret);
    expect(output).not.toContain(Buffer.from(`me:${secret}`).toString('base64'));
  }
  const reported = responses.map(({ text, headers }) => text + JSON.stringify([...headers])).join('\n');
  for (const secret of secrets.slice(2)) expect(reported).not.toContain(secret);
});

/** Sends commands to Redis as a person would; fails unless all are taken. */
const makeRedis = (port: number, commands: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let responses = '';
    socket.on('data', (data) => (responses += data.toString()));
    socket.once('error', reject);
    socket.once('close', () => {
      const taken = responses.split('\r\n').filter((line) => /^(\+OK|:\d+)$/.test(line)).length;
      if (taken === commands.length + 1) resolve();
      else reject(new Error(`Redis answered ${responses}`));
    });
    socket.write([...commands, 'QUIT', ''].join('\r\n'));
  });

/** Whether no process accepts connections there. */
const isRefused = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
