import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { operations } from '../src/operations.ts';
import { startProgram } from './program.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

interface Packed {
  filename: string;
  files: { path: string; mode: number }[];
}

test('the packed package has what it needs, and its program runs', async () => {
  execFileSync(process.execPath, [join(folder, 'scripts/build.mjs')], { stdio: 'inherit' });
  const target = mkdtempSync(join(tmpdir(), 'sagemaker-simulator-package-'));
  onTestFinished(() => rmSync(target, { recursive: true, force: true }));
  const packed = execFileSync('npm', ['pack', './dist', '--json', '--pack-destination', target], {
    cwd: folder,
    encoding: 'utf8',
  });
  const [tarball] = JSON.parse(packed) as Packed[];
  const paths = tarball?.files.map(({ path }) => path) ?? [];
  expect(paths).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'index.js', 'index.d.ts', 'main.js']));
  expect(paths.filter((path) => path.startsWith('actions/') && path.endsWith('.js'))).toHaveLength(operations.length);
  expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);

  execFileSync('tar', ['-xzf', join(target, tarball?.filename ?? '')], { cwd: target });
  const unpacked = join(target, 'package');
  const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest).not.toHaveProperty('private');
  const { exports, bin } = manifest as { exports: { '.': Record<string, string> }; bin: Record<string, string> };
  for (const path of [...Object.values(exports['.']), ...Object.values(bin)]) expect(existsSync(join(unpacked, path))).toBe(true);

  // As an installation lays it out; the dependencies are the repository's.
  const dependencies = dirname(dirname(createRequire(import.meta.url).resolve('zod/package.json')));
  symlinkSync(dependencies, join(target, 'node_modules'));
  const program = startProgram({}, join(unpacked, String(bin['sagemaker-simulator'])));
  const health = await fetch(`${await program.url()}/_control/health`);
  expect(await health.json()).toMatchObject({ status: 'ok' });
});
