import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Builds the program into a folder of its own. @returns its path. */
export function buildCli(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'autodeploy-bundle-')), 'autodeploy.mjs');
  execFileSync(process.execPath, ['scripts/build-cli.mjs', '--out', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  return file;
}

/** The Node of npm itself, which is the machine's, where it runs the tests; else the pinned one. */
export const machineNode = process.env['npm_node_execpath'] ?? process.execPath;
