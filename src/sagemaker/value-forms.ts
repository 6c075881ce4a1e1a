/**
 * The forms in which the values of a request come back in SageMaker's words and in those of a container: as a whole, a line of them, a
 * part of them, escaped. All with their white space as single spaces, as in a text that `onOneLine` has gone over.
 */

/** Shorter ones stand in ordinary words. */
export const shortestHidden = 8;

const whiteSpace = /[\s\p{Cc}]+/gu;

export const onOneLine = (text: string): string => text.replaceAll(whiteSpace, ' ');

/** Longest first, since one may hold another. */
export function formsOf(values: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const part of values.flatMap(partsOf)) {
    for (const form of writtenForms(part)) {
      const line = onOneLine(form).trim();
      if (line.length >= shortestHidden) forms.add(line);
    }
  }
  return [...forms].toSorted((a, b) => b.length - a.length);
}

/** The value, its lines, what stands in it as JSON, and those of its words that look like a secret. */
function partsOf(value: string): string[] {
  const lines = value.split(/[\r\n]+/);
  const words = value.split(/[\s,;:=@/&?"'{}()[\]<>|\\]+/).filter(seemsSecret);
  return [value, ...lines, ...words, ...stringsIn(value)];
}

/** Letters with digits among them, or too long for a word: one of these alone may be in what refuses it, as a password is. */
const seemsSecret = (word: string): boolean =>
  word.length >= shortestHidden && (word.length >= 20 || (/\d/.test(word) && /\p{L}/u.test(word)));

function stringsIn(value: string): string[] {
  if (!/^\s*["[{]/.test(value)) return [];
  try {
    return leavesOf(JSON.parse(value));
  } catch {
    return [];
  }
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leavesOf);
  return typeof value === 'string' ? [value] : [];
}

/** As it is, and as it stands in JSON, in JSON within JSON, in quotes of Python, in an address and in HTML. */
function writtenForms(text: string): string[] {
  const inJson = JSON.stringify(text).slice(1, -1);
  return [
    text,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    inJson.replaceAll('\\"', '"').replaceAll("'", "\\'"),
    encodeURIComponent(text.toWellFormed()),
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  ];
}
