/** hono reads the text of a key that contains PUBLIC or PRIVATE as PEM, so that it gets no text. */
export const importSigningKey = (text: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', new TextEncoder().encode(text), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
