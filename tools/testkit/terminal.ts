import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { Screen } from './screen.ts';

interface Options {
  env: Record<string, string | undefined>;
  columns?: number;
  rows?: number;
}

/** Of a terminal's output: what came, and when, in milliseconds after the start. */
export interface Piece {
  afterMs: number;
  text: string;
}

/** What a program does on a pseudo-terminal. */
export interface Terminal {
  screen: Screen;
  pieces: readonly Piece[];
  /** Types: `\x03` is Ctrl-C. */
  type: (text: string) => void;
  resize: (columns: number, rows: number) => Promise<void>;
  /** The exit code of the program. */
  exited: Promise<number>;
  /** Once the screen shows it. */
  shows: (pattern: RegExp, withinMs?: number) => Promise<string>;
  kill: () => void;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Runs a program on a pseudo-terminal, by `script`, which is part of every Debian (bsdutils), of util-linux and of macOS: no package of npm
 * makes one without a compiler.
 */
export function startOnTerminal(command: readonly string[], { env, columns = 80, rows = 24 }: Options): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-terminal-'));
  const device = join(folder, 'device');
  const inner = `stty cols ${columns} rows ${rows}; tty > ${quoted(device)}; exec ${command.map(quoted).join(' ')}`;
  const isBsd = process.platform === 'darwin';
  const args = isBsd ? ['-q', '/dev/null', '/bin/sh', '-c', inner] : ['-q', '-e', '-f', '-c', inner, '/dev/null'];
  const child = spawn('script', args, {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      SHELL: '/bin/sh',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const screen = new Screen(columns, rows);
  const pieces: Piece[] = [];
  const startedAt = Date.now();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    pieces.push({ afterMs: Date.now() - startedAt, text });
    screen.write(text);
  });
  child.stdin.on('error', () => {});
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true });
      resolve(code ?? -1);
    });
  });
  return {
    screen,
    pieces,
    exited,
    type: (text) => void child.stdin.write(text),
    resize: async (newColumns, newRows) => {
      const path = await eventually(() => readFileSync(device, 'utf8').trim());
      // The terminal is resized first, then the program learns it, as with a real one.
      screen.resize(newColumns, newRows);
      execFileSync('stty', [isBsd ? '-f' : '-F', path, 'cols', String(newColumns), 'rows', String(newRows)]);
    },
    shows: async (pattern, withinMs = 30_000) => {
      await eventually(() => pattern.test(screen.text), Boolean, {
        withinMs,
        what: `${pattern.source} on the screen:\n${screen.text}\n`,
      });
      return screen.text;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
