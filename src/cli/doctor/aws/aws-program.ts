import { spawn } from 'node:child_process';
import type { Environment } from '../../../core/environment.ts';
import { printable } from '../../terminal/text.ts';

/** What a call of the program `aws` led to. */
export type AwsResult =
  | { kind: 'ok'; output: unknown }
  /** `code` as AWS names it: `NoSuchEntity`, `AccessDenied`, `404`. */
  | { kind: 'refused'; code: string; message: string }
  | { kind: 'missing' };

export type CallAws = (args: readonly string[]) => Promise<AwsResult>;

const limitMs = 60_000;

/**
 * Calls the AWS CLI, version 1 or 2, as a process, with the caller's credentials by its own rules: profiles, SSO, roles, proxies. It is no
 * part of this program, and no SDK has to be.
 */
export const createCallAws =
  (env: Environment, interrupted: AbortSignal): CallAws =>
  (args) =>
    new Promise((resolve) => {
      const child = spawn('aws', [...args, '--output', 'json'], {
        // Version 2 would show long output page by page.
        env: { ...env, AWS_PAGER: '' },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: limitMs,
        signal: interrupted,
      });
      const output: Buffer[] = [];
      const errors: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
      child.once('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'ENOENT' ? { kind: 'missing' } : { kind: 'refused', code: error.name, message: error.message }),
      );
      child.once('close', (code) => {
        const text = Buffer.concat(output).toString();
        resolve(code === 0 ? { kind: 'ok', output: parse(text) } : refusalOf(Buffer.concat(errors).toString()));
      });
    });

function parse(text: string): unknown {
  try {
    return text.trim() === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    return {};
  }
}

/** `An error occurred (NoSuchEntity) when calling the GetRole operation: …` */
function refusalOf(text: string): AwsResult {
  const [, code, message] = /An error occurred \((\S+)\) when calling the \w+ operation[^:]*: (.*)/s.exec(text) ?? [];
  const lines = text.trim().split('\n');
  return { kind: 'refused', code: code ?? 'aws', message: printable((message ?? lines.at(-1) ?? '').trim()) };
}
