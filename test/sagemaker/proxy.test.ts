import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, test, vi } from 'vitest';
import { readProxies } from '../../src/config/proxies.ts';
import { createSageMaker } from '../../src/sagemaker/sagemaker.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { type Proxy, startProxy } from '../../tools/testkit/proxy.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { requesting } from '../api/request.ts';
import { newPrefix } from '../queue/harness.ts';
import { connect, failure, job } from './harness.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };

/** A client whose calls go as the environment says. */
function through(env: Record<string, string>, client: { endpoint?: string; credentials?: typeof credentials } = { credentials }) {
  const { proxies, faults } = readProxies(env);
  expect(faults).toEqual([]);
  const sagemaker = createSageMaker({
    random: () => 0,
    client: { region: 'us-east-1', ...client, proxies },
    limits: { connectMs: 300 },
  });
  onTestFinished(() => sagemaker.close());
  return sagemaker;
}

const whatOf = ({ requested }: Proxy): string[] => requested.map(({ what }) => what);

describe('an address without TLS', () => {
  it('is asked through HTTP_PROXY, over connections that are kept', async () => {
    const { simulator } = await connect();
    const proxy = await startProxy();
    const sagemaker = through(
      { http_proxy: proxy.url, HTTPS_PROXY: 'http://127.0.0.1:9' },
      { endpoint: simulator.url, credentials },
    );
    for (const name of ['one', 'two', 'three']) await sagemaker.createTrainingJob(job(name));
    expect(simulator.calls({ operation: 'CreateTrainingJob' }).map(({ code }) => code)).toEqual(['OK', 'OK', 'OK']);
    expect(whatOf(proxy)).toEqual(Array.from({ length: 3 }, () => `POST ${simulator.url}/`));
    expect(proxy.connections()).toBe(1);
  });

  it('that NO_PROXY names is asked without', async () => {
    const { simulator } = await connect();
    const env = { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'other.example, 127.0.0.1' };
    await through(env, { endpoint: simulator.url, credentials }).createTrainingJob(job('one'));
    expect(simulator.calls()).toHaveLength(1);
  });
});

/** By Python's urllib, which the AWS CLI asks (`urllib.request.proxy_bypass_environment`). */
describe('NO_PROXY', () => {
  const host = 'api.sagemaker.us-east-1.amazonaws.test';
  it.each([
    ['', false],
    ['*', true],
    ['*,other.test', false],
    [host, true],
    [host.toUpperCase(), true],
    ['amazonaws.test', true],
    ['.amazonaws.test', true],
    [' localhost , us-east-1.amazonaws.test ', true],
    ['test', true],
    ['onaws.test', false],
    ['sagemaker', false],
    [`${host}:8080`, true],
    [`${host}:8081`, false],
    ['10.0.0.0/8', false],
  ])('%j: asked without a proxy: %s', async (noProxy, isDirect) => {
    const proxy = await startProxy({ status: 400 });
    const sagemaker = through({ HTTP_PROXY: proxy.url, no_proxy: noProxy }, { endpoint: `http://${host}:8080`, credentials });
    // There is no such host: a request without the proxy fails.
    await failure(sagemaker.describeModel('m', { maxWaitMs: 1000 }));
    expect(proxy.requested).toHaveLength(isDirect ? 0 : 1);
  });
});

describe('a proxy', () => {
  it.each([407, 403, 502, 503])('that makes no tunnel (%i) is transient, without an effect', async (status) => {
    const proxy = await startProxy({ tunnel: () => ({ status }) });
    const sagemaker = through({ HTTPS_PROXY: proxy.url });
    expect(await failure(sagemaker.createTrainingJob(job('one')))).toMatchObject({
      kind: 'unavailable',
      effect: 'none',
      code: 'ERR_PROXY_TUNNEL',
    });
    expect(whatOf(proxy)).toEqual(['CONNECT api.sagemaker.us-east-1.amazonaws.com:443']);
  });

  it('that does not answer is given up on, and nothing was done', async () => {
    const proxy = await startProxy({ tunnel: () => 'hang' });
    const call = through({ HTTPS_PROXY: proxy.url }).createTrainingJob(job('one'), { maxWaitMs: 2000 });
    expect(await failure(call)).toMatchObject({ kind: 'unavailable', effect: 'none' });
  });

  it('that is unavailable is transient, without an effect', async () => {
    const sagemaker = through({ https_proxy: `127.0.0.1:${await freePort()}` });
    expect(await failure(sagemaker.createTrainingJob(job('one'), { maxWaitMs: 2000 }))).toMatchObject({
      kind: 'unavailable',
      effect: 'none',
      code: 'ECONNREFUSED',
    });
  });
});

