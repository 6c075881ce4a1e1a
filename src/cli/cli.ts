import type { Readable } from 'node:stream';
import type { Environment } from '../core/environment.ts';
import type { Api } from './http/api.ts';

/** stdout or stderr. */
export interface TextOutput {
  write: (text: string) => unknown;
  isTTY?: boolean;
  /** Of a terminal. */
  columns?: number;
  rows?: number;
  on?: (name: 'resize', listener: () => void) => unknown;
  off?: (name: 'resize', listener: () => void) => unknown;
}

/** What the process gives the program. */
export interface Io {
  args: readonly string[];
  env: Environment;
  stdin: Readable & { isTTY?: boolean };
  stdout: TextOutput;
  stderr: TextOutput;
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
}

/** What every command gets. */
export interface Cli extends Io {
  /** Milliseconds since 1970 UTC. */
  now: () => number;
  /** The service. @throws {CliError} when the environment does not say well where it is. */
  api: () => Api;
  /** Writes data: one text, with a line break at its end. */
  print: (text: string) => void;
  /** Writes one JSON document. */
  printJson: (value: unknown) => void;
  /** Writes everything else, to stderr. */
  say: (text: string) => void;
}
