/** Which policy of docs/iam has the permission that AWS misses. */

import type { FailureKind } from '../failure-kind.ts';

const features = 'docs/iam/features';

/** By the beginning of the action; the longest that fits counts. */
const policies: readonly (readonly [action: string, policy: string])[] = [
  ['application-autoscaling:', `${features}/autoscaling.json`],
  ['application-autoscaling:DeregisterScalableTarget', 'docs/iam/service-policy.json'],
  ['cloudwatch:', `${features}/rollouts.json`],
  ['cloudwatch:PutMetricData', 'docs/iam/execution-role-policy.json'],
  ['ec2:', `${features}/vpc.json`],
  ['ecr:', 'docs/iam/execution-role-policy.json'],
  ['elasticfilesystem:', `${features}/file-systems.json`],
  ['fsx:', `${features}/file-systems.json`],
  ['iam:CreateServiceLinkedRole', `${features}/autoscaling.json`],
  ['iam:PassRole', 'docs/iam/service-policy.json'],
  ['kms:', `${features}/kms.json`],
  ['logs:', 'docs/iam/execution-role-policy.json'],
  ['s3:', 'docs/iam/execution-role-policy.json'],
  ['sagemaker:', 'docs/iam/service-policy.json'],
  ['sagemaker:DeleteEndpointConfig', `${features}/retention.json`],
  ['sagemaker:DeleteModel', `${features}/retention.json`],
  ['sagemaker:InvokeEndpoint', `${features}/verification.json`],
  ['sagemaker:DescribeModelPackage', `${features}/model-packages.json`],
  ['sns:', `${features}/async-inference.json`],
  ['sts:AssumeRole', 'docs/iam/execution-role-trust.json'],
];

/** Texts that name no action, of calls in which SageMaker acts for the execution role. */
const actionOf: readonly (readonly [text: RegExp, action: string])[] = [
  [/^Could not assume role\b/i, 'sts:AssumeRole'],
  [/^Could not access model data\b|^No S3 objects found\b/i, 's3:GetObject'],
  [/\bData download failed\b/i, 's3:GetObject'],
  [/\bArtifact upload failed\b/i, 's3:PutObject'],
  [/^The repository of your image\b/i, 'ecr:BatchGetImage'],
  [/^An Application AutoScaling scalable target exists\b/i, 'application-autoscaling:DeregisterScalableTarget'],
];

/** Alarms of scaling policies, which PutScalingPolicy makes in the caller's name. */
const scalingAlarm = /:alarm:TargetTracking-/;

const named = /\b(?:perform|permission(?:s)?(?: for| to)?|access ?denied):?\s+["'(]?([a-z][a-z0-9-]*:[A-Za-z*]+)/i;

/**
 * Returns which permission is missing, and which policy of this repository has it, as words that continue the failure; null where the
 * text names none that is known.
 *
 * @param message AWS's own text.
 */
export function permissionAdvice(message: string): string | null {
  const action = named.exec(message)?.[1] ?? actionOf.find(([text]) => text.test(message))?.[1];
  if (action === undefined) return null;
  const [, policy] = policies
    .filter(([beginning]) => action.toLowerCase().startsWith(beginning.toLowerCase()))
    .toSorted(([one], [other]) => other.length - one.length)[0] ?? [null, null];
  if (policy === null) return null;
  return `it lacks ${action}, which ${scalingAlarm.test(message) ? `${features}/autoscaling.json` : policy} allows`;
}

/** The text of a failure of this kind, with its advice where the kind is a missing permission and there is one. */
export const advised = (message: string, kind: FailureKind | null): string =>
  kind === 'access_denied' ? withAdvice(message) : message;

/** The text with its advice, where there is one. */
export function withAdvice(message: string): string {
  const advice = permissionAdvice(message);
  return advice === null ? message : `${message} (${advice})`;
}
