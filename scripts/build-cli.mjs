/**
 * `npm run build:cli [-- --out FILE]`: the command-line program as one file without dependencies, `dist/autodeploy.mjs`, for Node 20 and
 * newer. The same sources give the same bytes.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };
import { root } from './setup/root.mjs';

/** It detects a package that was bundled by mistake. */
const maxBytes = 400 * 1024;

/** What Node 20 does not have and esbuild does not replace. */
const newerThanNode20 = [
  /\b(Map|Object)\.groupBy\b/,
  /\bPromise\.(withResolvers|try)\b/,
  /\bArray\.fromAsync\b/,
  /\bimport\.meta\.main\b/,
];

const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist/autodeploy.mjs') } } });
const out = resolve(values.out);

/** Of package.json the program shows its version alone. */
const version = {
  name: 'version',
  setup({ onLoad }) {
    onLoad({ filter: /^.*[/\\]package\.json$/ }, ({ path }) =>
      path === join(root, 'package.json') ? { contents: JSON.stringify({ version: packageJson.version }), loader: 'json' } : null,
    );
  },
};

const { outputFiles } = await build({
  entryPoints: [join(root, 'src/cli/main.ts')],
  absWorkingDir: root,
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  charset: 'utf8',
  legalComments: 'none',
  plugins: [version],
  // commander is CommonJS, and requires modules of Node.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  footer: { js: `/*\nIncludes commander:\n${readFileSync(join(root, 'node_modules/commander/LICENSE'), 'utf8').trim()}\n*/` },
  logLevel: 'warning',
});
const [bundle] = outputFiles;
if (bundle === undefined || outputFiles.length !== 1) throw new Error('esbuild returned more or less than one file');
if (bundle.contents.length > maxBytes)
  throw new Error(`autodeploy.mjs has ${bundle.contents.length} bytes, more than ${maxBytes}`);
const newer = newerThanNode20.filter((pattern) => pattern.test(bundle.text));
if (newer.length > 0) throw new Error(`autodeploy.mjs uses what Node 20 does not have: ${newer.join(', ')}`);

mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, bundle.contents);
chmodSync(out, 0o755);
process.stdout.write(`${out}: ${bundle.contents.length} bytes\n`);
