import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import { requireTaggable } from '../resources/tags.ts';
import { keyOf } from '../state/state.ts';

/** A page holds at least 50 tags, and no resource has more: there is never a next one. */
export function listTags(input: { ResourceArn: string; NextToken?: string }, call: Call): Output {
  if (input.NextToken !== undefined) throw validationError('The token is invalid.');
  const { name, tags, kind } = requireTaggable(call, input.ResourceArn);
  const job = kind === 'training-job' ? call.state.trainingJobs.get(keyOf(name)) : undefined;
  const areSpreading = job !== undefined && call.now < job.createdAt + call.settings.trainingJobTagsVisibleAfterMs;
  return { Tags: areSpreading ? [] : tags };
}
