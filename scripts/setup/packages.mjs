import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { say, SetupError } from './say.mjs';

/** Installs exactly the packages of package-lock.json. */
export const packages = {
  what: 'the packages of package-lock.json in node_modules',
  how: '`npm ci`',
  isThere: () => difference() === null,

  async install() {
    say(`npm ci: ${difference()}`);
    // With a NODE_ENV of production, npm would leave out the tools.
    // Errors only: on another Node than the pinned one, which it is about to install, npm warns of each package that wants that one.
    const { code } = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
    if (code !== 0) throw new SetupError('`npm ci` failed.', 'See its messages above; npm must reach its registry.');
    const left = difference();
    if (left !== null)
      throw new SetupError(`After \`npm ci\`, ${left}.`, 'Look for an `omit` in your npm configuration (`npm config ls`).');
  },
};

/**
 * How node_modules differs from the lockfile, or null. npm writes node_modules/.package-lock.json as the last step of an installation,
 * so an interrupted one differs too.
 */
function difference() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (wanted === null) return 'there is no package-lock.json';
  if (installed === null) return 'node_modules is missing or incomplete';
  for (const [path, { version, integrity, optional, devOptional }] of wanted) {
    const there = installed.get(path);
    const forOtherMachines = optional === true || devOptional === true;
    if (there === undefined && forOtherMachines) continue;
    if (there === undefined || !existsSync(join(root, path, 'package.json'))) return `${path} is missing`;
    if (there.version !== version || (there.integrity ?? integrity) !== integrity) return `${path} is not version ${version}`;
  }
  const extra = [...installed.keys()].find((path) => !wanted.has(path));
  return extra === undefined ? null : `${extra} does not belong there`;
}

function packagesOf(lockfile) {
  try {
    const { packages: entries } = JSON.parse(readFileSync(join(root, lockfile), 'utf8'));
    return new Map(Object.entries(entries).filter(([path]) => path !== ''));
  } catch {
    return null;
  }
}
