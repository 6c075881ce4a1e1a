import { epochSeconds, type Call, type Output } from '../call.ts';
import { createScalingPage, type ScalingListInput } from '../resources/scaling-page.ts';

export function describeScheduledActions(input: ScalingListInput & { ScheduledActionNames?: string[] }, { state }: Call): Output {
  const { ServiceNamespace, ResourceId, ScalableDimension, ScheduledActionNames = [] } = input;
  const matching = [...state.scheduledActions].filter(
    ([, { name, resourceId, dimension }]) =>
      ServiceNamespace === 'sagemaker' &&
      (ScheduledActionNames.length === 0 || ScheduledActionNames.includes(name)) &&
      (ResourceId === undefined || resourceId === ResourceId) &&
      (ScalableDimension === undefined || dimension === ScalableDimension),
  );
  const { page, NextToken } = createScalingPage(matching, input, 50);
  return {
    ScheduledActions: page.map(({ name, arn, resourceId, dimension, action, createdAt }) => ({
      ScheduledActionName: name,
      ScheduledActionARN: arn,
      ServiceNamespace,
      ResourceId: resourceId,
      ScalableDimension: dimension,
      ...action,
      CreationTime: epochSeconds(createdAt),
    })),
    NextToken,
  };
}
