import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { actions } from '../src/actions.ts';
import { operations } from '../src/operations.ts';

/** `UpdateEndpoint` is in update-endpoint.ts. */
const toFileName = (operation: string): string => `${operation.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase()}.ts`;

test('each operation has a file of its own, and no other file is among them', () => {
  const files = readdirSync(new URL('../src/actions', import.meta.url));
  expect(files.toSorted()).toEqual(operations.map(toFileName).toSorted());
});

test('each operation has an action', () => {
  expect(Object.keys(actions)).toEqual([...operations]);
});
