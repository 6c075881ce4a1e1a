import type { Call, Output } from '../call.ts';
import { keyOfNamed, requireTarget, type TargetInput } from '../resources/scalable-target.ts';
import { scalingArn, trackingAlarms } from '../resources/scaling-arn.ts';
import { readPolicy, requireOwnMetric, type PolicyInput } from '../resources/scaling-policy.ts';
import type { ScalingPolicyRecord } from '../state/scaling-records.ts';

/** Creates a policy, or replaces the one of that name. Only one of target tracking has alarms that AWS makes. */
export function putScalingPolicy(input: TargetInput & PolicyInput, call: Call): Output {
  const { state, now } = call;
  const { resourceId, dimension } = requireTarget(call, input);
  const key = keyOfNamed(resourceId, dimension, input.PolicyName);
  const known = state.scalingPolicies.get(key);
  const { policyType, configuration } = readPolicy(input, known?.policyType);
  const at = { resourceId, name: input.PolicyName, createdAt: known?.createdAt ?? now };
  const policy: ScalingPolicyRecord = {
    ...at,
    dimension,
    arn: known?.arn ?? scalingArn(call, 'scalingPolicy', at),
    policyType,
    configuration,
    alarms: policyType === 'TargetTrackingScaling' ? trackingAlarms(call, at) : [],
  };
  requireOwnMetric(state, policy);
  state.commit({
    puts: [['scalingPolicies', key, policy]],
    effects: [{ at: now, kind: 'scaling_policy_put', name: resourceId, detail: { policyName: policy.name, policyType } }],
  });
  return { PolicyARN: policy.arn, Alarms: policy.alarms };
}
