import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './root.mjs';

/**
 * Runs a program to its end, with its output on stderr, or returned with `quiet`. Never throws: a program that cannot start has the
 * code 127.
 */
export function run(command, args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: machinePath(), ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['inherit', 2, 2],
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    const end = (code) => resolve({ code, output: Buffer.concat(output).toString() });
    child.on('error', (error) => (output.push(Buffer.from(error.message)), end(127)));
    child.on('close', (code, signal) => end(signal === null ? code : 128));
  });
}

/** The path of a program of the machine, or null. */
export function which(program) {
  for (const folder of machinePath().split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** PATH without this project's node_modules/.bin: `npm ci` removes its `node` while it runs. */
function machinePath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== join(root, 'node_modules', '.bin'));
  return [...folders, '/usr/local/sbin', '/usr/sbin', '/sbin'].filter((folder) => folder !== '').join(delimiter);
}
