import { describe, expect, it } from 'vitest';
import { ConfigError, parseApiConfig, parseConfig } from '../../src/config/config.ts';

const valid = {
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/sagemaker',
  TRAINING_IMAGE: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/train:1',
  MODEL_OUTPUT_S3_URI: 's3://bucket/models',
};

const toFieldIssues = (
  env: Record<string, string>,
  parse: (env: Record<string, string>) => unknown = parseApiConfig,
): readonly string[] => {
  try {
    parse({ ...valid, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe('the defaults', () => {
  it('are those of the documents', () => {
    expect(parseApiConfig(valid)).toEqual({
      redisUrl: 'redis://127.0.0.1:6379',
      redisMode: 'single',
      redisSentinel: null,
      databaseUrl: 'file:./data/autodeploy.db',
      databaseLogin: { passwordFile: null, iam: false },
      queuePrefix: '{autodeploy-ml-sentiment}',
      links: { basePath: '/model-init', publicUrl: null, signingKey: expect.any(String) },
      workerConcurrency: 20,
      logLevel: 'info',
      heartbeatFile: null,
      secrets: [],
      proxies: {},
      notifyPrivateAddresses: 'refuse',
      tracing: null,
      api: { host: '127.0.0.1', port: 8006, basePath: '/model-init', publicUrl: null, apiKeys: [] },
      serviceSettings: {
        changeFeed: 'auto',
        projectName: 'ml-sentiment',
        endpointName: 'ml-sentiment-endpoint',
        roleArn: valid.EXECUTION_ROLE_ARN,
        trainingImage: valid.TRAINING_IMAGE,
        servingImage: valid.TRAINING_IMAGE,
        trainingInputS3Uri: null,
        modelOutputS3Uri: valid.MODEL_OUTPUT_S3_URI,
        trainingInstanceType: 'ml.m5.xlarge',
        trainingInstanceCount: 1,
        trainingVolumeGb: 30,
        trainingMaxRuntimeSeconds: 86_400,
        endpointInstanceType: 'ml.m5.large',
        endpointInstanceCount: 1,
        pollIntervalMs: 60_000,
        endpointPollMs: 15_000,
        reconcileIntervalMs: 30_000,
        maxTrainingWaitMs: 172_800_000,
        historyRetentionMs: null,
        delivery: { defaults: { training: {}, model: {}, endpointConfig: {} }, endpoints: {} },
        maxDeploymentWaitMs: 7_200_000,
      },
    });
  });

  it('hold for empty values and white space too', () => {
    expect(parseApiConfig({ ...valid, PORT: '', HOST: ' ', ENDPOINT_NAME: '', API_KEYS: '' })).toEqual(parseApiConfig(valid));
  });

  it('are frozen, all the way down', () => {
    const config = parseApiConfig(valid);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.serviceSettings)).toBe(true);
    expect(Object.isFrozen(config.api.apiKeys)).toBe(true);
  });
});

describe('values', () => {
  it('follow PROJECT_NAME and TRAINING_IMAGE where they are not set themselves', () => {
    const { serviceSettings, queuePrefix } = parseConfig({ ...valid, PROJECT_NAME: 'ranker' });
    expect(queuePrefix).toBe('{autodeploy-ranker}');
    expect(serviceSettings).toMatchObject({
      projectName: 'ranker',
      endpointName: 'ranker-endpoint',
      servingImage: valid.TRAINING_IMAGE,
    });
  });

  it.each([
    ['0.25', 250],
    ['1', 1000],
    ['0.001', 1],
  ])('takes POLL_INTERVAL_SECONDS=%s as %d ms', (text, pollIntervalMs) => {
    expect(parseConfig({ ...valid, POLL_INTERVAL_SECONDS: text }).serviceSettings.pollIntervalMs).toBe(pollIntervalMs);
  });

  it.each([
    ['/', ''],
    ['', ''],
    ['model-init', '/model-init'],
    ['/model-init/', '/model-init'],
    ['//a//b/', '/a/b'],
  ])('normalizes BASE_PATH=%j to %j', (text, basePath) => {
    expect(parseApiConfig({ ...valid, BASE_PATH: text }).api.basePath).toBe(basePath);
  });

  it('takes PUBLIC_URL with the base path, which it need not have', () => {
    for (const url of ['https://ml.example.com/model-init', 'http://10.0.0.1:8080'])
      expect(parseApiConfig({ ...valid, PUBLIC_URL: url }).api.publicUrl).toBe(url);
  });

  it('keeps several API keys', () => {
    const { apiKeys } = parseApiConfig({ ...valid, API_KEYS: 'first, two=2', HOST: '0.0.0.0' }).api;
    expect(apiKeys.map(({ key }) => key)).toEqual(['first', 'two=2']);
  });

  it('lists every secret, so that logs can leave them out', () => {
    const env = { ...valid, API_KEYS: 'one,two', REDIS_URL: 'rediss://user:p%40ss@redis.internal:6380/2' };
    const { secrets, links } = parseApiConfig(env);
    expect(secrets).toEqual(['p%40ss', 'p@ss', 'one', 'two', links.signingKey]);
  });
});

describe('a bad environment', () => {
  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '0x10'],
    ['PORT', '80.5'],
    ['HOST', 'a host'],
    ['BASE_PATH', '/a/../b'],
    ['BASE_PATH', '/:name'],
    ['BASE_PATH', `${'a'.repeat(60)}!`],
    ['API_KEYS', 'k'],
    ['API_KEYS', 'long-enough-0123456789,k'],
    ['API_KEYS', 'k'.repeat(513)],
    ['PUBLIC_URL', 'ml.example.com'],
    ['PUBLIC_URL', 'ftp://ml.example.com'],
    ['PUBLIC_URL', 'https://ml.example.com/?key=1'],
    ['PUBLIC_URL', 'https://me:secret@ml.example.com'],
    ['REDIS_URL', 'http://redis'],
    ['REDIS_URL', 'redis://'],
    ['REDIS_URL', 'redis://host/name'],
    ['REDIS_URL', 'redis://:100%@host'],
    ['DATABASE_URL', 'postgres://db/autodeploy'],
    ['DATABASE_URL', 'file:'],
    ['DATABASE_URL', 'file::memory:'],
    ['DATABASE_URL', 'file:./data/'],
    ['DATABASE_URL', './data/autodeploy.db'],
    ['PROJECT_NAME', 'with_underscore'],
    ['PROJECT_NAME', '-leading'],
    ['PROJECT_NAME', 'a'.repeat(32)],
    ['ENDPOINT_NAME', 'a'.repeat(64)],
    ['EXECUTION_ROLE_ARN', 'arn:aws:iam::1234:role/x'],
    ['TRAINING_IMAGE', 'an image'],
    ['TRAINING_IMAGE', 'a'.repeat(256)],
    ['TRAINING_INPUT_S3_URI', 'bucket/prefix'],
    ['MODEL_OUTPUT_S3_URI', 's3://'],
    ['TRAINING_INSTANCE_TYPE', 'm5.large'],
    ['TRAINING_INSTANCE_COUNT', '0'],
    ['TRAINING_MAX_RUNTIME_SECONDS', '2419201'],
    ['POLL_INTERVAL_SECONDS', '0'],
    ['POLL_INTERVAL_SECONDS', 'NaN'],
    ['POLL_INTERVAL_SECONDS', '1e3'],
    ['CHANGE_FEED', 'on'],
    ['POLL_INTERVAL_SECONDS', '-5'],
    ['WORKER_CONCURRENCY', 'many'],
    ['LOG_LEVEL', 'loud'],
    ['LINK_SIGNING_KEY', 'short'],
    ['NOTIFY_PRIVATE_ADDRESSES', 'yes'],
    ['QUEUE_PREFIX', 'a b'],
  ])('is refused: %s=%s', (name, value) => {
    const [fault, ...others] = toFieldIssues({ [name]: value });
    expect(others).toEqual([]);
    expect(fault).toMatch(new RegExp(`^${name} holds .+; it may hold .+`));
  });

  it('says what a variable holds and may hold', () => {
    expect(toFieldIssues({ PORT: 'eighty' })).toEqual(['PORT holds "eighty"; it may hold a whole number from 0 to 65535']);
  });

  it('names every fault at once, those of the API and those of the shared part', () => {
    const names = toFieldIssues({ PORT: 'x', LOG_LEVEL: 'x', TRAINING_IMAGE: '', HOST: '0.0.0.0' }).map(
      (fault) => fault.split(' ')[0],
    );
    expect(names).toEqual(['LOG_LEVEL', 'TRAINING_IMAGE', 'PORT', 'HOST']);
  });

  it('says what is missing', () => {
    const missing = toFieldIssues({ EXECUTION_ROLE_ARN: '', TRAINING_IMAGE: '', MODEL_OUTPUT_S3_URI: '' });
    expect(missing).toHaveLength(3);
    expect(missing[0]).toMatch(/^EXECUTION_ROLE_ARN is not set; it must hold /);
  });

  it('never shows a secret', () => {
    const faults = toFieldIssues({
      API_KEYS: 'hunter2,',
      REDIS_URL: 'http://user:hunter2@redis',
      DATABASE_URL: 'postgres://user:hunter2@db:5432/x/y?password=hunter2',
    });
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).not.toContain('hunter2');
    expect(faults.join('\n')).toContain('postgres://***@db:5432/x');
    expect(toFieldIssues({ REDIS_URL: 'redis://:hunter2' }).join()).not.toContain('hunter2');
    expect(toFieldIssues({ REDIS_URL: 'redis://:hun@ter2@' }).join()).not.toContain('ter2');
  });
});

