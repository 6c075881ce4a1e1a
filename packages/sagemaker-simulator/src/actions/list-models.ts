import { epochSeconds, type Call, type Output } from '../call.ts';
import { createPage, type ListInput } from '../resources/page.ts';

/** Newest first by default, unlike training jobs (the API model's text on OrderKey). */
export function listModels(input: ListInput, { state }: Call): Output {
  const models = Array.from(state.models.values(), ({ name, arn, createdAt }) => {
    const summary = { ModelName: name, ModelArn: arn, CreationTime: epochSeconds(createdAt) };
    return { name, createdAt, modifiedAt: createdAt, status: '', summary };
  });
  const { summaries, NextToken } = createPage(models, { ...input, SortOrder: input.SortOrder ?? 'Descending' });
  return { Models: summaries, NextToken };
}
