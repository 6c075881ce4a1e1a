import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigError, parseConfig } from '../../src/config/config.ts';
import { secretVariables } from '../../src/config/delivery.ts';
import { readDeliveryFile } from '../../src/config/delivery-file.ts';
import { policyFor } from '../../src/core/delivery/delivery-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'autodeploy-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function write(content: string): string {
  files += 1;
  const path = join(folder, `delivery-${files}.yaml`);
  writeFileSync(path, content);
  return path;
}

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

describe('readDeliveryFile of a json_schema', () => {
  /** The faults of a file whose only expectation is this schema, behind the path of the schema. */
  function schemaFaults(schema: string): string[] {
    const request = `{ body: x, expect: { json_schema: ${schema} } }`;
    const path = write(`defaults:\n  delivery:\n    verify:\n      requests:\n        - ${request}\n`);
    const read = readDeliveryFile(path, {
      endpointName: 'e',
      endpointInstanceType: 'ml.m5.large',
      endpointInstanceCount: 1,
      privateAddresses: 'refuse',
    });
    const before = 'defaults.delivery.verify.requests[0].expect.json_schema';
    return 'faults' in read ? read.faults.map((fault) => fault.replace(path, 'FILE').replace(before, '…')) : [];
  }
  const unusable =
    'is no JSON Schema that can be used: a $ref leads nowhere, a pattern is no regular expression, or an alias repeats what is around it';

  it.each([
    [
      'an unknown type',
      '{ properties: { label: { type: text } } }',
      'FILE:5:70: ….properties.label.type must be equal to one of the allowed values',
    ],
    ['a wrong keyword', '{ required: label }', 'FILE:5:47: ….required must be array'],
    [
      'another dialect',
      '{ $schema: "http://json-schema.org/draft-04/schema#" }',
      expect.stringContaining('….$schema must be https://json-schema.org/draft/2020-12/schema or'),
    ],
    ['a dialect that is none', '{ $schema: { toString: 1 } }', expect.stringContaining('….$schema must be https://')],
    ['a reference to nothing', '{ $ref: "#/$defs/none" }', `FILE:5:32: … ${unusable}`],
    ['a reference to elsewhere', '{ $ref: "https://example.com/secret.json" }', `FILE:5:32: … ${unusable}`],
    ['a pattern that is none', '{ pattern: "(secret" }', `FILE:5:32: … ${unusable}`],
    ['itself within itself', '&self { properties: { a: *self } }', `FILE:5:32: … ${unusable}`],
    ['what is evaluated later', '{ $async: true }', 'FILE:5:47: ….$async is not supported'],
    ['no object', 'true', 'FILE:5:32: … must be an object'],
  ])('refuses %s', (_, schema, fault) => {
    const found = schemaFaults(schema);
    expect(found).toEqual([fault]);
    expect(found.join('\n')).not.toContain('secret');
  });

  it.each([
    ['2020-12', '{ prefixItems: [{ type: string }], $defs: { a: {} }, properties: { b: { $ref: "#/$defs/a" } } }'],
    ['2020-12 that says so', '{ $schema: "https://json-schema.org/draft/2020-12/schema", type: object }'],
    ['draft-07', '{ $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: string }] }'],
    ['with an unknown keyword and format', '{ example: 1, format: label }'],
  ])('takes one of %s', (_, schema) => {
    expect(schemaFaults(schema)).toEqual([]);
  });
});

