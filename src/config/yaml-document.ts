import { type Document, type ErrorCode, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlFault {
  /** Continues the file's name. It repeats nothing of the text, which may hold secrets. */
  readonly detail: string;
  readonly position: Position | null;
}

/** One value, and where in the text it is written. */
export interface YamlDocument {
  readonly value: unknown;
  /**
   * Returns where the value at a path such as `defaults.training.Tags[0].Key` is written, or as much of the path as the text has; null for
   * the path of the whole.
   */
  locate(path: string): Position | null;
}

/**
 * Reads YAML 1.2 with the core schema, which JSON is a part of: keys are text, a key stands once, and there are neither tags nor merge
 * keys. Aliases are as many as the package allows (https://eemeli.org/yaml/#tojs-options: `maxAliasCount`, 100 of an anchor).
 */
export function readYaml(text: string): YamlDocument | { readonly faults: readonly YamlFault[] } {
  const lines = new LineCounter();
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const document = attempt(() => parseDocument(text, { ...options, lineCounter: lines }));
  if (document === null) return { faults: [{ detail: details.RESOURCE_EXHAUSTION, position: null }] };
  const faults = [
    ...[...document.errors, ...document.warnings].map(({ code, pos: [offset] }) => ({ detail: details[code], offset })),
    ...(attempt(() => unsupported(document)) ?? [{ detail: details.RESOURCE_EXHAUSTION, offset: 0 }]),
  ];
  if (faults.length > 0) {
    const inOrder = faults.toSorted((one, other) => one.offset - other.offset);
    return { faults: inOrder.map(({ detail, offset }) => ({ detail, position: positionOf(offset) })) };
  }
  const read = attempt(() => ({ value: document.toJS() as unknown }));
  if (read === null) return { faults: [{ detail: 'has aliases (*NAME) that come to too much', position: null }] };
  return {
    value: read.value,
    locate: (path) => {
      const offset = offsetOf(document, path);
      return offset === null ? null : positionOf(offset);
    },
  };
}

const options = {
  version: '1.2',
  // Also for a document that declares another version.
  schema: 'core',
  merge: false,
  resolveKnownTags: false,
  stringKeys: true,
  // See unsupported().
  uniqueKeys: false,
  // They would repeat parts of the text.
  prettyErrors: false,
} as const;

interface Fault {
  readonly detail: string;
  readonly offset: number;
}

/** A file that repeats its parts has a few. The package takes a time for them that grows with the square of their number. */
const maxAliases = 1000;

/** What the package takes, finds without saying where, or finds in a time that grows with the square of the number of keys. */
function unsupported(document: Document): Fault[] {
  const faults: Fault[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  visit(document, {
    Alias: (_key, { source, range }) => {
      const offset = range?.[0] ?? 0;
      aliases += 1;
      if (!anchors.has(source)) faults.push({ detail: details.BAD_ALIAS, offset });
      if (aliases === maxAliases + 1) faults.push({ detail: `has more than ${maxAliases} aliases (*NAME)`, offset });
    },
    Value: (_key, { anchor }) => {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Map: (_key, { items, anchor }) => {
      if (anchor !== undefined) anchors.add(anchor);
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const offset = key.range?.[0] ?? 0;
        if (known.has(key.value)) faults.push({ detail: details.DUPLICATE_KEY, offset });
        known.add(key.value);
        if (key.value === '<<' && key.type === 'PLAIN')
          faults.push({ detail: 'has a merge key (<<), which is none of YAML 1.2', offset });
      }
    },
  });
  return faults;
}

/** The package throws for what has no place in the text: too many aliases, and a nesting that is too deep for the stack. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

const notYaml = 'is not YAML here';
const details: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'has an alias (*NAME) with an anchor or a tag',
  BAD_ALIAS: 'has an alias (*NAME) to an anchor (&NAME) that does not stand before it',
  BAD_COLLECTION_TYPE: 'has a tag of another type than its value',
  BAD_DIRECTIVE: 'has a directive (%) that is not known',
  BAD_DQ_ESCAPE: 'has an unknown escape (\\) in double quotes',
  BAD_INDENT: 'is not indented as what is around it',
  BAD_PROP_ORDER: 'has an anchor or a tag in the wrong place',
  BAD_SCALAR_START: 'has a text that begins with a reserved character: write it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has a key and its value on the line of another key',
  BLOCK_IN_FLOW: 'has lines by indentation within brackets or braces',
  DUPLICATE_KEY: 'has a key that stands twice',
  IMPOSSIBLE: notYaml,
  KEY_OVER_1024_CHARS: 'has a key of more than 1024 characters',
  MISSING_CHAR: 'lacks a character: a colon, a comma, a quote or a bracket',
  MULTILINE_IMPLICIT_KEY: 'has a key over several lines',
  MULTIPLE_ANCHORS: 'has two anchors on one value',
  MULTIPLE_DOCS: 'has several documents (---); one is allowed',
  MULTIPLE_TAGS: 'has two tags on one value',
  NON_STRING_KEY: 'has a key that is not a text',
  RESOURCE_EXHAUSTION: 'is nested too deep',
  TAB_AS_INDENT: 'has a tab as indentation: use spaces',
  TAG_RESOLVE_FAILED: 'has a tag (!) that is not known; none is needed',
  UNEXPECTED_TOKEN: notYaml,
};

/** Follows the path as far as the document has it. Keys may have dots: the longest one that fits counts. */
function offsetOf(document: Document, path: string): number | null {
  let rest = path;
  let node: unknown = document.contents;
  let offset: number | null = null;
  while (rest !== '') {
    const found: Step | null = step(isAlias(node) ? node.resolve(document) : node, rest);
    if (found === null) break;
    ({ rest, node, offset } = found);
  }
  return offset;
}

interface Step {
  readonly rest: string;
  readonly node: unknown;
  readonly offset: number | null;
}

function step(node: unknown, path: string): Step | null {
  if (isSeq(node)) {
    const [whole = '', index = ''] = /^\[(\d+)\]/.exec(path) ?? [];
    const item = node.items[Number(index)];
    return whole === '' || !isNode(item) ? null : { rest: path.slice(whole.length), node: item, offset: item.range?.[0] ?? null };
  }
  if (!isMap(node)) return null;
  const name = path.replace(/^\./, '');
  const fitting = node.items.flatMap(({ key, value }) => {
    const text = isScalar(key) ? String(key.value) : '';
    const fits = text !== '' && name.startsWith(text) && /^$|^[.[]/.test(name.slice(text.length));
    return fits ? [{ rest: name.slice(text.length), node: value, offset: isScalar(key) ? (key.range?.[0] ?? null) : null }] : [];
  });
  return fitting.toSorted((one, other) => one.rest.length - other.rest.length)[0] ?? null;
}
