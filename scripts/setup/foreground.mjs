import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './root.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program of node_modules/.bin, such as the pinned `node`, on this process's terminal, forwards signals, and returns its exit code.
 * With `child` the program gets a channel, whose 'disconnect' reports the end of this process.
 */
export function runInForeground(program, args, { isBound = false } = {}) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const stdio = ['inherit', 'inherit', 'inherit'];
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: isBound ? [...stdio, 'ipc'] : stdio,
  });
  const passOn = (signal) => child.kill(signal);
  for (const signal of forwarded) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of forwarded) process.off(name, passOn);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
