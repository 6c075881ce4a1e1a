import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { permissionAdvice, withAdvice } from '../../src/core/sagemaker/missing-permission.ts';

const user = 'User: arn:aws:sts::123456789012:assumed-role/service/1 is not authorized to perform:';

describe('permissionAdvice', () => {
  it.each([
    [
      `${user} sagemaker:CreateModel on resource: arn:aws:sagemaker:us-east-1:1:model/m`,
      'sagemaker:CreateModel',
      'service-policy.json',
    ],
    [
      `${user} iam:PassRole on resource: arn:aws:iam::1:role/r because no identity-based policy allows`,
      'iam:PassRole',
      'service-policy.json',
    ],
    [`${user} kms:CreateGrant on resource: arn:aws:kms:us-east-1:1:key/k`, 'kms:CreateGrant', 'features/kms.json'],
    [`${user} ec2:CreateNetworkInterface`, 'ec2:CreateNetworkInterface', 'features/vpc.json'],
    [
      `${user} application-autoscaling:DescribeScalableTargets`,
      'application-autoscaling:DescribeScalableTargets',
      'features/autoscaling.json',
    ],
    [
      `${user} cloudwatch:PutMetricAlarm on resource: arn:aws:cloudwatch:us-east-1:1:alarm:autodeploy-ml-1-errors`,
      'cloudwatch:PutMetricAlarm',
      'features/rollouts.json',
    ],
    [
      `${user} cloudwatch:PutMetricAlarm on resource: arn:aws:cloudwatch:us-east-1:1:alarm:TargetTracking-endpoint/e`,
      'cloudwatch:PutMetricAlarm',
      'features/autoscaling.json',
    ],
    [`${user} cloudwatch:SetAlarmState`, 'cloudwatch:SetAlarmState', 'features/rollouts.json'],
    [`${user} sagemaker:InvokeEndpoint`, 'sagemaker:InvokeEndpoint', 'features/verification.json'],
    [`${user} sns:Publish`, 'sns:Publish', 'features/async-inference.json'],
    [`${user} sagemaker:DescribeModelPackage`, 'sagemaker:DescribeModelPackage', 'features/model-packages.json'],
    ['Could not assume role arn:aws:iam::1:role/r. Please ensure …', 'sts:AssumeRole', 'execution-role-trust.json'],
    ['Could not access model data at s3://bucket/model.tar.gz.', 's3:GetObject', 'execution-role-policy.json'],
    ['ClientError: Access denied (kms:CreateGrant) for the volume', 'kms:CreateGrant', 'features/kms.json'],
    ['ClientError: Data download failed:Access denied (403)', 's3:GetObject', 'execution-role-policy.json'],
    ['ClientError: Artifact upload failed: AccessDenied', 's3:PutObject', 'execution-role-policy.json'],
    [
      'An Application AutoScaling scalable target exists for a variant',
      'application-autoscaling:DeregisterScalableTarget',
      'service-policy.json',
    ],
  ])('of %j names %s and %s', (message, action, policy) => {
    expect(permissionAdvice(message)).toBe(`it lacks ${action}, which docs/iam/${policy} allows`);
    // The file is there, and has the action.
    expect(readFileSync(`docs/iam/${policy}`, 'utf8')).toContain(`"${action}"`);
  });

  it('of another text is nothing', () => {
    expect(permissionAdvice('The model is too large')).toBeNull();
    expect(withAdvice('The model is too large')).toBe('The model is too large');
    expect(withAdvice(`${user} dynamodb:GetItem`)).toBe(`${user} dynamodb:GetItem`);
  });

  it('knows each policy of a feature, and docs/aws.md has it', () => {
    const text = readFileSync('docs/aws.md', 'utf8');
    for (const file of readdirSync('docs/iam/features')) {
      expect(text, file).toContain(`iam/features/${file}`);
      expect(existsSync(`docs/iam/features/${file}`)).toBe(true);
    }
  });
});
