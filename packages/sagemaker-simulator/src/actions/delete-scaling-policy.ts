import { AwsError } from '../aws-error.ts';
import type { Call, Output } from '../call.ts';
import { describeTarget, keyOfNamed, type TargetInput } from '../resources/scalable-target.ts';

export function deleteScalingPolicy(input: TargetInput & { PolicyName: string }, { state, now }: Call): Output {
  const key = keyOfNamed(input.ResourceId, input.ScalableDimension, input.PolicyName);
  if (!state.scalingPolicies.has(key)) {
    throw new AwsError(
      'ObjectNotFoundException',
      `No scaling policy found for ${describeTarget(input)}, policy name: ${input.PolicyName}`,
    );
  }
  state.commit({
    puts: [['scalingPolicies', key, null]],
    effects: [{ at: now, kind: 'scaling_policy_deleted', name: input.ResourceId, detail: { policyName: input.PolicyName } }],
  });
  return {};
}
