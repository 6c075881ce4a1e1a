import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config/config.ts';
import { parseAddress, splitAddresses } from '../../src/core/redis-place.ts';

const valid = {
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/sagemaker',
  TRAINING_IMAGE: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/train:1',
  MODEL_OUTPUT_S3_URI: 's3://bucket/models',
};

function toFieldIssues(env: Record<string, string | undefined>): readonly string[] {
  try {
    parseConfig({ ...valid, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

const cluster = { REDIS_MODE: 'cluster', REDIS_URL: 'redis://a:7000,redis://b:7000' };
const sentinel = { REDIS_MODE: 'sentinel', REDIS_URL: 'redis://a, redis://b,redis://c', REDIS_SENTINEL_NAME: 'mymaster' };

describe('REDIS_MODE', () => {
  it('is single by default, and takes several addresses otherwise', () => {
    expect(parseConfig(valid)).toMatchObject({ redisMode: 'single', redisSentinel: null });
    expect(parseConfig({ ...valid, ...cluster })).toMatchObject({ redisMode: 'cluster', redisUrl: cluster.REDIS_URL });
    expect(
      parseConfig({ ...valid, ...sentinel, REDIS_SENTINEL_USERNAME: 'me', REDIS_SENTINEL_PASSWORD: 'secret' }),
    ).toMatchObject({
      redisMode: 'sentinel',
      redisUrl: sentinel.REDIS_URL,
      redisSentinel: { masterName: 'mymaster', username: 'me', password: 'secret' },
    });
  });

  it('takes one address, IPv6 and TLS, with credentials in one address or in each', () => {
    for (const REDIS_URL of [
      'rediss://clustercfg.x.cache.amazonaws.com:6379',
      'rediss://u:p@[::1]:7000,rediss://b/0',
      'redis://u:p@a,redis://u:p@b',
      'redis://a,redis://:p@b',
    ]) {
      expect(toFieldIssues({ REDIS_MODE: 'cluster', REDIS_URL })).toEqual([]);
    }
    expect(toFieldIssues({ ...sentinel, REDIS_URL: 'redis://a/3,redis://b' })).toEqual([]);
  });

  it('takes addresses that leave out what the first one has', () => {
    const { redisUrl, secrets } = parseConfig({ ...valid, ...sentinel, REDIS_URL: 'rediss://u:p,w@a:1, b:2,[::1]:3/4' });
    expect(splitAddresses(redisUrl).map(parseAddress)).toEqual([
      { host: 'a', port: 1, tls: true, username: 'u', password: 'p,w', database: null },
      { host: 'b', port: 2, tls: true, username: 'u', password: 'p,w', database: null },
      { host: '::1', port: 3, tls: true, username: 'u', password: 'p,w', database: 4 },
    ]);
    expect(secrets).toEqual(['p,w']);
  });

  it('leaves a comma in a password alone', () => {
    expect(parseConfig({ ...valid, REDIS_URL: 'redis://:a,b@host' })).toMatchObject({ secrets: ['a,b'], redisMode: 'single' });
  });

  it.each([
    [
      'several addresses',
      { REDIS_URL: cluster.REDIS_URL },
      /^REDIS_URL holds 2 addresses; where REDIS_MODE is single it may hold one/,
    ],
    ['an unknown mode', { REDIS_MODE: 'replica' }, /^REDIS_MODE holds "replica"; it may hold one of single, cluster, sentinel$/],
    ['addresses without a scheme', { ...cluster, REDIS_URL: 'a:7000,b:7000' }, /^REDIS_URL holds .*; it may hold redis:\/\/ or/],
    ['a comma at the end', { ...cluster, REDIS_URL: 'redis://a:7000,' }, /^REDIS_URL holds .*; it may hold redis:\/\/ or/],
    [
      'TLS for some',
      { ...cluster, REDIS_URL: 'redis://a,rediss://b' },
      /^REDIS_URL holds redis:\/\/ and rediss:\/\/ addresses; it may/,
    ],
    [
      'two users',
      { ...cluster, REDIS_URL: 'redis://u:p@a,redis://v:p@b' },
      /^REDIS_URL holds addresses with different users; it may/,
    ],
    [
      'two passwords',
      { ...cluster, REDIS_URL: 'redis://:hunter2@a,redis://:hunter3@b' },
      /^REDIS_URL holds .* different passwords; it may/,
    ],
    [
      'a database of a cluster',
      { ...cluster, REDIS_URL: 'redis://a/1' },
      /^REDIS_URL holds the database 1; where REDIS_MODE is cluster/,
    ],
    [
      'two databases',
      { ...sentinel, REDIS_URL: 'redis://a/1,redis://b/2' },
      /^REDIS_URL holds .* different database numbers; it may/,
    ],
    [
      'no braces in a cluster',
      { ...cluster, QUEUE_PREFIX: 'a{}b' },
      /^QUEUE_PREFIX holds "a\{\}b"; where REDIS_MODE is cluster it may/,
    ],
    [
      'no name of the master',
      { ...sentinel, REDIS_SENTINEL_NAME: '' },
      /^REDIS_SENTINEL_NAME is not set; where REDIS_MODE is sentinel it/,
    ],
    [
      'a name without sentinels',
      { REDIS_SENTINEL_NAME: 'm' },
      /^REDIS_SENTINEL_NAME holds "m"; it may be set only where REDIS_MODE is/,
    ],
    [
      'a password without sentinels',
      { ...cluster, REDIS_SENTINEL_PASSWORD: 'hunter2' },
      /^REDIS_SENTINEL_PASSWORD holds a value that is not shown; it may be set only where REDIS_MODE is sentinel$/,
    ],
    ['a user without a password', { ...sentinel, REDIS_SENTINEL_USERNAME: 'me' }, /^REDIS_SENTINEL_PASSWORD is not set; beside/],
  ])('refuses %s, in one line', (_what, env, says) => {
    const faults = toFieldIssues(env);
    expect(faults).toEqual([expect.stringMatching(says)]);
    expect(faults.join()).not.toMatch(/hunter\d/);
  });

  it('lists the passwords of all addresses and of the sentinels as secrets', () => {
    const { secrets } = parseConfig({
      ...valid,
      ...sentinel,
      REDIS_URL: 'redis://a,redis://:p%40ss@b,redis://:p%40ss@c',
      REDIS_SENTINEL_PASSWORD: 'other',
    });
    expect(secrets).toEqual(['p%40ss', 'p@ss', 'other']);
  });
});
