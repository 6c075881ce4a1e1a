import type { Call, Output } from '../call.ts';
import { requireEndpointConfig } from '../resources/endpoint-config.ts';
import { keyOf } from '../state/state.ts';

/** Succeeds for a configuration in use too; a later update of its endpoint fails (hashicorp/terraform-provider-aws#40048). */
export function deleteEndpointConfig({ EndpointConfigName }: { EndpointConfigName: string }, call: Call): Output {
  const { name } = requireEndpointConfig(call, EndpointConfigName);
  call.state.commit({
    puts: [['endpointConfigs', keyOf(name), null]],
    effects: [{ at: call.now, kind: 'endpoint_config_deleted', name }],
  });
  return null;
}
