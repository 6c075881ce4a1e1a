import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import { requireModel } from '../resources/model.ts';
import type { EndpointConfigRecord } from '../state/records.ts';
import type { EndpointConfigRequest } from '../state/requests.ts';
import { keyOf } from '../state/state.ts';
import { mergedTags } from '../resources/tags.ts';
import { requireServerless } from '../resources/serverless-rules.ts';
import { requireVariants } from '../resources/variant-rules.ts';

export function createEndpointConfig(input: EndpointConfigRequest, call: Call): Output {
  const { state, now, arn, settings } = call;
  const { Tags, ...request } = input;
  requireVariants(request);
  const models = [...request.ProductionVariants, ...(request.ShadowProductionVariants ?? [])].flatMap(
    ({ ModelName }) => ModelName ?? [],
  );
  for (const model of models) requireModel(call, model);
  requireServerless(request, call);
  const name = input.EndpointConfigName;
  const existing = state.endpointConfigs.get(keyOf(name));
  if (existing) throw validationError(`Cannot create already existing endpoint configuration "${existing.arn}".`);
  const config: EndpointConfigRecord = {
    name,
    arn: arn('endpoint-config', name),
    createdAt: now,
    tags: mergedTags([], Tags),
    request,
    visibleAt: now + settings.endpointConfigVisibleAfterMs,
  };
  state.commit({
    puts: [['endpointConfigs', keyOf(name), config]],
    effects: [{ at: now, kind: 'endpoint_config_created', name, detail: { models } }],
  });
  return { EndpointConfigArn: config.arn };
}
