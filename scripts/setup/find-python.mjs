import { spawnSync } from 'node:child_process';
import { which } from './run.mjs';

/** What the client promises, and the modules that distributions split off. */
const probe = 'import sys, ssl, unittest; sys.exit(sys.version_info < (3, 9))';
/** The path of the machine's python3, of 3.9 or newer with its standard library; null without one. */
export function findPython() {
  const path = which('python3');
  return path !== null && spawnSync(path, ['-c', probe], { stdio: 'ignore' }).status === 0 ? path : null;
}

/** The same, for a test that needs it. */
export function requirePython() {
  const path = findPython();
  if (path === null) throw new Error('There is no python3 of 3.9 or newer: `node scripts/setup.mjs` installs it.');
  return path;
}
