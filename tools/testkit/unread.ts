import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LogLine, Program } from './processes.ts';

/** A pipe that is read only when the test reads it. */
export class Pipe {
  readonly path: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'autodeploy-pipe-'));
  #fd: number | null;
  #text = '';

  constructor() {
    this.path = join(this.#folder, 'pipe');
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', this.path]);
    this.#fd = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    onTestFinished(() => {
      this.leave();
      rmSync(this.#folder, { recursive: true });
    });
  }

  /** Reads what the pipe holds. @returns every whole line read so far. */
  read(): string[] {
    const buffer = Buffer.alloc(65_536);
    for (let count = -1; count !== 0 && this.#fd !== null;) {
      try {
        count = readSync(this.#fd, buffer);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        break;
      }
      this.#text += buffer.toString('utf8', 0, count);
    }
    return this.#text.split('\n').slice(0, -1);
  }

  readLog(): LogLine[] {
    return this.read().map((line) => JSON.parse(line) as LogLine);
  }

  /** Closes the reader's end: a writer gets EPIPE. */
  leave(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}

/** As `startProgram`, with stdout to a file, a pipe or a device; `output` has the lines of stderr. */
export function startInto(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Program {
  const program = new Program('/bin/sh', ['-c', 'exec "$@" >>"$INTO"', 'sh', process.execPath, ...args], {
    PATH: process.env['PATH'],
    ...env,
    INTO: path,
  });
  onTestFinished(async () => {
    await program.stop();
  });
  return program;
}
