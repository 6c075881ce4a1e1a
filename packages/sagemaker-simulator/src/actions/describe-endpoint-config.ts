import { epochSeconds, type Call, type Output } from '../call.ts';
import { requireEndpointConfig } from '../resources/endpoint-config.ts';

export function describeEndpointConfig({ EndpointConfigName }: { EndpointConfigName: string }, call: Call): Output {
  const { arn, createdAt, request } = requireEndpointConfig(call, EndpointConfigName);
  return { ...request, EndpointConfigArn: arn, CreationTime: epochSeconds(createdAt) };
}