describe('credentials', () => {
  /** A home with these files, and nothing else where the SDK looks. */
  function home(files: Record<string, string>): void {
    const folder = mkdtempSync(join(tmpdir(), 'autodeploy-home-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    vi.stubEnv('HOME', folder);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, '.aws/config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, '.aws/credentials'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    });
  }

  it('of a role come through the proxy', async () => {
    home({
      '.aws/config': '[profile role]\nrole_arn = arn:aws:iam::123456789012:role/ml\nsource_profile = key\nregion = us-east-1\n',
      '.aws/credentials': '[key]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = none\n',
    });
    vi.stubEnv('AWS_PROFILE', 'role');
    const proxy = await startProxy();
    expect(await failure(through({ HTTPS_PROXY: proxy.url }, {}).describeModel('m'))).toMatchObject({ kind: 'unauthenticated' });
    expect(new Set(whatOf(proxy))).toEqual(new Set(['CONNECT sts.us-east-1.amazonaws.com:443']));
  });

  it('of IAM Identity Center come through the proxy', async () => {
    const session = createHash('sha1').update('work').digest('hex');
    home({
      '.aws/config':
        '[profile sso]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = ml\nregion = us-east-1\n[sso-session work]\nsso_region = us-east-1\nsso_start_url = https://work.awsapps.com/start\n',
      [`.aws/sso/cache/${session}.json`]: JSON.stringify({
        accessToken: 'token',
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    });
    vi.stubEnv('AWS_PROFILE', 'sso');
    const proxy = await startProxy();
    expect(await failure(through({ HTTPS_PROXY: proxy.url }, {}).describeModel('m'))).toMatchObject({ kind: 'unauthenticated' });
    expect(new Set(whatOf(proxy))).toEqual(new Set(['CONNECT portal.sso.us-east-1.amazonaws.com:443']));
  });
});

test('an API reaches SageMaker through an encrypted tunnel of a proxy, whose password no log has', async () => {
  const { simulator } = await connect();
  const tls = (name: string): string => join('test/fixtures/tls', `${name}.pem`);
  const sagemaker = createServer(
    { key: readFileSync(tls('key')), cert: readFileSync(tls('certificate')) },
    (request, response) => {
      const onward = send(simulator.url, { method: request.method, headers: request.headers }, (upstream) => {
        response.writeHead(upstream.statusCode ?? 502, upstream.headers);
        upstream.pipe(response);
      });
      request.pipe(onward);
    },
  );
  await once(sagemaker.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => sagemaker.close().closeAllConnections());
  const proxy = await startProxy({ tunnel: () => ({ port: (sagemaker.address() as AddressInfo).port }) });
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-proxy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const password = 'proxy/p@ss-4725';
  const program = startProgram(['src/api/main.ts'], {
    PORT: '0',
    LOG_LEVEL: 'trace',
    REDIS_URL: redisUrl(),
    QUEUE_PREFIX: newPrefix(),
    DATABASE_URL: `file:${folder}/autodeploy.db`,
    EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/SageMakerRole',
    TRAINING_IMAGE: 'registry/train:1',
    MODEL_OUTPUT_S3_URI: 's3://models/out/',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
    HTTPS_PROXY: proxy.url.replace('//', `//user:${encodeURIComponent(password)}@`),
    NO_PROXY: 'localhost,169.254.169.254',
    NODE_EXTRA_CA_CERTS: tls('certificate'),
  });
  const { url } = await program.logged(({ msg }) => msg === 'listening');
  expect((await requesting(String(url))('POST', '/bootstrap')).status).toBe(202);
  expect(simulator.calls({ operation: 'CreateTrainingJob' })).toHaveLength(1);
  const reported = Buffer.from(`user:${password}`).toString('base64');
  expect(proxy.requested.length).toBeGreaterThan(0);
  for (const { what, authorization } of proxy.requested) {
    expect([what, authorization]).toEqual(['CONNECT api.sagemaker.us-east-1.amazonaws.com:443', `Basic ${reported}`]);
  }
  await program.stop();
  for (const secret of [password, encodeURIComponent(password), reported])
    expect(program.output.join('\n')).not.toContain(secret);
});
