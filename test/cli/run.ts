import { PassThrough, Readable } from 'node:stream';
import { runCli } from '../../src/cli/run-cli.ts';

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliRun {
  /** What it has written so far. */
  output: { stdout: string; stderr: string };
  interrupt: () => void;
  ended: Promise<CliResult>;
}

interface Options {
  env?: Record<string, string>;
  stdin?: string;
}

/** Starts the program in this process, without a terminal: its streams are texts. */
export function startCli(args: readonly string[], { env = {}, stdin = '' }: Options = {}): CliRun {
  const output = { stdout: '', stderr: '' };
  const interrupted = new AbortController();
  const to = (stream: 'stdout' | 'stderr') => ({ write: (text: string): void => void (output[stream] += text) });
  const input: Readable & { isTTY?: boolean } = stdin === '' ? new PassThrough().end() : Readable.from([stdin]);
  const ended = runCli({ args, env, stdin: input, stdout: to('stdout'), stderr: to('stderr'), interrupted: interrupted.signal });
  return { output, interrupt: () => interrupted.abort(), ended: ended.then((code) => ({ code, ...output })) };
}

export const cli = (args: readonly string[], options: Options = {}): Promise<CliResult> => startCli(args, options).ended;
