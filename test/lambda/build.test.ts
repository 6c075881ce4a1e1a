import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildLambda, startLambda } from './function.ts';

it('builds the same bytes twice, wherever and whenever', () => {
  const one = buildLambda({ TZ: 'UTC' });
  const two = buildLambda({ TZ: 'Pacific/Auckland' });
  expect(two.zip.equals(one.zip)).toBe(true);
});

it('puts one small file into the zip, which everybody may read', () => {
  const { zip, names, file } = buildLambda();
  expect(names).toEqual(['auto_deploy.mjs']);
  expect(zip.length).toBeLessThan(200 * 1024);
  // The central directory's external attributes, after its signature: Lambda runs the function as another user than the owner.
  const entry = zip.lastIndexOf('PK\u0001\u0002', undefined, 'latin1');
  expect((zip.readUInt32LE(entry + 38) >>> 16).toString(8)).toBe('100644');
  expect(readFileSync(file, 'utf8')).not.toMatch(/from\s*["'](?!node:)/);
});

it('loads quickly, with nothing set', async () => {
  const { initCpuMs } = await startLambda(buildLambda().file, {});
  // A few milliseconds; an SDK or a schema library in the bundle takes hundreds.
  expect(initCpuMs).toBeLessThan(250);
});
