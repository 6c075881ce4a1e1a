import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const file = 'src/worker/limit-heap.ts';

/** Allocates much, keeps some of it for a while, and prints the most that the young generation took, in MB. */
const allocating = `
  const { getHeapSpaceStatistics } = await import('node:v8');
  let kept = [];
  let most = 0;
  for (let index = 0; index < 1_000_000; index += 1) {
    kept.push({ index, of: [index] });
    if (kept.length > 100_000) kept = kept.slice(50_000);
    if (index % 10_000 === 0) {
      most = Math.max(most, getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
    }
  }
  console.log(most / 1024 / 1024);`;

const youngMb = async (...imports: string[]): Promise<number> => {
  const args = [...imports.flatMap((path) => ['--import', path]), '--input-type=module', '--eval', allocating];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
};

describe('limitHeap', () => {
  test('keeps the young generation small, which grows otherwise', async () => {
    // 64 or 128 MB without, 4 to 13 MB with, by when V8 collects beside the program.
    expect(await youngMb(`./${file}`)).toBeLessThan((await youngMb()) / 3);
  });

  test('comes before all that a worker imports', () => {
    expect(/^import .*$/m.exec(readFileSync('src/worker/main.ts', 'utf8'))?.[0]).toBe("import './limit-heap.ts';");
  });
});
