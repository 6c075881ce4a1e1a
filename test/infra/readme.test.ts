import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readmeSection } from './readme.ts';
import { folder, loadModule, modules } from './terraform.ts';

/** Tables are compared without the spaces that the formatter lines them up with. */
const plain = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{2,}/g, '---');

it.each(modules.filter((name) => name.startsWith('modules/')))("the README's tables are those of %s", async (name) => {
  const readme = readFileSync(`${folder}/README.md`, 'utf8');
  expect(plain(readme)).toContain(plain(readmeSection(name, await loadModule(name))));
});
