import type { Environment } from '../core/environment.ts';

/** The function's variables, which infra/terraform sets. */
export const variables = {
  /** The service's address, with its base path where the load balancer does not strip it: `https://host/model-init`. */
  url: 'AUTODEPLOY_URL',
  /** The key itself; or where it is kept, one of the next two. */
  apiKey: 'AUTODEPLOY_API_KEY',
  /** A Secrets Manager secret's name or ARN; its text is the key. */
  apiKeySecretId: 'AUTODEPLOY_API_KEY_SECRET_ID',
  /** A Parameter Store parameter's name or ARN. */
  apiKeyParameter: 'AUTODEPLOY_API_KEY_PARAMETER',
} as const;

/** Set by Lambda, and by an operator who moves the AWS Parameters and Secrets Lambda Extension to another port. */
export const platformVariables = {
  sessionToken: 'AWS_SESSION_TOKEN',
  extensionPort: 'PARAMETERS_SECRETS_EXTENSION_HTTP_PORT',
} as const;

export type KeyPlace =
  | { kind: 'none' }
  | { kind: 'value'; key: string }
  | { kind: 'secret'; id: string }
  | { kind: 'parameter'; name: string };

export interface Settings {
  /** Without a slash at its end. */
  url: string;
  key: KeyPlace;
  extension: { port: number; token: string };
}

/** What a key may look like: it has to stand in a header, and JSON is what the Secrets Manager console makes by default. */
export const isKey = (text: string): boolean => /^[!-~]{1,1024}$/.test(text) && !text.startsWith('{');

const defaultExtensionPort = 2773;

/** @throws {Error} that names the variable which is missing or malformed, and never a key. */
export function readSettings(env: Environment): Settings {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;
  const port = Number(value(platformVariables.extensionPort) ?? defaultExtensionPort);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${platformVariables.extensionPort} must be a port`);
  return {
    url: readUrl(value(variables.url)),
    key: readKeyPlace(value),
    extension: { port, token: value(platformVariables.sessionToken) ?? '' },
  };
}

function readUrl(text: string | undefined): string {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new Error(`${variables.url} must be the service's http(s) address, without credentials, query or fragment`);
  }
  return url.href.replace(/\/+$/, '');
}

function readKeyPlace(value: (name: string) => string | undefined): KeyPlace {
  const key = value(variables.apiKey);
  const id = value(variables.apiKeySecretId);
  const name = value(variables.apiKeyParameter);
  // Unchecked, fetch would quote it in its complaint.
  if (key !== undefined && !isKey(key)) throw new Error(`${variables.apiKey} must be the key as plain text, and nothing else`);
  const places: KeyPlace[] = [
    ...(key === undefined ? [] : [{ kind: 'value' as const, key }]),
    ...(id === undefined ? [] : [{ kind: 'secret' as const, id }]),
    ...(name === undefined ? [] : [{ kind: 'parameter' as const, name }]),
  ];
  if (places.length > 1) {
    throw new Error(`only one of ${variables.apiKey}, ${variables.apiKeySecretId} and ${variables.apiKeyParameter} may be set`);
  }
  return places[0] ?? { kind: 'none' };
}
