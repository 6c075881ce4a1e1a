import { readFileSync } from 'node:fs';
import { errorMessage } from '../core/errors.ts';
import type { Environment } from '../core/environment.ts';
import { usageError } from './cli-error.ts';

export interface Settings {
  /** Without a slash at its end; it may have a path, such as the service's BASE_PATH. */
  url: string;
  /** null for a service without keys. */
  key: string | null;
  /** The variable that holds the key. */
  keySource: string | null;
}

const defaultUrl = 'http://127.0.0.1:8006';

const present = (env: Environment, name: string): string | null => {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? null : value;
};

/**
 * Where the service is, and the key for it. AUTODEPLOY_API_KEY is taken before AUTODEPLOY_API_KEY_FILE.
 *
 * @throws {CliError} `usage`, which never shows what a key or an address with a password holds.
 */
export function readSettings(env: Environment): Settings {
  return { url: readUrl(present(env, 'AUTODEPLOY_URL') ?? defaultUrl), ...readKey(env) };
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const rule = `AUTODEPLOY_URL must be an address like ${defaultUrl} or https://ml.example.com/model-init`;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw usageError(rule);
  if (url.username !== '' || url.password !== '')
    throw usageError(
      `${rule}, without a user and a password`,
      'The key belongs in AUTODEPLOY_API_KEY or a file that AUTODEPLOY_API_KEY_FILE names',
    );
  if (url.search !== '' || url.hash !== '') throw usageError(`${rule}, without anything after the path`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function readKey(env: Environment): Pick<Settings, 'key' | 'keySource'> {
  const key = present(env, 'AUTODEPLOY_API_KEY');
  if (key !== null) return { key: checkedKey(key, 'AUTODEPLOY_API_KEY'), keySource: 'AUTODEPLOY_API_KEY' };
  const file = present(env, 'AUTODEPLOY_API_KEY_FILE');
  if (file === null) return { key: null, keySource: null };
  const text = readKeyFile(file);
  if (text === '') throw usageError(`${file}, which AUTODEPLOY_API_KEY_FILE names, is empty; it must hold a key`);
  return { key: checkedKey(text, file), keySource: file };
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw usageError(`AUTODEPLOY_API_KEY_FILE names ${file}, which cannot be read: ${errorMessage(error)}`);
  }
}

/** A header takes nothing else, and its error would show the key. */
function checkedKey(key: string, source: string): string {
  if (/^[!-~]+$/.test(key)) return key;
  throw usageError(`${source} must hold one key of visible ASCII characters, without spaces and line breaks`);
}
