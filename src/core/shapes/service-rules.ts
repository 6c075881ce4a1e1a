import { reservedTagPrefix } from '../sagemaker/tags.ts';
import type { ShapeIssue } from './issue.ts';
import { mergeKeys } from './merge-keys.ts';
import { isObject, type ShapedOperation, type ShapeObject } from './shapes.ts';

/** SageMaker allows 50 tags; the service adds its own. */
export const maxTags = 40;

/** Names are the idempotency keys (ARCHITECTURE.md#principles): these follow from the run and the content. */
export const serviceNames: Readonly<Record<ShapedOperation, Readonly<Record<string, string>>>> = {
  CreateTrainingJob: {},
  CreateModel: { ModelName: 'follows from the training job and the content of the model; leave it out' },
  CreateEndpointConfig: {
    EndpointConfigName: 'follows from the training job and the content of the configuration; leave it out',
  },
};

/** What a layer may not hold although SageMaker's model allows it: names and tags of this service, and entries that cannot be merged. */
export function serviceRuleIssues(operation: ShapedOperation, layer: ShapeObject, path: string): ShapeIssue[] {
  const names = nameIssues(operation, layer, path);
  // Of very many, the number is what is wrong.
  if (entriesOf(layer, 'Tags').length > maxTags)
    return [...names, { field: `${path}.Tags`, detail: `must have at most ${maxTags} entries` }];
  return [...names, ...keyIssues(layer, path), ...tagIssues(layer, path)];
}

const isGiven = (holder: ShapeObject, member: string): boolean =>
  Object.hasOwn(holder, member) && holder[member] !== undefined && holder[member] !== null;

const entriesOf = (layer: ShapeObject, member: string): readonly unknown[] => {
  const list = Object.hasOwn(layer, member) ? layer[member] : null;
  return Array.isArray(list) ? list : [];
};

function nameIssues(operation: ShapedOperation, layer: ShapeObject, path: string): ShapeIssue[] {
  const names = Object.entries(serviceNames[operation]);
  const issues = names.filter(([name]) => isGiven(layer, name)).map(([name, detail]) => ({ field: `${path}.${name}`, detail }));
  if (operation !== 'CreateEndpointConfig') return issues;
  const variants = entriesOf(layer, 'ProductionVariants');
  if (variants.length > 1)
    issues.push({ field: `${path}.ProductionVariants`, detail: 'must have 1 entry: one model is deployed' });
  const [variant] = variants;
  if (isObject(variant) && isGiven(variant, 'ModelName')) {
    issues.push({
      field: `${path}.ProductionVariants[0].ModelName`,
      detail: 'follows from the training job and the content of the model; leave it out',
    });
  }
  return issues;
}

/** Entries that are merged by a key have one, and each another one. */
function keyIssues(layer: ShapeObject, path: string): ShapeIssue[] {
  return Object.entries(mergeKeys).flatMap(([member, key]) => {
    const first = new Map<unknown, number>();
    return entriesOf(layer, member).flatMap((entry, index): ShapeIssue[] => {
      if (!isObject(entry)) return [];
      const field = `${path}.${member}[${index}].${key}`;
      if (!isGiven(entry, key)) return [{ field, detail: 'is required' }];
      const earlier = first.get(entry[key]);
      if (earlier !== undefined) return [{ field, detail: `is the same as that of ${path}.${member}[${earlier}]` }];
      first.set(entry[key], index);
      return [];
    });
  });
}

function tagIssues(layer: ShapeObject, path: string): ShapeIssue[] {
  const tags = entriesOf(layer, 'Tags');
  return tags.flatMap((tag, index) => {
    const key = isObject(tag) && typeof tag['Key'] === 'string' ? tag['Key'].toLowerCase() : '';
    const prefix = [reservedTagPrefix, 'aws:'].find((reserved) => key.startsWith(reserved));
    return prefix === undefined ? [] : [{ field: `${path}.Tags[${index}].Key`, detail: `must not begin with ${prefix}` }];
  });
}
