import { epochSeconds, type Call, type Output } from '../call.ts';
import { createScalingPage, type ScalingListInput } from '../resources/scaling-page.ts';

export function describeScalingPolicies(input: ScalingListInput & { PolicyNames?: string[] }, { state }: Call): Output {
  const { ServiceNamespace, ResourceId, ScalableDimension, PolicyNames = [] } = input;
  const matching = [...state.scalingPolicies].filter(
    ([, { name, resourceId, dimension }]) =>
      ServiceNamespace === 'sagemaker' &&
      (PolicyNames.length === 0 || PolicyNames.includes(name)) &&
      (ResourceId === undefined || resourceId === ResourceId) &&
      (ScalableDimension === undefined || dimension === ScalableDimension),
  );
  const { page, NextToken } = createScalingPage(matching, input, 10);
  return {
    ScalingPolicies: page.map((policy) => ({
      PolicyARN: policy.arn,
      PolicyName: policy.name,
      ServiceNamespace,
      ResourceId: policy.resourceId,
      ScalableDimension: policy.dimension,
      PolicyType: policy.policyType,
      ...policy.configuration,
      Alarms: policy.alarms,
      CreationTime: epochSeconds(policy.createdAt),
    })),
    NextToken,
  };
}
