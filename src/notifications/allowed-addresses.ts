import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { PrivateAddresses } from '../core/delivery/notify-url.ts';
import { addressKind } from './addresses.ts';

/** The receiver is none that notifications may go to. The message names the host, and no other part of its address. */
export class AddressRefusedError extends Error {}

/** Of a URL, without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

export const isLoopbackHost = (host: string): boolean =>
  isIP(host) === 0 ? /(^|\.)localhost$/i.test(host) : addressKind(host) === 'loopback';

/**
 * What can be said before a connection is made.
 *
 * @throws {AddressRefusedError}
 */
export function checkUrl(url: URL, privateAddresses: PrivateAddresses): void {
  const host = hostOf(url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new AddressRefusedError(`${host} is to be reached by ${url.protocol}; notifications go by https:.`);
  if (privateAddresses === 'allow') return;
  if (url.protocol === 'http:' && !isLoopbackHost(host))
    throw new AddressRefusedError(`${host} is to be reached by http, which only loopback addresses may be: ${howToAllow}`);
  if (isIP(host) !== 0 && addressKind(host) === 'private') throw refusal(host, host);
}

/**
 * The look-up of a connection, which connects to nothing but what this returns: a name that leads to a public address once and to a
 * private one the next time (DNS rebinding) gains nothing. It is not called for a host that is an address itself.
 */
export function allowedLookup(privateAddresses: PrivateAddresses, resolve: typeof lookUp = lookUp): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const allowed = found.filter(({ address }) => isAllowed(host, address, privateAddresses));
      const [first] = allowed;
      if (first === undefined) return callback(refusal(host, addressesOf(found)), []);
      if (options.all === true) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}

function isAllowed(host: string, address: string, privateAddresses: PrivateAddresses): boolean {
  if (privateAddresses === 'allow') return true;
  const kind = addressKind(address);
  // http is allowed for these names, so they must be what they say.
  return isLoopbackHost(host) ? kind === 'loopback' : kind !== 'private';
}

const howToAllow = 'NOTIFY_PRIVATE_ADDRESSES may allow it.';

const addressesOf = (found: readonly LookupAddress[]): string => found.map(({ address }) => address).join(', ') || 'no address';

const refusal = (host: string, addresses: string): AddressRefusedError =>
  new AddressRefusedError(`${host} leads to ${addresses}, which is not public: ${howToAllow}`);
