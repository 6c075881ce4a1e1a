import { isObject } from './shapes.ts';

/** Whether two values of JSON are the same, whatever the order of an object's members. */
export function isSameShape(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((entry, index) => isSameShape(entry, other[index]));
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameShape(one[name], other[name]))
  );
}