describe('readDeliveryFile of a receiver', () => {
  it.each([
    ['https://169.254.169.254/latest', false],
    ['https://[::ffff:10.0.0.1]/', false],
    ['https://192.168.1.2', false],
    ['https://203.0.114.1/hook', true],
    ['https://receiver.internal', true],
    ['http://127.0.0.1:1', true],
  ])('%s is taken: %s', (url, isTaken) => {
    const path = write(`defaults: { delivery: { notify: [{ url: '${url}' }] } }`);
    const read = readDeliveryFile(path, {
      endpointName: 'e',
      endpointInstanceType: 'ml.m5.large',
      endpointInstanceCount: 1,
      privateAddresses: 'refuse',
    });
    expect('delivery' in read).toBe(isTaken);
  });
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

const check = (env: Record<string, string>, path: string): Promise<Ended> =>
  promisify(execFile)(process.execPath, ['src/config/delivery-main.ts', 'check', path], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );

const settings = {
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/sagemaker',
  TRAINING_IMAGE: 'train:1',
  MODEL_OUTPUT_S3_URI: 's3://bucket/models',
};

/** The faults with which a program refuses its environment. */
function startFaults(env: Record<string, string>): readonly string[] {
  try {
    parseConfig({ ...settings, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('DELIVERY_FILE with a policy', () => {
  const file = (delivery: string): string => write(`defaults:\n  delivery: ${delivery}\n`);
  const may = 'the signing secret of notifications, for which DELIVERY_FILE names it: whsec_ and the base64 of 24 to 64 bytes';

  it('is read into the settings, with the settings that it depends on', () => {
    const path = file('{ rollout: { strategy: canary } }');
    const { delivery } = parseConfig({ ...settings, DELIVERY_FILE: path, ENDPOINT_INSTANCE_COUNT: '2' }).serviceSettings;
    expect(policyFor(delivery, 'any')).toMatchObject({ rollout: { strategy: 'canary', sizePercent: 10 }, gate: null });
    expect(startFaults({ DELIVERY_FILE: path })).toEqual([
      `DELIVERY_FILE: ${path}:2:26: defaults.delivery.rollout.strategy cannot be canary, which needs 2 instances: ENDPOINT_INSTANCE_COUNT says 1`,
    ]);
    expect(startFaults({ DELIVERY_FILE: path, ENDPOINT_INSTANCE_COUNT: 'two' })).toEqual([
      'ENDPOINT_INSTANCE_COUNT holds "two"; it may hold a whole number from 1 to 1000',
    ]);
  });

  it('needs the secrets that it names, and keeps them out of each log line', () => {
    const receivers = ['ONE', 'TWO', 'ONE'].map((name) => `{ url: 'https://example.com/${name}', secret_env: ${name} }`);
    const path = file(`{ notify: [${receivers.join(', ')}] }`);
    expect(startFaults({ DELIVERY_FILE: path, ONE: ' ' })).toEqual([
      `ONE is not set; it must hold ${may}`,
      `TWO is not set; it must hold ${may}`,
    ]);
    expect(startFaults({ DELIVERY_FILE: path, ONE: 'hush', TWO: secret })).toEqual([
      `ONE holds a value that is not shown; it may hold ${may}`,
    ]);
    const other = `whsec_${Buffer.alloc(64, 1).toString('base64')}`;
    const { secrets } = parseConfig({ ...settings, DELIVERY_FILE: path, ONE: secret, TWO: `${secret} ${other}` });
    expect(secrets).toEqual([secret, secret, other]);
  });

  it('may name private receivers where NOTIFY_PRIVATE_ADDRESSES allows them', () => {
    const path = file(`{ notify: [{ url: 'http://10.0.0.1/hook' }] }`);
    expect(startFaults({ DELIVERY_FILE: path })).toEqual([
      `DELIVERY_FILE: ${path}:2:26: defaults.delivery.notify[0].url must lead to a public address; others are for where NOTIFY_PRIVATE_ADDRESSES is allow`,
    ]);
    expect(startFaults({ DELIVERY_FILE: path, NOTIFY_PRIVATE_ADDRESSES: 'allow' })).toEqual([]);
  });
});

describe('secretVariables', () => {
  it('returns the variables of a file that hold secrets, and no others that it names', () => {
    const receivers = ['HOOK', 'AWS_PROFILE', 'NONE'].map((name) => `{ url: 'https://example.com', secret_env: ${name} }`);
    const path = write(`defaults: { delivery: { notify: [${receivers.join(', ')}] } }`);
    expect(secretVariables(path, { HOOK: secret, AWS_PROFILE: 'production' })).toEqual(['HOOK']);
    expect(secretVariables(join(folder, 'none.yaml'), {})).toEqual([]);
  });
});

describe('npm run delivery -- check FILE with a policy', () => {
  const canary = `defaults:
  delivery:
    rollout: { strategy: canary }
    notify: [{ url: 'https://hooks.example.com/secret/path', events: [failed], secret_env: HOOK_SECRET }]
endpoints:
  one: { delivery: { rollout: null, approval: {} } }
`;

  it('prints the policy of each endpoint with its defaults, and no secret', async () => {
    const path = write(canary);
    const { code, stdout, stderr } = await check({ ENDPOINT_INSTANCE_COUNT: '2', HOOK_SECRET: secret }, path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(/secret\/path|whsec_/);
    const notify = [{ url: 'https://hooks.example.com/***', events: ['failed'], secret_env: 'HOOK_SECRET' }];
    expect(parse(stdout)).toMatchObject({
      defaults: { delivery: { rollout: { strategy: 'canary', size_percent: 10, bake_seconds: 600 }, notify } },
      endpoints: {
        one: { delivery: { approval: { required: 'always', expires_seconds: 86_400, not_by_requester: false }, notify } },
      },
    });
  });

  it('notes a secret that is not set here, and refuses one that is none', async () => {
    const path = write(canary);
    const may = 'the signing secret of notifications, for which DELIVERY_FILE names it: whsec_ and the base64 of 24 to 64 bytes';
    const noted = await check({ ENDPOINT_INSTANCE_COUNT: '2' }, path);
    expect(noted).toMatchObject({ code: 0, stderr: `note: HOOK_SECRET is not set; it must hold ${may}\n` });
    expect(await check({ ENDPOINT_INSTANCE_COUNT: '2', HOOK_SECRET: 'hush' }, path)).toEqual({
      code: 78,
      stdout: '',
      stderr: `HOOK_SECRET holds a value that is not shown; it may hold ${may}\n`,
    });
  });

  it('knows the settings that a policy depends on, and reports what is wrong with them', async () => {
    const path = write(canary);
    expect(await check({}, path)).toEqual({
      code: 78,
      stdout: '',
      stderr: `${path}:3:16: defaults.delivery.rollout.strategy cannot be canary, which needs 2 instances: ENDPOINT_INSTANCE_COUNT says 1\n`,
    });
    expect(await check({ ENDPOINT_INSTANCE_COUNT: 'two', NOTIFY_PRIVATE_ADDRESSES: 'yes' }, path)).toEqual({
      code: 78,
      stdout: '',
      stderr: [
        'ENDPOINT_INSTANCE_COUNT holds "two"; it may hold a whole number from 1 to 1000',
        'NOTIFY_PRIVATE_ADDRESSES holds "yes"; it may hold refuse or allow',
        '',
      ].join('\n'),
    });
  });
});
