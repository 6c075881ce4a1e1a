import type { ResourceKind } from '../call.ts';

/** AWS's partition of a region: China and GovCloud have their own. */
export function toPartition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** SageMaker writes names in ARNs in lower case. */
export const toArn = (region: string, accountId: string, kind: ResourceKind, name: string): string =>
  `arn:${toPartition(region)}:sagemaker:${region}:${accountId}:${kind}/${name.toLowerCase()}`;
