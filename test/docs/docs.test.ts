import { existsSync, globSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { deploymentStatuses } from '../../src/core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../src/core/training/training-run.ts';
import { anchors, found, markdownFiles, read, root, withoutCode } from './markdown.ts';

const files = markdownFiles();

/** A package's own documents name its files and scripts from its own top. */
const packageOf = (file: string): string => /^packages\/[^/]+/.exec(file)?.[0] ?? '';

describe.each(files)('%s', (file) => {
  const text = read(file);

  it('links only to files and headings that exist', () => {
    const links = found(withoutCode(text), /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : normalize(join(dirname(file), path));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchors(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    const paths = found(text, /`((?:src|test|packages|scripts|docs|infra|lint|bench|drizzle|\.ci)\/[\w./-]*)`/g);
    expect(paths.filter((path) => !existsSync(join(root, packageOf(file), path)))).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    const named = [...found(text, /npm run (?:-s )?([a-z][\w:-]*)/g), ...found(text, /\bnpm (start|test)\b/g)];
    const { scripts } = JSON.parse(read(join(packageOf(file), 'package.json'))) as { scripts: Record<string, string> };
    expect(named.filter((name) => !(name in packageJson.scripts) && !(name in scripts))).toEqual([]);
  });
});

it('finds the Markdown files', () => {
  expect(files).toEqual(expect.arrayContaining(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'infra/terraform/README.md']));
});

it('shows every picture that is kept', () => {
  const shown = files.flatMap((file) => found(read(file), /\]\((docs\/images\/[\w.-]+)\)/g));
  expect([...new Set(shown)].toSorted()).toEqual(globSync('docs/images/*', { cwd: root }).toSorted());
});

it('names every npm script', () => {
  const text = ['README.md', 'CONTRIBUTING.md'].map(read).join('\n');
  const named = found(text, /npm (?:run )?([a-z][\w:-]*)/g);
  // Part of `npm run format`.
  expect(Object.keys(packageJson.scripts).filter((name) => !named.includes(name) && name !== 'format:check')).toEqual([]);
});

describe('the state diagrams of ARCHITECTURE.md', () => {
  const diagrams = found(read('ARCHITECTURE.md'), /^```mermaid\n([\s\S]*?)^```/gm);
  const statesOf = (diagram: string | undefined): string[] =>
    [...new Set((diagram ?? '').match(/[\w[\]*]+(?= -->)|(?<=--> )[\w[\]*]+/g))].filter((state) => state !== '[*]').toSorted();

  it('have the statuses of a training run', () => {
    expect(statesOf(diagrams[0])).toEqual(trainingRunStatuses.toSorted());
  });

  it('have the statuses of a deployment', () => {
    expect(statesOf(diagrams[1])).toEqual(deploymentStatuses.toSorted());
  });

  it('name only functions of the store', () => {
    const store = read('src/ports/store.ts');
    const arrows = diagrams.flatMap((diagram) => found(diagram, /--> \S+: (.+)$/gm));
    const functions = arrows.flatMap((arrow) => arrow.match(/[a-z]+[A-Z]\w+/g) ?? []);
    expect(functions.length).toBeGreaterThan(10);
    expect(functions.filter((name) => !store.includes(`  ${name}(`))).toEqual([]);
  });
});
