import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { Duplex, type Readable } from 'node:stream';

/** A child process whose output is read from pipes. */
export type BoundProcess = ChildProcessByStdio<null, Readable, Readable>;

/**
 * A watcher in the background reads descriptor 3, whose other end only this process holds: when this process ends, even by SIGKILL, the
 * watcher reads the end of the pipe and ends the program. `exec` keeps the program's own pid and exit code.
 */
const endWithParent =
  'signal=$1; shift; (read -r over <&3 || { kill -s "$signal" $$; kill -CONT $$; }) >/dev/null 2>&1 & exec "$@" 3<&-';

export interface BoundOptions {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Which signal ends the program when this process has ended; TERM by default. */
  endSignal?: 'TERM' | 'INT';
  /** Whose rights it has: only a superuser's process may say so. */
  uid?: number;
  gid?: number;
}

/** Starts a program that ends with this process, in a process group of its own: Ctrl-C in a terminal reaches only this process. */
export function spawnBound(
  program: string,
  args: readonly string[],
  { endSignal = 'TERM', ...options }: BoundOptions,
): BoundProcess {
  const child = spawn('/bin/sh', ['-c', endWithParent, 'sh', endSignal, program, ...args], {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const watched = child.stdio[3];
  if (watched instanceof Duplex) {
    // The watcher may end before this write reaches it.
    watched.on('error', () => {});
    child.once('exit', () => watched.end('over\n'));
  }
  return child as BoundProcess;
}
