import type { ResourceKind } from '../call.ts';

/** AWS's partition of a region: China and GovCloud have their own. */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** SageMaker writes names in ARNs in lower case (sagemaker-facts, section 6). */
export const arnOf = (region: string, accountId: string, kind: ResourceKind, name: string): string =>
  `arn:${partitionOf(region)}:sagemaker:${region}:${accountId}:${kind}/${name.toLowerCase()}`;
