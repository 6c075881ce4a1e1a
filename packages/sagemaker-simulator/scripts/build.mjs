/**
 * `npm run build`: the package as it is published, in dist/, as JavaScript for Node 20 with types. `npm pack ./dist` packs it,
 * `npm publish ./dist` publishes it. Here in the repository Node runs the TypeScript sources, so that the two have different entries.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const dist = join(folder, 'dist');
const shapes = ['input', 'autoscaling-input', 'cloudwatch-input'].map((name) => `validation/${name}-shapes.json`);
rmSync(dist, { recursive: true, force: true });

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.build.json')], { stdio: 'inherit' });
chmodSync(join(dist, 'main.js'), 0o755);
// The compiler rewrites `./name.ts` in JavaScript only.
for (const file of globSync('**/*.d.ts', { cwd: dist })) {
  const path = join(dist, file);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'"));
}
mkdirSync(join(dist, 'validation'), { recursive: true });
for (const file of [...shapes.map((name) => `src/${name}`), 'README.md', 'LICENSE']) {
  cpSync(join(folder, file), join(dist, file.replace(/^src\//, '')));
}

const {
  private: _private,
  scripts: _scripts,
  devDependencies: _devDependencies,
  ...manifest
} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const published = {
  ...manifest,
  bin: { 'sagemaker-simulator': 'main.js' },
  files: ['**/*.js', '**/*.d.ts', ...shapes],
  exports: { '.': { types: './index.d.ts', default: './index.js' }, './package.json': './package.json' },
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
