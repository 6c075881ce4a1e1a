/** What a part of a source file is for: code, or words for people. */
export type PartKind = 'code' | 'comment' | 'string';

export interface Part {
  kind: PartKind;
  /** With its delimiters. */
  text: string;
  /** The line that it begins on, from 1. */
  line: number;
}

/** A word after which a slash begins a regular expression. */
const beforeRegex = /(^|[^\w$.])(return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/;

/**
 * Splits a TypeScript or JavaScript source into comments, strings and code, in order and without a gap. Texts of a template are
 * strings, its expressions are code. A regular expression is code.
 */
export function splitSource(source: string): Part[] {
  const parts: Part[] = [];
  /** For each template that is open: how many braces its expression has open. */
  const templates: number[] = [];
  let code = '';
  let at = 0;
  let line = 1;

  const push = (kind: PartKind, text: string): void => {
    if (text !== '') parts.push({ kind, text, line });
    line += text.split('\n').length - 1;
  };
  const flush = (): void => {
    push('code', code);
    code = '';
  };
  const take = (kind: PartKind, end: number): void => {
    flush();
    push(kind, source.slice(at, end));
    at = end;
  };
  const takeTemplate = (): void => {
    const { end, isOpen } = endOfTemplate(source, at + 1);
    if (isOpen) templates.push(0);
    take('string', end);
  };

  while (at < source.length) {
    const here = source[at]!;
    const next = source[at + 1];
    const open = templates.at(-1);
    if (here === '/' && next === '/') take('comment', indexOrEnd(source, '\n', at));
    else if (here === '/' && next === '*') take('comment', indexOrEnd(source, '*/', at + 2) + 2);
    else if (here === '"' || here === "'") take('string', endOfQuoted(source, at));
    else if (here === '`') takeTemplate();
    else if (here === '}' && open === 0) {
      templates.pop();
      takeTemplate();
    } else {
      const end = here === '/' && isRegex(code) ? endOfRegex(source, at) : at + 1;
      if (here === '{' && open !== undefined) templates[templates.length - 1] = open + 1;
      if (here === '}' && open !== undefined) templates[templates.length - 1] = open - 1;
      code += source.slice(at, end);
      at = end;
    }
  }
  flush();
  return parts;
}

function indexOrEnd(source: string, text: string, from: number): number {
  const index = source.indexOf(text, from);
  return index < 0 ? source.length : index;
}

function endOfQuoted(source: string, start: number): number {
  let end = start + 1;
  while (end < source.length && source[end] !== source[start] && source[end] !== '\n') end += source[end] === '\\' ? 2 : 1;
  return end + 1;
}

/** `isOpen`: an expression follows. */
function endOfTemplate(source: string, start: number): { end: number; isOpen: boolean } {
  let end = start;
  while (end < source.length) {
    if (source[end] === '`') return { end: end + 1, isOpen: false };
    if (source[end] === '$' && source[end + 1] === '{') return { end: end + 2, isOpen: true };
    end += source[end] === '\\' ? 2 : 1;
  }
  return { end, isOpen: false };
}

/** A slash divides after a value, and begins a regular expression after anything else. */
function isRegex(before: string): boolean {
  const code = before.trimEnd();
  return code === '' ? true : /[\w$)\]}]$/.test(code) ? beforeRegex.test(code) : true;
}

function endOfRegex(source: string, start: number): number {
  let isClass = false;
  for (let end = start + 1; end < source.length && source[end] !== '\n'; end += 1) {
    if (source[end] === '\\') end += 1;
    else if (source[end] === '[') isClass = true;
    else if (source[end] === ']') isClass = false;
    else if (source[end] === '/' && !isClass) return end + 1;
  }
  return start + 1;
}
