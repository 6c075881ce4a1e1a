import type { Call, Output } from '../call.ts';
import { mergedTags, requireTaggable } from '../resources/tags.ts';
import type { Tag } from '../state/requests.ts';

/** Returns all tags that the resource has afterwards. */
export function addTags(input: { ResourceArn: string; Tags: Tag[] }, call: Call): Output {
  const { name, tags, withTags } = requireTaggable(call, input.ResourceArn);
  const merged = mergedTags(tags, input.Tags);
  const keys = input.Tags.map(({ Key }) => Key);
  call.state.commit({ puts: [withTags(merged)], effects: [{ at: call.now, kind: 'tags_added', name, detail: { keys } }] });
  return { Tags: merged };
}
