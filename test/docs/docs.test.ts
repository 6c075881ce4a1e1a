import { existsSync, globSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { headingAnchors } from './citations.ts';
import { blocks, found, markdownFiles, read, root, section, withoutCode } from './markdown.ts';

const files = markdownFiles();
const withoutInlineCode = (text: string): string => text.replaceAll(/`[^`\n]*`/g, '');

/** A package's own documents name its files and scripts from its own top. */
const packageOf = (file: string): string => /^packages\/[^/]+/.exec(file)?.[0] ?? '';

describe.each(files)('%s', (file) => {
  const text = read(file);

  it('links only to files and headings that exist', () => {
    const links = found(withoutInlineCode(withoutCode(text)), /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : normalize(join(dirname(file), path));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !headingAnchors(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    const paths = found(text, /`((?:src|test|packages|scripts|docs|infra|lint|tools|drizzle|\.ci)\/[\w./-]*)`/g);
    expect(paths.filter((path) => !existsSync(join(root, packageOf(file), path)))).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    const named = [...found(text, /npm run (?:-s )?([a-z][\w:-]*)/g), ...found(text, /\bnpm (start|test)\b/g)];
    const { scripts } = JSON.parse(read(join(packageOf(file), 'package.json'))) as { scripts: Record<string, string> };
    expect(named.filter((name) => !(name in packageJson.scripts) && !(name in scripts))).toEqual([]);
  });
});

it('finds the Markdown files', () => {
  expect(files).toEqual(
    expect.arrayContaining(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'docs/api.md', 'infra/terraform/README.md']),
  );
});

it('shows every picture that is kept', () => {
  const shown = files.flatMap((file) =>
    [...found(read(file), /\]\(([\w./-]+\.(?:png|svg))\)/g), ...found(read(file), /\b(?:src|srcset)="([\w./-]+)"/g)].map((path) =>
      normalize(join(dirname(file), path)),
    ),
  );
  expect([...new Set(shown)].toSorted()).toEqual(globSync('docs/images/*', { cwd: root }).toSorted());
});

it('names every npm script in CONTRIBUTING.md', () => {
  const named = found(read('CONTRIBUTING.md'), /npm (?:run )?([a-z][\w:-]*)/g);
  // Part of `npm run format`.
  expect(Object.keys(packageJson.scripts).filter((name) => !named.includes(name) && name !== 'format:check')).toEqual([]);
});

describe('README.md', () => {
  const readme = read('README.md');

  it('begins its quick start with the two commands', () => {
    const [block = ''] = blocks(section(readme, 'Quick start'), 'sh');
    const commands = block
      .trim()
      .split('\n')
      .map((line) => line.replace(/ *#.*/, ''));
    expect(commands).toEqual(['npm start', 'npm test']);
  });

  it('shows one picture of the flow and two of the console, in both themes', () => {
    expect(blocks(readme, 'mermaid')).toHaveLength(1);
    expect(found(readme, /<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">/g)).toHaveLength(2);
    expect(found(readme, /<img alt="[^"]+" src="([^"]+)">/g)).toHaveLength(2);
  });

  it('links to every document', () => {
    const linked = found(readme, /\]\(([\w./-]+\.md)\)/g);
    const documents = globSync(['docs/*.md', 'docs/{operations,reference,reports}/*.md', '*.md'], { cwd: root });
    expect(documents.filter((path) => !linked.includes(path) && path !== 'README.md')).toEqual([]);
  });
});

it.each([
  ['README.md', 900],
  ['ARCHITECTURE.md', 2500],
])('%s has at most %i words', (file, most) => {
  expect(read(file).trim().split(/\s+/).length).toBeLessThanOrEqual(most);
});
