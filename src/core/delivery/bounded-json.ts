const lengths = [2000, 500, 100, 30];
/** Of an array, where shorter strings do not suffice. */
const items = [Infinity, 50, 20, 5];

/**
 * JSON of a value in at most so many bytes of UTF-8. Long strings are cut, and then long arrays, as far as necessary; what is cut ends
 * in `…`. A value of many members may exceed the bound, since no member is left out.
 */
export function boundedJson(value: unknown, maxBytes: number): string {
  let json = JSON.stringify(value);
  for (const [index, maxLength] of lengths.entries()) {
    if (bytesOf(json) <= maxBytes) return json;
    const maxItems = items[index] ?? Infinity;
    json = JSON.stringify(value, (_, member: unknown) => shortened(member, maxLength, maxItems));
  }
  return json;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

function shortened(member: unknown, maxLength: number, maxItems: number): unknown {
  // An address that is cut leads nowhere.
  if (typeof member === 'string') return /^https?:/.test(member) ? member : shortText(member, maxLength);
  return Array.isArray(member) && member.length > maxItems ? [...(member.slice(0, maxItems) as unknown[]), '…'] : member;
}

/** A text of at most so many UTF-16 units. What is cut ends in `…`, and not within a character. */
export const shortText = (text: string, maxLength: number): string =>
  text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
