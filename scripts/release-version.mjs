/**
 * `node scripts/release-version.mjs TAG [--notes]`: the version of a release, as `version=X.Y.Z` for GitHub's outputs, or with `--notes` what
 * CHANGELOG.md says about it. Ends with 1, and a line for each file that has another version, where they differ from the tag vX.Y.Z.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup/root.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const chart = 'infra/helm/sagemaker-autodeploy/Chart.yaml';

const [tag = '', option] = process.argv.slice(2);
const version = /^v(\d+\.\d+\.\d+)$/.exec(tag)?.[1];
if (version === undefined || (option !== undefined && option !== '--notes')) {
  process.stderr.write('usage: node scripts/release-version.mjs vX.Y.Z [--notes]\n');
  process.exit(2);
}

/** The part of the changelog below the heading of this version. */
const notes = read('CHANGELOG.md')
  .split(/^## /m)
  .find((part) => part.startsWith(`[${version}]`))
  ?.replace(/^.*\n+/, '');

const versions = {
  'package.json': JSON.parse(read('package.json')).version,
  'packages/sagemaker-simulator/package.json': JSON.parse(read('packages/sagemaker-simulator/package.json')).version,
  [chart]: /^version: (\S+)$/m.exec(read(chart))?.[1],
  [`${chart} (appVersion)`]: /^appVersion: (\S+)$/m.exec(read(chart))?.[1],
  'clients/python/autodeploy.py': /^__version__ = "(\S+)"$/m.exec(read('clients/python/autodeploy.py'))?.[1],
  'CHANGELOG.md': notes === undefined ? 'no section' : version,
};
const faults = Object.entries(versions).filter(([, found]) => found !== version);
for (const [path, found] of faults) process.stderr.write(`${path} has ${found}, and the tag ${version}\n`);
if (faults.length > 0) process.exit(1);
process.stdout.write(option === '--notes' ? notes : `version=${version}\n`);
