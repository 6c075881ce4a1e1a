import { Webhook } from 'standardwebhooks';
import { signingSecretsOf } from '../core/delivery/signing-secret.ts';

/** A notification can't be signed. The message names the variable, and nothing of its value. */
export class SecretError extends Error {}

interface Input {
  secretEnv: string;
  secretOf: (variable: string) => string | null;
  webhookId: string;
  body: string;
  /** The instant of the try. */
  now: number;
}

/**
 * The header that signs a notification, with each secret of the variable.
 *
 * @throws {SecretError}
 */
export function signatureOf({ secretEnv, secretOf, webhookId, body, now }: Input): { 'webhook-signature': string } {
  const value = secretOf(secretEnv)?.trim() ?? '';
  if (value === '') throw new SecretError(`${secretEnv} is not set, which is to hold the secret to sign with.`);
  const secrets = signingSecretsOf(value);
  if (secrets === null)
    throw new SecretError(`${secretEnv} holds no secret to sign with: whsec_ and the base64 of 24 to 64 bytes.`);
  const at = new Date(now);
  return { 'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(webhookId, at, body)).join(' ') };
}
