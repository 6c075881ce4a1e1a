import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const foreign = ['node_modules', '.git', '.local', 'dist', 'data'];

/** The repository's Markdown files, as paths from its top. */
export const markdownFiles = (): string[] =>
  globSync('**/*.md', { cwd: root, exclude: (path) => foreign.includes(path.split('/').at(-1) ?? '') }).toSorted();

/** What every match of the pattern has in its first group. */
export const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, group = '']) => group);

/** The part of a file below a heading, up to the next one that is not below it. */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'));
  if (start < 0) throw new Error(`no heading ${heading}`);
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 0;
  const length = lines.slice(start + 1).findIndex((line) => {
    const marks = /^(#+) /.exec(line)?.[1];
    return marks !== undefined && marks.length <= level;
  });
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join('\n');
}

/** The rows of all tables of a text, cell by cell, without heads and rules. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n');
  const isRow = (line: string | undefined): boolean => line?.startsWith('|') ?? false;
  return lines
    .filter((line, index) => isRow(line) && isRow(lines[index - 1]) && !/^\|[\s|:-]+$/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** What the blocks of code of a language hold; `''` for those that name none. */
export const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, block = '']) => (name === language ? [block] : []));

/** A text without its blocks of code. */
export const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');
