import { describe, expect, it } from 'vitest';
import { parseApiConfig, parseConfig } from '../../src/config/config.ts';
import { deriveLinkSigningKey } from '../../src/config/link-signing-key.ts';

const valid = {
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/sagemaker',
  TRAINING_IMAGE: 'image',
  MODEL_OUTPUT_S3_URI: 's3://bucket/models',
};
const apiKeysOf = (value: string) => parseApiConfig({ ...valid, API_KEYS: value }).api.apiKeys;

describe('API_KEYS', () => {
  it('names a key alone by its place in the list, and gives it every role', () => {
    expect(apiKeysOf('first-secret, lambda:operate:second-secret ,third-secret')).toEqual([
      { name: 'key-1', role: 'approve', key: 'first-secret' },
      { name: 'lambda', role: 'operate', key: 'second-secret' },
      { name: 'key-3', role: 'approve', key: 'third-secret' },
    ]);
  });

  it.each([
    ['grafana:read:secret', { name: 'grafana', role: 'read', key: 'secret' }],
    ['anna@example.com:approve:secret', { name: 'anna@example.com', role: 'approve', key: 'secret' }],
    ['ci:operate:a:b::c', { name: 'ci', role: 'operate', key: 'a:b::c' }],
    ['one:colon', { name: 'key-1', role: 'approve', key: 'one:colon' }],
    [':x', { name: 'key-1', role: 'approve', key: ':x' }],
    ['readers:x', { name: 'key-1', role: 'approve', key: 'readers:x' }],
  ])('takes %s', (value, key) => {
    expect(apiKeysOf(value)).toEqual([key]);
  });

  it.each([
    ['fit-key,ci:admin:hunter2', 'an unknown role', 2],
    ['ci:hunter2:operate', 'an unknown role', 1],
    ['ci:Operate:hunter2', 'an unknown role', 1],
    ['hunter2:with:colons', 'an unknown role', 1],
    ['ci:operate', 'a role without a name and a key', 1],
    ['approve:hunter2', 'a role without a name and a key', 1],
    ['ci:operate:', 'a key that does not fit', 1],
    ['ci:operate:x', 'a key that does not fit', 1],
    ['hunter2,', 'a key that does not fit', 2],
    [':read:hunter2', 'a name that does not fit', 1],
    ['hunter2!:read:the-key', 'a name that does not fit', 1],
    [`${'n'.repeat(65)}:read:hunter2`, 'a name that does not fit', 1],
    ['ci:read:hunter2,CI:operate:other', 'a name that is there already', 2],
    ['key-2:read:hunter2,other', 'a name that is there already', 2],
    ['ci:read:hunter2,me:operate:hunter2', 'a key that is there already', 2],
    ['hunter2,other,hunter2', 'a key that is there already', 3],
  ])('%s is a fault of one line, which shows no key', (value, holds, place) => {
    for (const parse of [parseApiConfig, parseConfig]) {
      const faults = linesOf(() => parse({ ...valid, API_KEYS: value }));
      expect(faults).toEqual([expect.stringMatching(new RegExp(`^API_KEYS holds ${holds} in entry ${place}; it may hold .+`))]);
      expect(faults.join()).not.toMatch(/hunter2|other|admin/);
    }
  });

  it('has keys alone among the secrets, and not names and roles', () => {
    const { secrets } = parseApiConfig({ ...valid, API_KEYS: 'ci:operate:hunter2' });
    expect(secrets).toContain('hunter2');
    expect(secrets.join()).not.toMatch(/ci|operate/);
  });
});

describe('LINK_SIGNING_KEY', () => {
  const signingKeyOf = (env: Record<string, string>) => parseConfig({ ...valid, ...env }).links.signingKey;

  it('is what the variable holds, and a secret', () => {
    const env = { LINK_SIGNING_KEY: 'k'.repeat(32), API_KEYS: 'hunter2' };
    expect(signingKeyOf(env)).toBe('k'.repeat(32));
    expect(parseConfig({ ...valid, ...env }).secrets).toContain('k'.repeat(32));
  });

  it('follows from the keys of API_KEYS alone, the same for API and workers', () => {
    const derived = signingKeyOf({ API_KEYS: 'first-secret,second-secret' });
    expect(derived).toMatch(/^[\w-]{43}$/);
    expect(derived).not.toContain('secret');
    expect(signingKeyOf({ API_KEYS: 'ci:operate:second-secret, me:read:first-secret' })).toBe(derived);
    expect(parseApiConfig({ ...valid, API_KEYS: 'first-secret,second-secret' }).links.signingKey).toBe(derived);
    for (const other of ['first-secret', 'first-secret,second-secre', 'first-secretsecond-secret', ''])
      expect(signingKeyOf({ API_KEYS: other })).not.toBe(derived);
  });

  it('is HKDF-SHA256 of the sorted keys, so that a new version of the service makes the same', () => {
    expect(deriveLinkSigningKey(['b-key', 'a-key'])).toBe('qut_0sazh7ke2szi4eCY9b0cknSMk1RK90dK8RTlArM');
  });

  it.each(['short', 'k'.repeat(31), `${'k'.repeat(31)} k`, 'ü'.repeat(40), 'k'.repeat(1025)])('%s is a fault', (value) => {
    expect(linesOf(() => parseConfig({ ...valid, LINK_SIGNING_KEY: value }))).toEqual([
      expect.stringMatching(/^LINK_SIGNING_KEY holds a value that is not shown; it may hold 32 to 1024 visible ASCII characters/),
    ]);
  });
});

it('a worker knows what the links of its notifications are made of', () => {
  const env = { ...valid, BASE_PATH: '', PUBLIC_URL: 'https://ml.example.com', NOTIFY_PRIVATE_ADDRESSES: 'allow' };
  expect(parseConfig(env)).toMatchObject({
    links: { basePath: '', publicUrl: 'https://ml.example.com' },
    notifyPrivateAddresses: 'allow',
  });
  expect(parseConfig(valid)).toMatchObject({
    links: { basePath: '/model-init', publicUrl: null },
    notifyPrivateAddresses: 'refuse',
  });
});

function linesOf(parse: () => unknown): string[] {
  try {
    parse();
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}
