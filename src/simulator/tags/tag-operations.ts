import type { Call, Output } from '../call.ts';
import { endpointNamed } from '../endpoints/endpoint.ts';
import { validationError } from '../http/aws-error.ts';
import type { Tag } from '../state/records.ts';
import { keyOf, type Put } from '../state/state.ts';
import { mergedTags } from './tags.ts';

const collections = {
  'training-job': 'trainingJobs',
  model: 'models',
  'endpoint-config': 'endpointConfigs',
  endpoint: 'endpoints',
} as const;

const isTaggable = (kind: string): kind is keyof typeof collections => kind in collections;

interface Tagged {
  kind: string;
  name: string;
  tags: Tag[];
  withTags: (tags: Tag[]) => Put;
}

/** @throws {AwsError} for an ARN that is nobody's; the wording is that of training jobs, as none was found for ListTags. */
function resourceOf({ state, now }: Call, arn: string): Tagged {
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

export function addTags(input: { ResourceArn: string; Tags: Tag[] }, call: Call): Output {
  const { name, tags, withTags } = resourceOf(call, input.ResourceArn);
  const merged = mergedTags(tags, input.Tags);
  const keys = input.Tags.map(({ Key }) => Key);
  call.state.commit({ puts: [withTags(merged)], effects: [{ at: call.now, kind: 'tags_added', name, detail: { keys } }] });
  return { Tags: merged };
}

/** A page holds at least 50 tags, and no resource has more: there is never a next one. */
export function listTags(input: { ResourceArn: string; NextToken?: string }, call: Call): Output {
  if (input.NextToken !== undefined) throw validationError('The token is invalid.');
  const { name, tags, kind } = resourceOf(call, input.ResourceArn);
  const job = kind === 'training-job' ? call.state.trainingJobs.get(keyOf(name)) : undefined;
  const areSpreading = job !== undefined && call.now < job.createdAt + call.settings.trainingJobTagsVisibleAfterMs;
  return { Tags: areSpreading ? [] : tags };
}
