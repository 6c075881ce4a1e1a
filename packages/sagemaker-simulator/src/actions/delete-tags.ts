import type { Call, Output } from '../call.ts';
import { requireTaggable } from '../resources/tags.ts';

/** A key that the resource does not have is no error. The output is empty, but an object: DeleteTagsOutput has no members. */
export function deleteTags({ ResourceArn, TagKeys }: { ResourceArn: string; TagKeys: string[] }, call: Call): Output {
  const { name, tags, withTags } = requireTaggable(call, ResourceArn);
  const left = tags.filter(({ Key }) => !TagKeys.includes(Key));
  const keys = tags.map(({ Key }) => Key).filter((key) => TagKeys.includes(key));
  call.state.commit({ puts: [withTags(left)], effects: [{ at: call.now, kind: 'tags_deleted', name, detail: { keys } }] });
  return {};
}
