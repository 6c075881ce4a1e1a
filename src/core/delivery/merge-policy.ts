import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';
import type { PolicyShape } from './policy-member.ts';
import { policyShape } from './policy-shape.ts';
import type { WrittenPolicy } from './read-policy.ts';

/**
 * Lays an endpoint's part over that of the defaults: objects member by member, lists replaced, `null` in place of what it takes away. Both
 * have passed checkPolicy. The result has no nulls.
 */
export const mergePolicies = (lower: WrittenPolicy, upper: ShapeObject): WrittenPolicy =>
  // checkPolicy has found it to be one.
  withoutNulls(policyShape, merge(policyShape, lower, upper)) as WrittenPolicy;

function merge(shape: PolicyShape, lower: unknown, upper: unknown): unknown {
  if (upper === undefined) return lower;
  if (shape.type !== 'object' || !isObject(lower) || !isObject(upper)) return upper;
  const members = Object.entries(shape.members).filter(
    ([member]) => Object.hasOwn(lower, member) || Object.hasOwn(upper, member),
  );
  return Object.fromEntries(members.map(([member, inner]) => [member, merge(inner, own(lower, member), own(upper, member))]));
}

function withoutNulls(shape: PolicyShape, value: unknown): unknown {
  if (shape.type === 'list' && Array.isArray(value)) return value.map((entry) => withoutNulls(shape.of, entry));
  if (shape.type !== 'object' || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(shape.members).flatMap(([member, inner]) => {
      const held = own(value, member) ?? null;
      return held === null ? [] : [[member, withoutNulls(inner, held)]];
    }),
  );
}
