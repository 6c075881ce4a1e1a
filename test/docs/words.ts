import { extname } from 'node:path';
import list from '../../lint/words.json' with { type: 'json' };
import { splitSource } from './source-parts.ts';

/** A word that a better one has replaced, and where it stands. */
export interface OldWord {
  line: number;
  /** As it is written. */
  old: string;
  /** What to write in its place. */
  instead: string;
}

interface Rule {
  pattern: RegExp;
  instead: string;
}

const rules = (kind: 'names' | 'identifier' | 'prose', toPattern: (source: string) => RegExp): Rule[] =>
  list.flatMap((word) => {
    const source = (word as Partial<Record<typeof kind, string>>)[kind];
    return source === undefined ? [] : [{ pattern: toPattern(source), instead: word.new }];
  });

/** On the words of a name, in lower case and with spaces between: `two words` for `twoWords`, `two_words`, `two-words`. */
const nameRules = rules('names', (source) => new RegExp(`(?<![a-z0-9])(?:${source})(?![a-z0-9])`));
const identifierRules = rules('identifier', (source) => new RegExp(source));
/** A capital letter in it counts. */
const proseRules = rules('prose', (source) => new RegExp(source, /[A-Z]/.test(source) ? 'gmu' : 'gimu'));

/** The old words in the path of a file, and in its names and prose. */
export function oldWordsIn(file: string, text: string): OldWord[] {
  const inPath = file.split('/').flatMap((name) => oldNames(name.replace(/\.\w+$/, ''), 0));
  return [...inPath, ...oldWordsInText(file, text)];
}

function oldWordsInText(file: string, text: string): OldWord[] {
  switch (extname(file)) {
    case '.ts':
    case '.mjs':
    case '.js':
      return splitSource(text).flatMap(({ kind, text: part, line }) => {
        if (kind === 'code') return perLine(part, line, oldNames);
        return kind === 'comment' ? oldWordsInProse(uncommented(part), line) : oldWordsInString(part, line);
      });
    case '.md':
      return oldWordsInProse(text, 1);
    default:
      return [...perLine(text, 1, oldNames), ...prose(text, 1)];
  }
}

const code = /(```[\s\S]*?```|`[^`]*`)/;

/** Names stand in backticks; all else is prose. Blanks in place of the other keep the lines. */
function oldWordsInProse(text: string, line: number): OldWord[] {
  const blank = (part: string): string => part.replaceAll(/[^\n]/g, ' ');
  const parts = text.split(code);
  const names = parts.map((part, index) => (index % 2 === 1 ? part : blank(part))).join('');
  const words = parts.map((part, index) => (index % 2 === 1 ? blank(part) : part)).join('');
  return [...perLine(names, line, oldNames), ...prose(words, line)];
}

/** A text of several words is prose; in it, and alone, what is written like a name is one. */
function oldWordsInString(quoted: string, line: number): OldWord[] {
  const text = quoted.replaceAll(/^['"`}]|(['"`]|\$\{)$/g, ' ');
  const named = text.trim().match(/\s/) === null ? text : (text.match(/\b\w+_\w+\b|\b[a-z]+[A-Z]\w*\b/g) ?? []).join(' ');
  return [...oldNames(named, line), ...prose(text, line)];
}

const uncommented = (comment: string): string =>
  comment.replaceAll(/^\s*(\/\*\*?|\*\/|\*|\/\/)/gm, (lead) => ' '.repeat(lead.length));

const perLine = (text: string, firstLine: number, find: (text: string, line: number) => OldWord[]): OldWord[] =>
  text.split('\n').flatMap((one, index) => find(one, firstLine + index));

const known = new Map<string, Rule | null>();

function oldNames(text: string, line: number): OldWord[] {
  return (text.match(/[A-Za-z_$][\w$]*(?:-[A-Za-z]\w*)*/g) ?? []).flatMap((name) => {
    let rule = known.get(name);
    if (rule === undefined) known.set(name, (rule = ruleFor(name)));
    return rule === null ? [] : [{ line, old: name, instead: rule.instead }];
  });
}

const ruleFor = (name: string): Rule | null =>
  identifierRules.find(({ pattern }) => pattern.test(name)) ??
  nameRules.find(({ pattern }) => pattern.test(spaced(name))) ??
  null;

const spaced = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll(/[_$-]+/g, ' ')
    .toLowerCase();

function prose(text: string, firstLine: number): OldWord[] {
  const matches = proseRules.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map((match) => ({ at: match.index, old: match[0].trim(), instead })),
  );
  return matches
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, ...word }) => ({ line: firstLine + text.slice(0, at).split('\n').length - 1, ...word }));
}
