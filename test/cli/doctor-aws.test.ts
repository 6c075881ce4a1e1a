import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Check } from '../../src/cli/doctor/check.ts';
import { startApi } from '../api/harness.ts';
import { cli } from './run.ts';

const roleArn = 'arn:aws:iam::123456789012:role/ml/ml-execution';
const settings = [
  `EXECUTION_ROLE_ARN=${roleArn}`,
  'TRAINING_IMAGE=123456789012.dkr.ecr.eu-west-1.amazonaws.com/sentiment:7',
  'MODEL_OUTPUT_S3_URI=s3://ml-models/out',
  'export TRAINING_INPUT_S3_URI="s3://ml-data/train"',
  'TRAINING_INSTANCE_TYPE=ml.g5.xlarge',
  'ENDPOINT_INSTANCE_TYPE=ml.m5.large',
  'AWS_REGION=eu-west-1',
].join('\n');

const trust = (service: string) => ({
  Role: {
    Arn: roleArn,
    AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }] },
  },
});

/** What AWS says to each command, by its two words: output, or an error as the program `aws` writes it. */
type Says = Record<string, object | string>;

const good: Says = {
  'sts get-caller-identity': { Account: '123456789012', Arn: 'arn:aws:sts::123456789012:assumed-role/deployer/session' },
  'iam get-role': trust('sagemaker.amazonaws.com'),
  'iam simulate-principal-policy': { EvaluationResults: [{ EvalActionName: 'sagemaker:CreateModel', EvalDecision: 'allowed' }] },
  'ecr batch-get-image': { found: [{ imageTag: '7' }], failures: [] },
  's3api head-bucket': { BucketRegion: 'eu-west-1' },
  's3api list-objects-v2': { Contents: [{ Key: 'train/1.csv' }] },
  'service-quotas list-service-quotas': [4],
};

/**
 * A program `aws` in a folder of its own, which says what it is to. Real AWS cannot be reached from a test: these
 * are the forms of https://docs.aws.amazon.com/cli/latest/reference/.
 */
function installAws(says: Says): { path: string; envFile: string } {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-aws-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'bin'));
  const cases = Object.entries(says).map(([command, output]) =>
    typeof output === 'string'
      ? `'${command}') echo '${output}' >&2; exit 254 ;;`
      : `'${command}') echo '${JSON.stringify(output)}' ;;`,
  );
  const script = `#!/bin/sh\ncase "$1 $2" in\n${cases.join('\n')}\n*) echo "unknown command $1 $2" >&2; exit 2 ;;\nesac\n`;
  writeFileSync(join(folder, 'bin/aws'), script);
  chmodSync(join(folder, 'bin/aws'), 0o755);
  writeFileSync(join(folder, 'env'), settings);
  return { path: join(folder, 'bin'), envFile: join(folder, 'env') };
}

async function examine(says: Says, ...more: string[]): Promise<{ code: number; checks: Map<string, Check> }> {
  const api = await startApi();
  const { path, envFile } = installAws(says);
  const env = { AUTODEPLOY_URL: api.url, PATH: `${path}:/usr/bin:/bin` };
  const { code, stdout, stderr } = await cli(['doctor', '--aws', '--env-file', envFile, '--json', ...more], { env });
  expect(stderr).toBe('');
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return { code, checks: new Map(checks.map((check) => [check.name, check])) };
}

describe('doctor --aws', () => {
  it('finds roles, permissions, image, buckets and quotas that are good', async () => {
    const { checks } = await examine(good);
    for (const name of [
      'AWS login',
      'execution role',
      'trust',
      'service: trainings and deployments',
      'execution role: data, artifacts, images, logs',
    ])
      expect(checks.get(name), name).toMatchObject({ status: 'ok' });
    for (const name of ['training image', 'artifacts', 'training data', 'quota: training job', 'quota: endpoint'])
      expect(checks.get(name), name).toMatchObject({ status: 'ok' });
    // The API of this test has no worker beside it.
    expect([...checks.values()].filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual(['workers']);
    // No run and no policy says that they are used: the endpoint is not known.
    expect(checks.get('service: autoscaling')).toMatchObject({ status: 'ok' });
  });

  it('says what is wrong, what to do, and where to read on', async () => {
    const { code, checks } = await examine({
      ...good,
      'iam get-role': trust('ec2.amazonaws.com'),
      'iam simulate-principal-policy': {
        EvaluationResults: [{ EvalActionName: 'sagemaker:AddTags', EvalDecision: 'implicitDeny' }],
      },
      'ecr batch-get-image': { found: [], failures: [{ failureCode: 'ImageNotFound' }] },
      's3api head-bucket': 'An error occurred (404) when calling the HeadBucket operation: Not Found',
      'service-quotas list-service-quotas': [0],
    });
    expect(code).toBe(1);
    expect(checks.get('trust')).toMatchObject({ status: 'failed', todo: expect.stringContaining('execution-role-trust.json') });
    const denied = {
      status: 'failed',
      detail: expect.stringContaining('lacks sagemaker:AddTags'),
      todo: 'Add docs/iam/service-policy.json',
    };
    expect(checks.get('service: trainings and deployments')).toMatchObject(denied);
    expect(checks.get('service: autoscaling')).toMatchObject({ status: 'warning', docs: 'docs/aws.md#permissions-by-feature' });
    expect(checks.get('training image')).toMatchObject({ status: 'failed', detail: expect.stringContaining('sentiment:7') });
    expect(checks.get('artifacts')).toMatchObject({ status: 'failed', detail: 'there is no bucket ml-models' });
    expect(checks.get('quota: training job')).toMatchObject({ status: 'failed', detail: '0 ml.g5.xlarge, and 1 are needed' });
  });

  it('skips what the caller may not read, and says why', async () => {
    const refusal = 'An error occurred (AccessDenied) when calling the GetRole operation: not authorized to perform: iam:GetRole';
    const { checks } = await examine({
      ...good,
      'iam get-role': refusal,
      'iam simulate-principal-policy': refusal.replace('GetRole', 'SimulatePrincipalPolicy'),
    });
    expect(checks.get('execution role')).toMatchObject({ status: 'skipped', detail: expect.stringContaining('iam:GetRole') });
    expect(checks.get('service: trainings and deployments')).toMatchObject({ status: 'skipped' });
  });

  it('says in one line how to install the program aws where it is missing', async () => {
    const api = await startApi();
    const { stdout, code } = await cli(['doctor', '--aws'], { env: { AUTODEPLOY_URL: api.url, PATH: '/nowhere' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed +aws +the program `aws` is not installed\n +Install the AWS CLI: https:/);
  });
});
