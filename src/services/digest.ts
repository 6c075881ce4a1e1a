import { createHash } from 'node:crypto';

/** A digest over content whose parts are always given in the same order; the order of an object's keys makes no difference. */
export const digestOf = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content, sortedKeys)).digest('hex');

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