describe('HISTORY_RETENTION_DAYS', () => {
  it('is at least MAX_TRAINING_WAIT_SECONDS and two days', () => {
    const days = (value: string, seconds = '172800') =>
      parseConfig({ ...valid, HISTORY_RETENTION_DAYS: value, MAX_TRAINING_WAIT_SECONDS: seconds });
    expect(days('4').serviceSettings.historyRetentionMs).toBe(4 * 86_400_000);
    expect(() => days('3')).toThrow('HISTORY_RETENTION_DAYS holds 3; with this MAX_TRAINING_WAIT_SECONDS it may hold 4 and more');
    expect(() => days('5', String(4 * 86_400))).toThrow('it may hold 6 and more');
    expect(() => days('0')).toThrow('HISTORY_RETENTION_DAYS');
    expect(() => days('7', 'soon')).toThrow('MAX_TRAINING_WAIT_SECONDS');
  });
});

describe('without API_KEYS', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('the API may listen on %s', (HOST) => {
    expect(toFieldIssues({ HOST })).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.5', 'example.com', '127.0.0.1.example.com'])('the API may not listen on %s', (HOST) => {
    expect(toFieldIssues({ HOST })).toEqual([
      expect.stringMatching(/^HOST holds .*; without API_KEYS it may hold only a loopback address/),
    ]);
    expect(toFieldIssues({ HOST, API_KEYS: 'a-key' })).toEqual([]);
    expect(toFieldIssues({ HOST, API_KEYS: 'a-key,abc' })).toEqual([
      'API_KEYS holds a key of fewer than 4 characters; where HOST is no loopback address each may have 4 and more',
    ]);
  });

  it('a worker starts all the same: it does not listen', () => {
    expect(toFieldIssues({ HOST: '0.0.0.0', PORT: 'x' }, parseConfig)).toEqual([]);
  });
});

