import { createHash } from 'node:crypto';

/** Returns a digest of content. The order of an object's keys makes no difference, the order of an array's items does. */
export const digestOf = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content, sortedKeys)).digest('hex');

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
