import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { longest } from '../../tools/testkit/longest-first.ts';

it('the list of the longest test files > has only files that exist, each once', () => {
  expect(longest.filter((file) => !existsSync(file))).toEqual([]);
  expect(new Set(longest).size).toBe(longest.length);
});
