import { epochSeconds, type Call, type Output } from '../call.ts';
import { createScalingPage, type ScalingListInput } from '../resources/scaling-page.ts';

/** Tags are no part of the output. */
export function describeScalableTargets(input: ScalingListInput, { state }: Call): Output {
  const { ServiceNamespace, ResourceIds = [], ScalableDimension } = input;
  const matching = [...state.scalableTargets].filter(
    ([, { resourceId, dimension }]) =>
      ServiceNamespace === 'sagemaker' &&
      (ResourceIds.length === 0 || ResourceIds.includes(resourceId)) &&
      (ScalableDimension === undefined || dimension === ScalableDimension),
  );
  const { page, NextToken } = createScalingPage(matching, input, 50);
  return {
    ScalableTargets: page.map((target) => ({
      ServiceNamespace,
      ResourceId: target.resourceId,
      ScalableDimension: target.dimension,
      MinCapacity: target.minCapacity,
      MaxCapacity: target.maxCapacity,
      RoleARN: target.roleArn,
      CreationTime: epochSeconds(target.createdAt),
      SuspendedState: target.suspended,
      ScalableTargetARN: target.arn,
    })),
    NextToken,
  };
}
