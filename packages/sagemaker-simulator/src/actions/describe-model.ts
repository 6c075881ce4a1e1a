import { epochSeconds, type Call, type Output } from '../call.ts';
import { requireModel } from '../resources/model.ts';
import type { ContainerDefinition } from '../state/requests.ts';

/** With what SageMaker fills in: no isolation, and the mode of each container. */
export function describeModel({ ModelName }: { ModelName: string }, call: Call): Output {
  const { request, arn, createdAt } = requireModel(call, ModelName);
  return {
    EnableNetworkIsolation: false,
    ...request,
    PrimaryContainer: request.PrimaryContainer && withMode(request.PrimaryContainer),
    Containers: request.Containers?.map(withMode),
    ModelArn: arn,
    CreationTime: epochSeconds(createdAt),
  };
}

const withMode = (container: ContainerDefinition): ContainerDefinition => ({ Mode: 'SingleModel', ...container });
