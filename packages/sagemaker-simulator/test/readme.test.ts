import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { routes } from '../src/control/handle-control.ts';
import { variables } from '../src/environment.ts';
import { faultSchema } from '../src/faults/fault.ts';
import { operations } from '../src/operations.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** What the first cells of a section's table name. */
function readRows(heading: string): string[] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`README.md has no section ${heading}`);
  return [...section.matchAll(/^\| `([^`]+)` +\|(?! *what it does *\|)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'kind');
}

test.each([
  ['Operations', operations],
  ['Steer it', routes.map(({ method, path }) => `${method} ${path}`)],
  ['Faults', faultSchema.options.map(({ shape }) => shape.kind.value)],
  ['Environment variables', variables],
])('%s: the table has all of them, and no other', (heading, names) => {
  expect(readRows(heading).toSorted()).toEqual([...names].toSorted());
});
