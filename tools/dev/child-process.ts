import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { Duplex, type Readable } from 'node:stream';

/** A child process whose output is read from pipes. */
export type BoundProcess = ChildProcessByStdio<null, Readable, Readable>;

/**
 * The watcher in the background reads descriptor 3, the other end of which only this process has: when this process dies, even by
 * SIGKILL, it reads the end and ends the program. `exec` keeps the pid and the exit code the program's own.
 */
const endWithParent = '(read -r over <&3 || { kill -TERM $$; kill -CONT $$; }) >/dev/null 2>&1 & exec "$@" 3<&-';

/**
 * Starts a program that ends when this process does, in a process group of its own, so that Ctrl-C in a terminal reaches only
 * this process.
 */
export function spawnBound(
  program: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd: string },
): BoundProcess {
  const child = spawn('/bin/sh', ['-c', endWithParent, 'sh', program, ...args], {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const watched = child.stdio[3];
  if (watched instanceof Duplex) {
    // The watcher may be gone before it hears that the program is.
    watched.on('error', () => {});
    child.once('exit', () => watched.end('over\n'));
  }
  return child as BoundProcess;
}
