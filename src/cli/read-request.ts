import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { errorMessage } from '../core/errors.ts';
import type { Cli } from './cli.ts';
import { usageError } from './cli-error.ts';

/** Reads a JSON object from a file, or from stdin for `-`. @throws {CliError} `usage`. */
export async function readRequest(cli: Cli, file: string): Promise<Record<string, unknown>> {
  const source = file === '-' ? 'stdin' : file;
  const content = await (file === '-' ? text(cli.stdin) : readFile(file, 'utf8')).catch((error: unknown) => {
    throw usageError(`--request: ${source} cannot be read: ${errorMessage(error)}`);
  });
  const value = parse(content.replace(/^\ufeff/, ''), source);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usageError(`--request: ${source} must hold a JSON object, the body of POST /bootstrap`);
  return value as Record<string, unknown>;
}

function parse(content: string, source: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw usageError(`--request: ${source} is no JSON: ${errorMessage(error)}`);
  }
}
