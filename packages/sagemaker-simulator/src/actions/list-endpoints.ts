import { epochSeconds, type Call, type Output } from '../call.ts';
import { createPage, type ListInput } from '../resources/page.ts';
import { currentPhase } from '../state/timeline.ts';

/** Newest first by default, as for models. */
export function listEndpoints(input: ListInput, { state, now }: Call): Output {
  const endpoints = Array.from(state.endpoints.values(), ({ name, arn, createdAt, timeline }) => {
    const { status, startAt, modifiedAt = startAt } = currentPhase(timeline, now);
    const item = {
      EndpointName: name,
      EndpointArn: arn,
      CreationTime: epochSeconds(createdAt),
      LastModifiedTime: epochSeconds(modifiedAt),
      EndpointStatus: status,
    };
    return { name, createdAt, modifiedAt, status, summary: item };
  }).filter(({ status }) => status !== 'Gone');
  const { summaries, NextToken } = createPage(endpoints, { ...input, SortOrder: input.SortOrder ?? 'Descending' });
  return { Endpoints: summaries, NextToken };
}
