import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigError, parseApiConfig, parseConfig } from '../../src/config/config.ts';
import { type DeliveryFileContext, readDeliveryFile } from '../../src/config/delivery-file.ts';
import { emptyDelivery } from '../../src/core/delivery/delivery-file.ts';
import { noLayers } from '../../src/core/shapes/shape-layers.ts';

const folder = mkdtempSync(join(tmpdir(), 'autodeploy-delivery-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function write(content: string | Uint8Array): string {
  files += 1;
  const path = join(folder, `delivery-${files}.yaml`);
  writeFileSync(path, content);
  return path;
}

const context: DeliveryFileContext = {
  endpointName: 'ml-sentiment-endpoint',
  endpointInstanceType: 'ml.m5.large',
  endpointInstanceCount: 1,
  privateAddresses: 'refuse',
};

/** The faults of a file with this content, without the folder. */
function faultsIn(content: string | Uint8Array): string[] {
  const path = write(content);
  const read = readDeliveryFile(path, context);
  return 'faults' in read ? read.faults.map((fault) => fault.replace(path, 'FILE')) : [];
}

const valid = {
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/sagemaker',
  TRAINING_IMAGE: 'train:1',
  MODEL_OUTPUT_S3_URI: 's3://bucket/models',
};
const example = `# Of all endpoints.
defaults:
  training:
    EnableManagedSpotTraining: true
    VpcConfig: &vpc { Subnets: [subnet-1], SecurityGroupIds: [sg-1] }
endpoints:
  my-endpoint:
    model: { VpcConfig: *vpc }
    endpoint_config: { KmsKeyId: null }
`;
const vpc = { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] };
const exampleDelivery = {
  defaults: { ...noLayers, training: { EnableManagedSpotTraining: true, VpcConfig: vpc } },
  endpoints: { 'my-endpoint': { ...noLayers, model: { VpcConfig: vpc }, endpointConfig: { KmsKeyId: null } } },
};

describe('DELIVERY_FILE', () => {
  it('is read into the settings of the services, frozen, and is empty where it is not set', () => {
    const { delivery } = parseConfig({ ...valid, DELIVERY_FILE: write(example) }).serviceSettings;
    expect(delivery).toEqual(exampleDelivery);
    expect(Object.isFrozen(delivery.defaults.training['VpcConfig'])).toBe(true);
    for (const env of [valid, { ...valid, DELIVERY_FILE: ' ' }])
      expect(parseConfig(env).serviceSettings.delivery).toEqual(emptyDelivery);
  });

  it('takes JSON as well, with tabs, escapes and a byte order mark', () => {
    const file = { $schema: 'x', defaults: { model: { PrimaryContainer: { Environment: { A: 'a/"\u00fc\u{1F600}\t' } } } } };
    for (const text of [JSON.stringify(file), `\uFEFF${JSON.stringify(file, null, '\t').replaceAll('/', '\\/')}\r\n`])
      expect(readDeliveryFile(write(text), context)).toEqual({
        delivery: { ...emptyDelivery, defaults: { ...noLayers, model: file.defaults.model } },
      });
  });

  it('stops API and worker with a line for each fault, beside those of other variables', () => {
    const path = write('defaults:\n  training:\n    VpcConfg: {}\n    RoleArn: secret\n');
    for (const parseEnvironment of [parseConfig, parseApiConfig]) {
      let found: unknown;
      try {
        parseEnvironment({ ...valid, DELIVERY_FILE: path, LOG_LEVEL: 'loud' });
      } catch (error) {
        found = error;
      }
      expect(found).toBeInstanceOf(ConfigError);
      expect((found as ConfigError).faults).toEqual([
        expect.stringContaining('LOG_LEVEL'),
        `DELIVERY_FILE: ${path}:3:5: defaults.training.VpcConfg is not a known member; did you mean VpcConfig?`,
        `DELIVERY_FILE: ${path}:4:5: defaults.training.RoleArn must be at least 20 characters long`,
      ]);
    }
  });

  it.each([
    ['that is not there', () => join(folder, 'none.yaml'), 'none.yaml: cannot be read (ENOENT)'],
    ['that is a folder', () => folder, ': is not a file'],
    ['that never ends', () => '/dev/zero', '/dev/zero: is not a file'],
    ['of more than 1 MiB', () => write(`# ${'x'.repeat(1024 * 1024)}`), ': is larger than 1 MiB'],
    ['that is not UTF-8', () => write(new Uint8Array([0x61, 0xff])), ': is not text in UTF-8'],
  ])('refuses a file %s', (_, make, words) => {
    const path = make();
    expect(() => parseConfig({ ...valid, DELIVERY_FILE: path })).toThrow(ConfigError);
    expect(readDeliveryFile(path, context)).toEqual({ faults: [expect.stringContaining(words)] });
  });
});

