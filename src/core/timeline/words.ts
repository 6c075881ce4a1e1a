/**
 * Sentences whose instants and names are still values: a page makes elements and links of them, a program text. So an instant is in the
 * reader's time zone, and no text of a caller is markup.
 */

/** `at`: milliseconds since 1970 UTC. */
export type Word = string | { readonly at: number } | { readonly endpoint: string } | { readonly training: string };
export type Words = readonly Word[];

type Value = string | number | Word | Words | null;

/** A template of words; null adds nothing. */
export function say(texts: TemplateStringsArray, ...values: readonly Value[]): Words {
  const words = texts.flatMap((text, index): Words => [text, ...wordsOf(values[index] ?? null)]);
  return words.reduce<Word[]>((joined, word) => {
    const last = joined.at(-1);
    if (word === '') return joined;
    if (typeof word === 'string' && typeof last === 'string') joined.splice(-1, 1, last + word);
    else joined.push(word);
    return joined;
  }, []);
}

function wordsOf(value: Value): Words {
  if (value === null) return [];
  if (typeof value === 'number') return [String(value)];
  return isWords(value) ? value : [value];
}

const isWords = (value: Word | Words): value is Words => Array.isArray(value);

/** `format`: of an instant. */
export const inText = (words: Words, format: (at: number) => string = utcTime): string =>
  words
    .map((word) => {
      if (typeof word === 'string') return word;
      if ('at' in word) return format(word.at);
      return 'endpoint' in word ? word.endpoint : word.training;
    })
    .join('');

/** `2026-11-24 03:17:29 UTC`. */
export const utcTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const longestReason = 240;

/** Marks that turn the direction of what follows them (Unicode TR9), which is our own words. */
const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The words of another system, to be followed by a full stop: one line, cut where they are long. */
export function quoted(text: string): string {
  const line = text.replaceAll(directionMarks, '').replaceAll(/\s+/g, ' ').trim();
  const short = line.length > longestReason ? `${line.slice(0, longestReason).trimEnd()} …` : line;
  return short.replace(/(?<![.…])[.;:,]$/, '');
}
