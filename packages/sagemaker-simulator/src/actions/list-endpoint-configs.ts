import { epochSeconds, type Call, type Output } from '../call.ts';
import { createPage, type ListInput } from '../resources/page.ts';

/** Newest first by default, as for models. */
export function listEndpointConfigs(input: ListInput, { state }: Call): Output {
  const configs = Array.from(state.endpointConfigs.values(), ({ name, arn, createdAt }) => {
    const summary = { EndpointConfigName: name, EndpointConfigArn: arn, CreationTime: epochSeconds(createdAt) };
    return { name, createdAt, modifiedAt: createdAt, status: '', summary };
  });
  const { summaries, NextToken } = createPage(configs, { ...input, SortOrder: input.SortOrder ?? 'Descending' });
  return { EndpointConfigs: summaries, NextToken };
}
