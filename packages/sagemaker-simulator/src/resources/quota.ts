import { AwsError } from '../aws-error.ts';
import type { Call } from '../call.ts';

/**
 * Rejects a call that would take more instances than a `quota` fault allows, with SageMaker's words.
 * @param used how many instances of a type are in use now.
 */
export function requireQuota(
  call: Call,
  usage: 'training job' | 'endpoint',
  wanted: Map<string, number>,
  used: (instanceType: string) => number,
): void {
  for (const [instanceType, count] of wanted) {
    const exceeded = call.inject(
      'quota',
      (fault) => (fault.instanceType ?? instanceType) === instanceType && used(instanceType) + count > fault.limit,
    );
    if (!exceeded) continue;
    throw new AwsError(
      'ResourceLimitExceeded',
      `The account-level service limit '${instanceType} for ${usage} usage' is ${exceeded.limit} Instances, with current utilization of ${used(instanceType)} Instances and a request delta of ${count} Instances. Please contact AWS support to request an increase for this limit.`,
    );
  }
}
