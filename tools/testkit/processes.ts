import { afterAll } from 'vitest';
import { Child } from './child.ts';

/** One JSON object of a program's log. */
export type LogLine = Record<string, unknown> & { event?: string; msg?: string };

/** A program of this repository, with its log. */
export class Program extends Child {
  #parsed = 0;
  readonly #log: LogLine[] = [];

  /** The log so far; lines that are not JSON objects are only in `output`. */
  get log(): readonly LogLine[] {
    for (; this.#parsed < this.output.length; this.#parsed += 1) {
      const line = parse(this.output[this.#parsed] ?? '');
      if (line !== null) this.#log.push(line);
    }
    return this.#log;
  }

  /** The first log line, past or to come, that matches. */
  logged(matches: (line: LogLine) => boolean, withinMs?: number): Promise<LogLine> {
    return this.until(() => this.log.find(matches), 'such log line', withinMs);
  }
}

const started = new Set<Program>();
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

/**
 * Starts `node ARGS`, as in `startProgram(['src/worker/main.ts'], env)`, with the Node that runs the tests. The program gets `env`, and of
 * this process's environment only PATH, HOME, TMPDIR and LANG. It is stopped when the test file ends, however that ends.
 */
export function startProgram(args: readonly string[], env: Record<string, string | undefined> = {}): Program {
  const base = Object.fromEntries(inherited.map((name) => [name, process.env[name]]));
  const program = new Program(process.execPath, args, { ...base, ...env });
  started.add(program);
  return program;
}

/**
 * The same for a program to which the disk is full: no file of its own can grow beyond `fileKb`. Needs no rights and no file system of
 * its own; SQLite tells it apart from a disk that is really full by its code only.
 */
export function startProgramOnFullDisk(fileKb: number, args: readonly string[], env: Record<string, string> = {}): Program {
  const base = Object.fromEntries(inherited.map((name) => [name, process.env[name]]));
  // In blocks of 512 bytes.
  const limited = `ulimit -f ${fileKb * 2}; exec "$0" "$@"`;
  const program = new Program('/bin/sh', ['-c', limited, process.execPath, ...args], { ...base, ...env });
  started.add(program);
  return program;
}

afterAll(async () => {
  await Promise.all([...started].map((program) => program.stop()));
});

function parse(line: string): LogLine | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return null;
  }
}
