import { AddressRefusedError } from './allowed-addresses.ts';
import { SecretError } from './signature.ts';

const credentials = /\/\/[^\s"/@]*@/g;

/** Why a try got no response, in words without secrets: errors of proxies quote the proxy's password. */
export function reasonOf(error: unknown): string {
  if (error instanceof AddressRefusedError || error instanceof SecretError) return error.message;
  const code = codeOf(error);
  if (code === 'ERR_INVALID_URL') return 'The address of the receiver is no URL.';
  if (code?.startsWith('ERR_PROXY')) return `The proxy does not connect to the receiver (${code}).`;
  return `The receiver cannot be reached: ${messageOf(error).replaceAll(credentials, '//[hidden]@')}`;
}

function codeOf(error: unknown): string | null {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  return typeof code === 'string' ? code : null;
}

/** Node reports the attempts to several addresses of one name together. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message || error.name : 'unknown error';
}
