import { checkNumber, checkString } from './check-value.ts';
import { findMember } from './find-member.ts';
import { guessName } from './guess-name.ts';
import { ShapeIssues, type ShapeIssue } from './issue.ts';
import { serviceRuleIssues } from './service-rules.ts';
import { getShape, inputShape, isObject, memberShape, type Shape, type ShapedOperation, type ShapeObject } from './shapes.ts';

/** Of an issue's path only what is surely a name is shown. */
export const shownName = /^[\w.-]{1,100}$/;

/**
 * Checks one layer of a request against SageMaker's model: names, types, bounds, patterns, and the names and tags that belong to this
 * service. Nothing is required of a layer, and `null` stands for a member to take away; what the whole lacks is for checkMerged. Returns at
 * most 20 issues, none of which repeats a value. Time and depth are bounded by the model, whatever the value is.
 *
 * @param path What the issues' fields begin with: `create_training_job`.
 */
export function validateShape(operation: ShapedOperation, value: unknown, path: string): readonly ShapeIssue[] {
  const issues = new ShapeIssues();
  const walk: Walk = { operation, root: path, issues };
  check(walk, inputShape(operation), value, path);
  if (!isObject(value)) return issues.found;
  const reported = new Set(issues.found.map(({ field }) => field));
  for (const { field, detail } of serviceRuleIssues(operation, value, path)) if (!reported.has(field)) issues.add(field, detail);
  return issues.found;
}

interface Walk {
  readonly operation: ShapedOperation;
  readonly root: string;
  readonly issues: ShapeIssues;
}

function check(walk: Walk, shape: Shape, value: unknown, path: string): void {
  if (walk.issues.isFull) return;
  switch (shape.type) {
    case 'structure':
      if (isObject(value)) checkStructure(walk, shape, value, path);
      else walk.issues.add(path, 'must be an object');
      return;
    case 'map':
      if (isObject(value)) checkMap(walk, shape, value, path);
      else walk.issues.add(path, 'must be an object');
      return;
    case 'list':
      if (Array.isArray(value)) checkList(walk, shape, value, path);
      else walk.issues.add(path, 'must be an array');
      return;
    default: {
      const detail = checkScalar(shape, value);
      if (detail !== null) walk.issues.add(path, detail);
    }
  }
}

function checkScalar(shape: Exclude<Shape, { type: 'structure' | 'map' | 'list' }>, value: unknown): string | null {
  if (shape.type === 'string') return checkString(shape, value);
  if (shape.type !== 'boolean') return checkNumber(shape, value);
  return typeof value === 'boolean' ? null : 'must be true or false';
}

function checkStructure(walk: Walk, shape: Shape & { type: 'structure' }, value: ShapeObject, path: string): void {
  for (const [index, member] of Object.keys(value).entries()) {
    if (walk.issues.isFull) return;
    const inner = memberShape(shape, member);
    const held = value[member];
    if (inner === null) reportUnknown(walk, shape, { member, index }, path);
    else if (held !== null && held !== undefined) check(walk, inner, held, `${path}.${member}`);
  }
}

function reportUnknown(
  { operation, root, issues }: Walk,
  shape: Shape & { type: 'structure' },
  { member, index }: { member: string; index: number },
  path: string,
): void {
  if (!shownName.test(member)) {
    issues.add(path, `has an unknown member, number ${index + 1} of it`);
    return;
  }
  const sibling = guessName(member, Object.keys(shape.members));
  const elsewhere = sibling === null ? findMember(operation, member) : null;
  const meant = sibling ?? (elsewhere === null ? null : `${root}.${elsewhere}`);
  issues.add(`${path}.${member}`, `is not a known member${meant === null ? '' : `; did you mean ${meant}?`}`);
}

/** The keys and values of a map are the caller's own: a key that breaks its rule may be a value in the wrong place. */
function checkMap(walk: Walk, shape: Shape & { type: 'map' }, value: ShapeObject, path: string): void {
  const keys = Object.keys(value);
  if (!hasFittingSize(walk, shape, keys.length, path)) return;
  const [keyShape, valueShape] = [getShape(shape.key), getShape(shape.value)];
  for (const [index, key] of keys.entries()) {
    const wrongKey = key === '__proto__' ? 'is reserved by JavaScript' : checkScalar(keyShape as Shape & { type: 'string' }, key);
    const held = value[key];
    const field = shownName.test(key) ? `${path}.${key}` : `${path}[${index}]`;
    if (wrongKey !== null) walk.issues.add(path, `has a name, number ${index + 1} of it, that ${wrongKey}`);
    else if (held !== null && held !== undefined) check(walk, valueShape, held, field);
  }
}

function checkList(walk: Walk, shape: Shape & { type: 'list' }, value: readonly unknown[], path: string): void {
  if (!hasFittingSize(walk, shape, value.length, path)) return;
  const element = getShape(shape.element);
  for (const [index, held] of value.entries()) {
    if (walk.issues.isFull) return;
    check(walk, element, held, `${path}[${index}]`);
  }
}

/** Beyond the bound nothing inside is compared: a list of millions ends here. */
function hasFittingSize(
  { issues }: Walk,
  { min = 0, max = Infinity }: Shape & { type: 'list' | 'map' },
  size: number,
  path: string,
): boolean {
  const entries = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`);
  if (size < min) issues.add(path, `must have at least ${entries(min)}`);
  else if (size > max) issues.add(path, `must have at most ${entries(max)}`);
  return size >= min && size <= max;
}
