import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path';
import { splitSource } from './source-parts.ts';
import { found, root, withoutCode } from './markdown.ts';

/** A document, and where it says so a heading in it, that a comment or a document refers to. */
export interface Citation {
  /** As it is written: `docs/reference/sagemaker-behavior.md`. */
  document: string;
  /** Without its `#`. */
  anchor: string | null;
  line: number;
}

const citation = /(?<![\w./-])((?:[\w.-]+\/)*[\w.-]*\w\.md)(?:#([\w-]*))?(?![\w/])/g;
const address = /\b[a-z][a-z+.-]*:\/\/\S+/g;
const link = /\]\([^)\s]*\)/g;

const scripts = ['.ts', '.mjs', '.js'];

/** The citations in the comments of a source, or in the text of a document: links there are not among them. */
export function citationsIn(file: string, text: string): Citation[] {
  if (file.endsWith('.md')) return citationsInText(withoutCode(text).replaceAll(link, ']'), 1);
  if (!scripts.includes(extname(file))) return citationsInText(text, 1);
  const comments = splitSource(text).filter(({ kind }) => kind === 'comment');
  return comments.flatMap((comment) => citationsInText(comment.text, comment.line));
}

function citationsInText(text: string, firstLine: number): Citation[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.replaceAll(address, '').matchAll(citation)].map(([, document = '', anchor = null]) => ({
      document,
      anchor,
      line: firstLine + index,
    })),
  );
}

/** What is wrong with a citation, or null. A document is looked for from the top of the repository, and beside the citing file. */
export function checkCitation(file: string, { document, anchor }: Citation): string | null {
  const path = [document, normalize(join(dirname(file), document))].find((candidate) => existsSync(join(root, candidate)));
  if (path === undefined) return 'there is no such document';
  if (anchor === null) return null;
  return headingAnchors(readFileSync(join(root, path), 'utf8')).includes(anchor) ? null : `${path} has no such heading`;
}

/** The anchors that GitHub gives the headings of a document; a heading that is there twice has `-1` after its second one. */
export function headingAnchors(markdown: string): string[] {
  const seen = new Map<string, number>();
  return found(withoutCode(markdown), /^#{1,6} +(.+?)(?: +#+)? *$/gm).map((heading) => {
    const slug = toSlug(heading);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

/** Of a heading's visible text: lower case, without punctuation, with hyphens for spaces. */
const toSlug = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');

const unread = ['node_modules', '.git', '.local', 'dist', 'data', 'coverage', 'meta'];

/** The files of the repository that people write: sources, documents, SQL, settings. */
export const writtenFiles = (): string[] =>
  globSync('**/{*.{ts,mjs,js,py,md,sql,tf,yml,yaml,sh},Dockerfile,.env.example}', {
    cwd: root,
    exclude: (path) => unread.includes(path.split('/').at(-1) ?? ''),
  }).toSorted();
