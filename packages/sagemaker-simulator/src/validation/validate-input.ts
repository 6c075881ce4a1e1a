import { validationError, type AwsError } from '../aws-error.ts';
import type { Operation } from '../operations.ts';
import { brokenConstraints } from './constraints.ts';
import { getInputShape, getShape, type InputShape } from './input-shapes.ts';
import { requireType } from './require-type.ts';

/** What is wrong with a value: where, and what it should satisfy. */
export interface Fault {
  value: unknown;
  path: string;
  constraint: string;
}

/**
 * Checks an operation's input against SageMaker's API model: required members, lengths, ranges, patterns, enumerations, in
 * AWS's wording (`1 validation error detected: Value '…' at '…' failed to satisfy constraint: …`; transcripts in
 * aws/sagemaker-python-sdk#384, zenml-io/zenml#1502). Members that the model doesn't know are ignored, as AWS does.
 * @throws {AwsError} SerializationException for a value of the wrong type, ValidationException for the rest.
 */
export function validateInput(operation: Operation, input: unknown): void {
  const faults: Fault[] = [];
  check(getInputShape(operation), input, '', faults);
  if (faults.length > 0) throw invalidInput(faults);
}

export function invalidInput(faults: Fault[]): AwsError {
  const listed = faults.map(({ value, path, constraint }) => {
    const shown = value === null || value === undefined ? 'null' : `'${shownValue(value)}'`;
    return `Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  return validationError(`${faults.length} validation error${faults.length === 1 ? '' : 's'} detected: ${listed.join('; ')}`);
}

export const missing = (path: string): Fault => ({ value: null, path, constraint: 'Member must not be null' });

function shownValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(shownValue).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}=${shownValue(inner)}`)
    .join(', ')}}`;
}

function check(shape: InputShape, value: unknown, path: string, faults: Fault[]): void {
  requireType(shape, value);
  for (const constraint of brokenConstraints(shape, value)) faults.push({ value, path, constraint });
  if (shape.type === 'structure') checkStructure(shape, value as Record<string, unknown>, path, faults);
  else if (shape.type === 'list') checkList(shape, value as unknown[], path, faults);
  else if (shape.type === 'map') checkMap(shape, value as Record<string, unknown>, path, faults);
}

/** AWS speaks of members as its Java classes name them: `trainingJobName`, `productionVariants.1.member.instanceType`. */
function memberPath(path: string, member: string): string {
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  return path === '' ? name : `${path}.${name}`;
}

function checkStructure(shape: InputShape, value: Record<string, unknown>, path: string, faults: Fault[]): void {
  for (const [member, shapeName] of Object.entries(shape.members ?? {})) {
    const inner = value[member];
    if (inner !== undefined && inner !== null) check(getShape(shapeName), inner, memberPath(path, member), faults);
    else if (shape.required?.includes(member)) faults.push(missing(memberPath(path, member)));
  }
}

const isScalar = (shape: InputShape): boolean => !['structure', 'list', 'map'].includes(shape.type);

function checkList(shape: InputShape, value: unknown[], path: string, faults: Fault[]): void {
  const element = getShape(shape.member ?? '');
  if (!isScalar(element)) {
    for (const [index, inner] of value.entries()) check(element, inner, `${path}.${index + 1}.member`, faults);
    return;
  }
  for (const inner of value) requireType(element, inner);
  reportInner('Member', value, element, { value, path }, faults);
}

function checkMap(shape: InputShape, value: Record<string, unknown>, path: string, faults: Fault[]): void {
  const inner = getShape(shape.value ?? '');
  if (!isScalar(inner)) {
    for (const [key, entry] of Object.entries(value)) check(inner, entry, `${path}.${key}.member`, faults);
  } else {
    for (const entry of Object.values(value)) requireType(inner, entry);
    reportInner('Map value', Object.values(value), inner, { value, path }, faults);
  }
  reportInner('Map keys', Object.keys(value), getShape(shape.key ?? ''), { value, path }, faults);
}

/** For elements of a list or map, AWS names the collection and all constraints of its elements. */
function reportInner(
  what: string,
  inners: unknown[],
  shape: InputShape,
  at: { value: unknown; path: string },
  faults: Fault[],
): void {
  const broken = new Set(inners.flatMap((inner) => brokenConstraints(shape, inner)));
  if (broken.size > 0) faults.push({ ...at, constraint: `${what} must satisfy constraint: [${[...broken].join(', ')}]` });
}
