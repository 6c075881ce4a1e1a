/**
 * `npm run build:lambda [-- --out FOLDER]`: the Lambda handler as one file, `dist/auto_deploy.mjs`, and as a zip for Lambda,
 * `dist/auto_deploy.zip`. The same sources give the same bytes, on any machine: fflate is plain JavaScript, where zlib's output
 * depends on Node and the processor; and the zip holds no time.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { root } from './setup/root.mjs';

/** Lambda's limit is 50 MB; this one detects a package that was bundled by mistake. */
const maxZipBytes = 200 * 1024;

const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const out = resolve(values.out);

const { outputFiles } = await build({
  entryPoints: [join(root, 'src/lambda/main.ts')],
  absWorkingDir: root,
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
const [bundle] = outputFiles;
if (bundle === undefined || outputFiles.length !== 1) throw new Error('esbuild returned more or less than one file');

const unix = 3;
// Every user may read it: Lambda does not run the function as the file's owner. 1980 in local time is the zero of a zip's time.
const file = { level: 9, mtime: new Date(1980, 0, 1), os: unix, attrs: 0o100644 << 16 };
const zip = zipSync({ 'auto_deploy.mjs': [bundle.contents, file] });
if (zip.length > maxZipBytes) throw new Error(`auto_deploy.zip is ${zip.length} bytes long, more than ${maxZipBytes}`);

mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'auto_deploy.mjs'), bundle.contents);
writeFileSync(join(out, 'auto_deploy.zip'), zip);
const digest = createHash('sha256').update(zip).digest('base64');
process.stdout.write(`${join(out, 'auto_deploy.zip')}: ${zip.length} bytes, sha256 ${digest}\n`);
