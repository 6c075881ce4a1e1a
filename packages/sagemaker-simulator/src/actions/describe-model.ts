import { epochSeconds, type Call, type Output } from '../call.ts';
import { requireModel } from '../resources/model.ts';

export function describeModel({ ModelName }: { ModelName: string }, call: Call): Output {
  const { request, arn, createdAt } = requireModel(call, ModelName);
  return { EnableNetworkIsolation: false, ...request, ModelArn: arn, CreationTime: epochSeconds(createdAt) };
}
