import { validationError } from '../http/aws-error.ts';
import type { Tag } from '../state/records.ts';

const maxTags = 50;

/**
 * The tags of a resource after more have come; a known key gets the new value.
 * @throws {AwsError} ValidationException for a key that comes twice, a reserved key, and too many tags. The wording is ours.
 */
export function mergedTags(tags: Tag[], added: Tag[] = []): Tag[] {
  const keys = added.map(({ Key }) => Key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw validationError(`Duplicate tag keys found: ${twice}`);
  if (keys.some((key) => key.toLowerCase().startsWith('aws:'))) {
    throw validationError('aws: prefixed tag key names are not allowed for external use.');
  }
  const merged = new Map([...tags, ...added].map(({ Key, Value }) => [Key, Value]));
  if (merged.size > maxTags) throw validationError(`The number of tags exceeds the limit of ${maxTags}.`);
  return Array.from(merged, ([Key, Value]) => ({ Key, Value }));
}
