import type { Call } from '../call.ts';
import { type AwsError, validationError } from '../aws-error.ts';
import type { EndpointConfigRecord } from '../state/records.ts';
import { keyOf } from '../state/state.ts';

/** @throws {AwsError} what SageMaker returns for an unknown endpoint configuration. */
export function requireEndpointConfig(call: Call, name: string): EndpointConfigRecord {
  const config = call.state.endpointConfigs.get(keyOf(name));
  if (!config) throw endpointConfigNotFound(call, name);
  return config;
}

export const endpointConfigNotFound = ({ arn }: Call, name: string): AwsError =>
  validationError(`Could not find endpoint configuration "${arn('endpoint-config', name)}".`);
