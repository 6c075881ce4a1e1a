import type { Call } from '../call.ts';
import { validationError } from '../aws-error.ts';
import type { Tag } from '../state/requests.ts';
import { keyOf, type Put } from '../state/state.ts';
import { endpointNamed } from './endpoint.ts';

const maxTags = 50;

/**
 * The tags of a resource after more have come; a known key gets the new value.
 * @throws {AwsError} ValidationException for a key that comes twice, a reserved key, and too many tags. The wording is made up.
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

const collections = {
  'training-job': 'trainingJobs',
  model: 'models',
  'endpoint-config': 'endpointConfigs',
  endpoint: 'endpoints',
} as const;

const isTaggable = (kind: string): kind is keyof typeof collections => kind in collections;

interface Taggable {
  kind: string;
  name: string;
  tags: Tag[];
  withTags: (tags: Tag[]) => Put;
}

/**
 * The resource of an ARN, in any case, and the change that gives it other tags.
 * @throws {AwsError} for an ARN of nothing; with the text for training jobs, as none for tags is known.
 */
export function requireTaggable({ state, now }: Call, arn: string): Taggable {
  const [, kind = '', name = ''] = /^arn:[^:]+:sagemaker:[^:]*:\d{12}:([a-z-]+)\/(.+)$/.exec(arn) ?? [];
  const collection = isTaggable(kind) ? collections[kind] : null;
  const record = collection === null ? undefined : state[collection].get(keyOf(name));
  const gone = collection === 'endpoints' && endpointNamed(state, name, now) === null;
  if (collection === null || gone || record?.arn !== arn.toLowerCase()) throw validationError('Requested resource not found.');
  return {
    kind,
    name: record.name,
    tags: record.tags,
    withTags: (tags) => [collection, keyOf(record.name), { ...record, tags }] as Put,
  };
}
