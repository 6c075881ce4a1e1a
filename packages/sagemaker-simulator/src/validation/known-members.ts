import type { Operation } from '../operations.ts';
import { getInputShape, getShape, type InputShape } from './input-shapes.ts';

/** The input with the members that the API model has, at any depth: SageMaker ignores all others, and never returns them. */
export const keepKnownMembers = (operation: Operation, input: unknown): unknown => keep(getInputShape(operation), input);

function keep(shape: InputShape, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  const { type, members = {} } = shape;
  if (type === 'list') return (value as unknown[]).map((one) => keep(getShape(shape.member ?? ''), one));
  if (type === 'map') {
    const inner = getShape(shape.value ?? '');
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, keep(inner, one)]));
  }
  if (type !== 'structure') return value;
  const known = Object.entries(value).filter(([name]) => Object.hasOwn(members, name));
  return Object.fromEntries(known.map(([name, one]) => [name, keep(getShape(members[name] ?? ''), one)]));
}
