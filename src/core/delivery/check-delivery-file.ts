import { namePattern } from '../sagemaker/names.ts';
import { findMember } from '../shapes/find-member.ts';
import { guessName, plainName } from '../shapes/guess-name.ts';
import type { ShapeIssue } from '../shapes/issue.ts';
import { isObject, type ShapeObject } from '../shapes/shapes.ts';
import { shownName, validateShape } from '../shapes/validate-shape.ts';
import { noLayers, type ShapeLayers } from '../shapes/shape-layers.ts';
import { checkPolicy, findPolicyMember } from './check-policy.ts';
import { conflictIssues } from './conflict-issues.ts';
import { type DeliveryFile, type FileLayers, layerMembers } from './delivery-file.ts';
import { type DeliveryContext, policyConflicts } from './policy-conflicts.ts';

/** Either the file, fit to be merged, or what is wrong with it. */
export type CheckedDelivery = { readonly delivery: DeliveryFile } | { readonly issues: readonly ShapeIssue[] };

/**
 * Checks what a delivery file holds: its members, each layer against SageMaker's model, the policies, and each endpoint's layers laid over
 * the defaults, as far as that needs no request. An issue's field is the path in the file, `defaults.training.VpcConfig.Subnets[0]`, and empty for the
 * file itself; no issue repeats a value.
 */
export function checkDeliveryFile(value: unknown, context: DeliveryContext): CheckedDelivery {
  if (!isObject(value))
    return { issues: [{ field: '', detail: 'must be an object that has defaults, endpoints or both: {} for neither' }] };
  const issues = unknownMembers(value, '', [...fileMembers, schemaMember], guessFileMember);
  const delivery = {
    defaults: readLayers(issues, value['defaults'], 'defaults'),
    endpoints: readEndpoints(issues, value['endpoints']),
  };
  const schema = value[schemaMember];
  if (schema !== undefined && typeof schema !== 'string') issues.push({ field: schemaMember, detail: 'must be a string' });
  const found = issues.length > 0 ? issues : [...conflictIssues(delivery), ...policyConflicts(delivery, context)];
  return found.length > 0 ? { issues: found } : { delivery };
}

const fileMembers: readonly string[] = ['defaults', 'endpoints'];
/** Where an editor finds the schema of a JSON file. */
const schemaMember = '$schema';

const emptyIsObject = 'must be an object: leave it out, or write {}, where it has nothing';

function readEndpoints(issues: ShapeIssue[], value: unknown): Readonly<Record<string, FileLayers>> {
  if (value === undefined) return {};
  if (!isObject(value)) {
    issues.push({ field: 'endpoints', detail: emptyIsObject });
    return {};
  }
  const first = new Map<string, string>();
  const endpoints = Object.entries(value).map(([name, held], index): [string, FileLayers] => {
    const earlier = first.get(name.toLowerCase());
    first.set(name.toLowerCase(), name);
    const rule = 'must be at most 63 letters, digits and inner hyphens';
    if (!shownName.test(name)) {
      issues.push({ field: 'endpoints', detail: `has a name, number ${index + 1} of it, that ${rule}` });
      return [name, noLayers];
    }
    const field = `endpoints.${name}`;
    if (!namePattern.test(name)) issues.push({ field, detail: `is not the name of an endpoint, which ${rule}` });
    else if (earlier !== undefined)
      issues.push({ field, detail: `is the same endpoint as endpoints.${earlier}: SageMaker ignores the case of its name` });
    return [name, readLayers(issues, held, field)];
  });
  // `Object.fromEntries` takes `constructor`, which is the name of an endpoint, for a name like others.
  return Object.fromEntries(endpoints);
}

function readLayers(issues: ShapeIssue[], value: unknown, field: string): FileLayers {
  if (value === undefined) return noLayers;
  if (!isObject(value)) {
    issues.push({ field, detail: emptyIsObject });
    return noLayers;
  }
  const known = [...layerMembers.map(({ member }) => member), policyMember];
  issues.push(...unknownMembers(value, field, known, (name) => guessLayerMember(name, field)));
  const policy = Object.hasOwn(value, policyMember) ? value[policyMember] : undefined;
  if (policy !== undefined) issues.push(...checkPolicy(policy, `${field}.${policyMember}`));
  const layers = layerMembers.map(({ member, layer, operation }): [keyof ShapeLayers, ShapeObject] => {
    const held = Object.hasOwn(value, member) ? value[member] : undefined;
    if (held === undefined) return [layer, {}];
    const path = `${field}.${member}`;
    const found = held === null ? [{ field: path, detail: emptyIsObject }] : validateShape(operation, held, path);
    issues.push(...found, ...nameIssues(held, path));
    return [layer, isObject(held) ? held : {}];
  });
  return { ...noLayers, ...Object.fromEntries(layers), ...(isObject(policy) ? { delivery: policy } : {}) };
}

const policyMember = 'delivery';

/** SageMaker's model has it and a request may, but a file holds for every run. */
function nameIssues(layer: unknown, path: string): ShapeIssue[] {
  const name = isObject(layer) ? layer['TrainingJobName'] : null;
  if (typeof name !== 'string') return [];
  return [{ field: `${path}.TrainingJobName`, detail: 'would give all trainings one name; leave it out' }];
}

function unknownMembers(
  holder: ShapeObject,
  field: string,
  known: readonly string[],
  guess: (name: string) => string | null,
): ShapeIssue[] {
  return Object.keys(holder).flatMap((name, index): ShapeIssue[] => {
    if (known.includes(name)) return [];
    if (!shownName.test(name)) return [{ field, detail: `has an unknown member, number ${index + 1} of it` }];
    const meant = guess(name);
    const detail = `is not a known member${meant === null ? '' : `; did you mean ${meant}?`}`;
    return [{ field: field === '' ? name : `${field}.${name}`, detail }];
  });
}

/** At the top of a file the members of `defaults` are missed most. */
const guessFileMember = (name: string): string | null => guessName(name, fileMembers) ?? guessLayerMember(name, 'defaults');

/** Requests call the same layers `create_…`, and SageMaker's own members belong one level deeper. */
function guessLayerMember(name: string, field: string): string | null {
  const ofRequest = layerMembers.find(({ operation }) => plainName(operation) === plainName(name));
  const layer = ofRequest?.member ?? guessName(name, [...layerMembers.map(({ member }) => member), policyMember]);
  if (layer !== null) return `${field}.${layer}`;
  for (const { member, operation } of layerMembers) {
    const place = findMember(operation, name);
    if (place !== null) return `${field}.${member}.${place}`;
  }
  const ofPolicy = findPolicyMember(name);
  return ofPolicy === null ? null : `${field}.${policyMember}.${ofPolicy}`;
}
