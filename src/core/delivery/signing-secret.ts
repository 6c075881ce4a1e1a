/** Base64 of 24 to 64 bytes: 32 to 86 characters and the padding (docs/reference/webhook-behavior.md#what-is-sent). */
const secretForm = /^whsec_(?=[A-Za-z0-9+/]{32,86}={0,2}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The secrets that a variable holds to sign notifications with: one, or several separated by spaces while a receiver changes from one to
 * another. Null where one of them has another form.
 */
export function signingSecretsOf(value: string): readonly string[] | null {
  const secrets = value.trim().split(/\s+/);
  return secrets.every((secret) => secretForm.test(secret)) ? secrets : null;
}