describe('proxies', () => {
  it('are those of the environment, the lower-case names first, an empty one taking the other away', () => {
    expect(parseConfig({ ...valid, HTTPS_PROXY: 'http://one:1', https_proxy: 'http://two:2' }).proxies).toEqual({
      HTTPS_PROXY: 'http://two:2/',
    });
    expect(parseConfig({ ...valid, HTTPS_PROXY: 'http://one:1', https_proxy: '' }).proxies).toEqual({});
    expect(parseConfig({ ...valid, ALL_PROXY: 'http://one:1', NO_PROXY: 'a.test' }).proxies).toEqual({});
  });

  it.each([
    ['proxy.corp:3128', 'http://proxy.corp:3128/'],
    ['//proxy.corp', 'http://proxy.corp/'],
    ['https://proxy.corp', 'https://proxy.corp/'],
    [' http://10.0.0.1:3128 ', 'http://10.0.0.1:3128/'],
  ])('may be written as %j', (value, address) => {
    expect(parseConfig({ ...valid, HTTP_PROXY: value }).proxies).toEqual({ HTTP_PROXY: address });
  });

  it('have a password that is a secret, in all forms', () => {
    const { secrets } = parseConfig({ ...valid, HTTPS_PROXY: 'http://user:p%40ss@proxy:1' });
    expect(secrets).toEqual(['p%40ss', 'p@ss', btoa('user:p@ss')]);
  });

  it.each(['socks5://user:secret@proxy:1', 'http://user:secret%zz@proxy:1', 'user:secret@:80:80'])(
    '%s is a fault that shows no password',
    (value) => {
      const [fault, ...more] = toFieldIssues({ HTTPS_PROXY: value });
      expect(more).toEqual([]);
      expect(fault).toMatch(/^HTTPS_PROXY holds ".*\*\*\*@.*"; it may hold http:\/\/ or https:\/\/, then/);
      expect(fault).not.toContain('secret');
    },
  );
});
