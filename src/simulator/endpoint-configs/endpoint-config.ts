import { epochSeconds, type Call, type Output } from '../call.ts';
import { type AwsError, validationError } from '../http/aws-error.ts';
import { pageOf, type ListInput } from '../listing/page.ts';
import type { EndpointConfigRecord } from '../state/records.ts';
import { keyOf } from '../state/state.ts';

interface Named {
  EndpointConfigName: string;
}

export function requireEndpointConfig(call: Call, name: string): EndpointConfigRecord {
  const config = call.state.endpointConfigs.get(keyOf(name));
  if (!config) throw endpointConfigNotFound(call, name);
  return config;
}

export const endpointConfigNotFound = ({ arn }: Call, name: string): AwsError =>
  validationError(`Could not find endpoint configuration "${arn('endpoint-config', name)}".`);

export function describeEndpointConfig({ EndpointConfigName }: Named, call: Call): Output {
  const { arn, createdAt, request } = requireEndpointConfig(call, EndpointConfigName);
  return { ...request, EndpointConfigArn: arn, CreationTime: epochSeconds(createdAt) };
}

/** Goes through also for a configuration in use; what breaks is a later update (sagemaker-facts, section 4). */
export function deleteEndpointConfig({ EndpointConfigName }: Named, call: Call): Output {
  const { name } = requireEndpointConfig(call, EndpointConfigName);
  call.state.commit({
    puts: [['endpointConfigs', keyOf(name), null]],
    effects: [{ at: call.now, kind: 'endpoint_config_deleted', name }],
  });
  return null;
}

export function listEndpointConfigs(input: ListInput, { state }: Call): Output {
  const configs = Array.from(state.endpointConfigs.values(), ({ name, arn, createdAt }) => {
    const summary = { EndpointConfigName: name, EndpointConfigArn: arn, CreationTime: epochSeconds(createdAt) };
    return { name, createdAt, modifiedAt: createdAt, status: '', summary };
  });
  const { summaries, NextToken } = pageOf(configs, { ...input, SortOrder: input.SortOrder ?? 'Descending' });
  return { EndpointConfigs: summaries, NextToken };
}
