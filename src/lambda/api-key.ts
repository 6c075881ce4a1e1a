/**
 * The key for the service, from where it is kept. Secrets Manager and Parameter Store are asked through the AWS Parameters and Secrets
 * Lambda Extension: plain HTTP on the loopback address, so that no SDK has to be bundled or loaded.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html and
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html. It responds only while an
 * invocation is in progress, not during init.
 */
import { isKey, type Settings } from './settings.ts';

/** How long a fetched key is used; the extension keeps it for a while too (SECRETS_MANAGER_TTL, SSM_PARAMETER_STORE_TTL). */
const keepForMs = 60_000;

export interface ApiKey {
  /** null where the service wants none. @throws {Error} that holds no key. */
  get: (signal: AbortSignal) => Promise<string | null>;
  /** To be called when the service refused the key: the next call fetches it again. */
  forget: () => void;
}

export function createApiKey({ key, extension }: Settings, now: () => number): ApiKey {
  let kept: { key: string; fetchedAt: number } | null = null;

  async function fetchAt(path: string, textOf: (body: Record<string, unknown>) => unknown, signal: AbortSignal): Promise<string> {
    if (kept !== null && now() - kept.fetchedAt < keepForMs) return kept.key;
    const fetched = readKey(textOf(await askExtension(extension, path, signal)));
    kept = { key: fetched, fetchedAt: now() };
    return fetched;
  }

  return {
    get: async (signal) => {
      switch (key.kind) {
        case 'none':
          return null;
        case 'value':
          return key.key;
        case 'secret':
          return fetchAt(`/secretsmanager/get?secretId=${encodeURIComponent(key.id)}`, (body) => body['SecretString'], signal);
        case 'parameter':
          return fetchAt(
            `/systemsmanager/parameters/get?name=${encodeURIComponent(key.name)}&withDecryption=true`,
            (body) => Object(body['Parameter'])['Value'],
            signal,
          );
      }
    },
    forget: () => {
      kept = null;
    },
  };
}

async function askExtension(
  { port, token }: Settings['extension'],
  path: string,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const response = await fetch(`http://localhost:${port}${path}`, {
    headers: { 'x-aws-parameters-secrets-token': token },
    redirect: 'manual',
    signal,
  });
  const text = await response.text();
  // Its refusals quote AWS: which permission is missing, or that the name is unknown. A response that may hold the key is not quoted.
  if (!response.ok) throw new Error(`the secrets extension answered ${response.status}: ${text.trim().slice(0, 300)}`);
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw new Error('the secrets extension answered something else than JSON');
  }
}

function readKey(text: unknown): string {
  const key = typeof text === 'string' ? text.trim() : '';
  if (!isKey(key)) throw new Error('the secret must be the key as plain text, and nothing else');
  return key;
}