describe('readDeliveryFile', () => {
  it.each([
    ['no content', '', 'FILE: is empty: write {} for a file that changes nothing'],
    ['comments alone', '# defaults:\n', 'FILE: is empty: write {} for a file that changes nothing'],
    ['a list', '- a\n', 'FILE: must be an object that has defaults, endpoints or both: {} for neither'],
    ['a key that stands twice', 'defaults: {}\ndefaults: {}\n', 'FILE:2:1: has a key that stands twice'],
    ['a key that stands twice in JSON', '{"defaults": {}, "defaults": {}}', 'FILE:1:18: has a key that stands twice'],
    ['several documents', 'defaults: {}\n---\ndefaults: {}\n', 'FILE:2:1: has several documents (---); one is allowed'],
    ['tabs', 'defaults:\n\ttraining: {}\n', 'FILE:2:1: has a tab as indentation: use spaces'],
    ['a quote that is not closed', 'defaults: "x\n', 'FILE:2:1: lacks a character: a colon, a comma, a quote or a bracket'],
    ['a tag', 'defaults: !secret {}\n', 'FILE:1:11: has a tag (!) that is not known; none is needed'],
    ['a binary', 'defaults: !!binary aGVsbG8=\n', 'FILE:1:11: has a tag (!) that is not known; none is needed'],
    [
      'an alias to nothing',
      'defaults: *secret\n',
      'FILE:1:11: has an alias (*NAME) to an anchor (&NAME) that does not stand before it',
    ],
    ['a key that is no text', '? [a]\n: {}\n', 'FILE:1:3: has a key that is not a text'],
    [
      'a merge key',
      'defaults: &base { training: {} }\nendpoints:\n  a:\n    <<: *base\n',
      'FILE:4:5: has a merge key (<<), which is none of YAML 1.2',
    ],
    [
      'a text of YAML 1.1',
      '%YAML 1.1\n---\ndefaults: { training: { EnableManagedSpotTraining: yes } }\n',
      'FILE:3:25: defaults.training.EnableManagedSpotTraining must be true or false',
    ],
    [
      'a number for an account',
      'defaults: { model: { Tags: [{ Key: account, Value: 0123 }] } }\n',
      'FILE:1:45: defaults.model.Tags[0].Value must be a string: write it in quotes',
    ],
    [
      'no number',
      'defaults: { training: { RetryStrategy: { MaximumRetryAttempts: .nan } } }\n',
      'FILE:1:42: defaults.training.RetryStrategy.MaximumRetryAttempts must be an integer',
    ],
  ])('refuses %s', (_, text, fault) => {
    const found = faultsIn(text);
    expect(found).toContain(fault);
    expect(found.join('\n')).not.toContain('secret');
  });

  it('repeats nothing of a text that is no YAML', () => {
    for (const text of [
      'secret',
      'a: secret: secret',
      '{secret',
      '"secret\\q"',
      '- secret\nsecret: 1',
      '@secret',
      '%secret',
      'a: |secret',
      '*secret',
      '}secret',
    ])
      expect(faultsIn(text).join('\n'), text).toMatch(/^(?!.*secret)FILE(:\d+:\d+)?: .+/s);
  });

  it('takes keys as they are written, numbers too', () => {
    const text = 'defaults: { training: { HyperParameters: { 0123: "a", true: "b", 1e3: "c" } } }';
    const read = readDeliveryFile(write(text), context);
    expect(read).toMatchObject({
      delivery: { defaults: { training: { HyperParameters: { '0123': 'a', true: 'b', '1e3': 'c' } } } },
    });
  });

  it.each([
    [
      'aliases of aliases',
      ['x: &x0 [x]', ...Array.from({ length: 30 }, (_, at) => `y${at}: &x${at + 1} [*x${at}, *x${at}]`)].join('\n'),
    ],
    ['two thousand aliases', `a: &x {}\nb:\n${'  - *x\n'.repeat(2000)}`],
    ['an alias within itself', 'defaults: &x { training: *x }'],
    ['ten thousand brackets', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ])('refuses %s soon', (_, text) => {
    const found = faultsIn(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(51);
  });

  it('finds the place of a fault in a list, under a name with dots, and behind an alias', () => {
    const text = [
      'defaults:',
      '  training: &training',
      '    InputDataConfig:',
      '      - ChannelName: train',
      '      - ChannelName: "not one"',
      '    HyperParameters:',
      '      learning.rate: 0.1',
      'endpoints:',
      '  a: { training: *training }',
    ].join('\n');
    const [channel, rate] = ['must be letters, digits, and the characters . - _', 'must be a string: write it in quotes'];
    expect(faultsIn(text)).toEqual([
      `FILE:5:9: defaults.training.InputDataConfig[1].ChannelName ${channel}`,
      `FILE:5:9: endpoints.a.training.InputDataConfig[1].ChannelName ${channel}`,
      `FILE:7:7: defaults.training.HyperParameters.learning.rate ${rate}`,
      `FILE:7:7: endpoints.a.training.HyperParameters.learning.rate ${rate}`,
    ]);
  });

  it('says how many faults there are beyond the first 50', () => {
    const found = faultsIn(`endpoints:\n${Array.from({ length: 70 }, (_, at) => `  a_${at}: {}\n`).join('')}`);
    expect(found).toHaveLength(51);
    expect(found.at(-1)).toBe('FILE: has 20 further faults');
  });
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

const run = (...args: string[]): Promise<Ended> => runWith({}, ...args);

const runWith = (env: Record<string, string>, ...args: string[]): Promise<Ended> =>
  promisify(execFile)(process.execPath, ['src/config/delivery-main.ts', ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );

describe('npm run delivery -- check FILE', () => {
  it('prints in YAML what is in force, without the values of an environment', async () => {
    const path = write(`${example}    training: { Environment: { TOKEN: secret } }\n`);
    const { code, stdout, stderr } = await run('check', path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const none = { training: {}, model: {}, endpoint_config: {}, delivery: {} };
    expect(parse(stdout)).toEqual({
      defaults: { ...none, training: exampleDelivery.defaults.training },
      endpoints: {
        'my-endpoint': {
          training: { EnableManagedSpotTraining: true, VpcConfig: vpc, Environment: { TOKEN: '***' } },
          model: { VpcConfig: vpc },
          endpoint_config: { KmsKeyId: null },
          delivery: {},
        },
      },
    });
    // Each endpoint is to be read without the others.
    expect(stdout).not.toContain('*a1');
  });

  it('prints the faults, a line each, and ends with 78', async () => {
    const path = write('defaults:\n  model: { VpcConfg: {} }\n  trainng: {}\n  delivery: { gate: { rule: [] } }\n');
    expect(await run('check', path)).toEqual({
      code: 78,
      stdout: '',
      stderr: [
        `${path}:2:12: defaults.model.VpcConfg is not a known member; did you mean VpcConfig?`,
        `${path}:3:3: defaults.trainng is not a known member; did you mean defaults.training?`,
        `${path}:4:23: defaults.delivery.gate.rule is not a known member; did you mean rules?`,
        '',
      ].join('\n'),
    });
  });

  it.each(['', 'check a b', 'check a --fast'])('says how it is used for the arguments "%s"', async (args) => {
    const ended = await run(...args.split(' ').filter((arg) => arg !== ''));
    expect(ended).toEqual({ code: 2, stdout: '', stderr: 'usage: npm run delivery -- check FILE\n' });
  });
});
