import { describe, expect, it } from 'vitest';
import { type Citation, citationsIn, checkCitation, headingAnchors, writtenFiles } from './citations.ts';
import { read } from './markdown.ts';
import { splitSource } from './source-parts.ts';

const cited = (file: string, text: string): string[] =>
  citationsIn(file, text).map(({ document, anchor }) => (anchor === null ? document : `${document}#${anchor}`));
const missing = 'docs/no-such-page.md';

describe('every citation', () => {
  const files = writtenFiles();

  it('leads to a document and a heading that exist', () => {
    const faults = files.flatMap((file) =>
      citationsIn(file, read(file)).flatMap((citation) => {
        const fault = checkCitation(file, citation);
        return fault === null ? [] : [`${file}:${citation.line}: ${shown(citation)}: ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('of a source file in a comment leads to a file that exists', () => {
    const isThere = (name: string): boolean => files.some((file) => file === name || file.endsWith(`/${name}`));
    const lost = files
      .filter((file) => /\.(ts|mjs)$/.test(file))
      .flatMap((file) => {
        const comments = splitSource(read(file)).filter(({ kind }) => kind === 'comment');
        return comments.flatMap(({ text, line }) =>
          [...text.matchAll(/(?<![\w./-])[\w-]+(?:[\w./-]*\/)?[\w.-]*\.(?:ts|mjs)\b/g)].map(([name]) => ({ file, line, name })),
        );
      })
      .filter(({ name }) => !isThere(name) && !name.startsWith('dist/'));
    expect(lost).toEqual([]);
  });

  it('is looked for in sources, documents, SQL and settings', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'oxlint.config.ts']));
    for (const folder of ['src/', 'test/', 'scripts/', 'docs/', 'drizzle/', 'infra/', '.env']) {
      expect(files.filter((file) => file.startsWith(folder)).length, folder).toBeGreaterThan(0);
    }
  });
});

const shown = ({ document, anchor }: Citation): string => (anchor === null ? document : `${document}#${anchor}`);

describe('citationsIn', () => {
  it('finds a document and its anchor in comments of a source, and nowhere else', () => {
    const source = [
      '/** Returns null (docs/a.md#first-thing). */',
      'const path = "docs/b.md"; // see ARCHITECTURE.md',
      'const text = `docs/c.md ${name /* docs/d.md#x */} docs/e.md`;',
      'const pattern = /docs\\/f.md/;',
    ].join('\n');
    expect(cited('src/x.ts', source)).toEqual(['docs/a.md#first-thing', 'ARCHITECTURE.md', 'docs/d.md#x']);
    expect(citationsIn('src/x.ts', source).map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it('takes no address for a citation', () => {
    expect(cited('src/x.ts', '// https://github.com/a/b/blob/main/README.md#usage and docs/a.md.')).toEqual(['docs/a.md']);
  });

  it('leaves links and blocks of code of a document to others', () => {
    const document = 'See `docs/a.md#b`, [c](docs/c.md#d).\n\n```sh\ncat docs/e.md\n```\n';
    expect(cited('docs/x.md', document)).toEqual(['docs/a.md#b']);
  });

  it('reads the whole of a file of another kind', () => {
    expect(cited('infra/main.tf', '# docs/a.md#b\n')).toEqual(['docs/a.md#b']);
  });
});

describe('checkCitation', () => {
  const fault = (document: string, anchor: string | null, file = 'src/x.ts') =>
    checkCitation(file, { document, anchor, line: 1 });

  it('takes a document with and without a heading', () => {
    expect(fault('ARCHITECTURE.md', null)).toBeNull();
    expect(fault('docs/reference/sagemaker-behavior.md', 'a-failed-update-rolls-back')).toBeNull();
  });

  it('takes a document that lies beside the citing file', () => {
    expect(fault('sagemaker-behavior.md', 'endpoint-statuses', 'docs/reference/bullmq-behavior.md')).toBeNull();
  });

  it('refuses a document and a heading that do not exist', () => {
    expect(fault(missing, null)).toBe('there is no such document');
    expect(fault('docs/reference/sagemaker-behavior.md', 'no-such-heading')).toMatch(/has no such heading$/);
    expect(fault('docs/reference/sagemaker-behavior.md', '')).toMatch(/has no such heading$/);
  });
});

describe('headingAnchors', () => {
  it("follows GitHub's rules", () => {
    const document = [
      '# Not `Completed`, but "Stopped"!',
      '## A [link](https://example.com) to it',
      '### 4.1 snake_case and a-hyphen',
      '### Same',
      '### Same',
      '```sh',
      '# no heading',
      '```',
      '#hashtag',
      '### Über das C++ Ende ###',
    ].join('\n');
    expect(headingAnchors(document)).toEqual([
      'not-completed-but-stopped',
      'a-link-to-it',
      '41-snake_case-and-a-hyphen',
      'same',
      'same-1',
      'über-das-c-ende',
    ]);
  });
});

describe('splitSource', () => {
  const kinds = (source: string) =>
    splitSource(source)
      .map(({ kind, text }) => `${kind}: ${text.trim()}`)
      .filter((part) => !part.endsWith(': '));

  it('tells comments, strings and code apart', () => {
    expect(kinds(`const a = "/* no */"; // "no"\n/* 'no' */ b();`)).toEqual([
      'code: const a =',
      'string: "/* no */"',
      'code: ;',
      'comment: // "no"',
      "comment: /* 'no' */",
      'code: b();',
    ]);
  });

  it('follows templates into their expressions', () => {
    expect(kinds('f(`a ${g({ b: `c` })} // d`)')).toEqual([
      'code: f(',
      'string: `a ${',
      'code: g({ b:',
      'string: `c`',
      'code: })',
      'string: } // d`',
      'code: )',
    ]);
  });

  it('tells a regular expression from a division', () => {
    expect(kinds(`if (/["'/]/.test(a)) return /'/; const c = (a + b) / 2; // d`)).toEqual([
      `code: if (/["'/]/.test(a)) return /'/; const c = (a + b) / 2;`,
      'comment: // d',
    ]);
  });

  it('loses nothing of any source', () => {
    for (const file of writtenFiles().filter((path) => /\.(ts|mjs)$/.test(path))) {
      const source = read(file);
      expect(
        splitSource(source)
          .map(({ text }) => text)
          .join(''),
        file,
      ).toBe(source);
    }
  });
});
