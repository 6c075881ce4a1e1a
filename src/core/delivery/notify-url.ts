export const maxNotifyUrlLength = 2048;

/** `allow`: also addresses that are not public, and http (NOTIFY_PRIVATE_ADDRESSES). */
export type PrivateAddresses = 'refuse' | 'allow';

/**
 * Returns what is wrong with the address of a receiver, in words that continue its field and repeat nothing of it; null when nothing is.
 * Where a name leads is only known when a notification is sent.
 *
 * @param isPrivate Whether a host is an IP address that is not public.
 */
export function notifyUrlFault(
  text: string,
  privateAddresses: PrivateAddresses,
  isPrivate: (host: string) => boolean,
): string | null {
  if (!URL.canParse(text) || /\s/.test(text)) return 'must be an address such as https://example.com/hook';
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (username !== '' || password !== '') return 'must hold no user and password';
  if (hash !== '') return 'must hold no fragment (#)';
  if (privateAddresses === 'allow' || isLoopback(hostname)) return null;
  if (isPrivate(hostname.replace(/^\[|\]$/g, '')))
    return 'must lead to a public address; others are for where NOTIFY_PRIVATE_ADDRESSES is allow';
  if (protocol === 'http:')
    return 'must begin with https://; http is for loopback addresses, or for all where NOTIFY_PRIVATE_ADDRESSES is allow';
  return null;
}

const isLoopback = (hostname: string): boolean =>
  hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname) || /(^|\.)localhost$/.test(hostname);

/** The address as people may see it: its path may be a secret, as Slack's are. */
export function shownUrl(text: string): string {
  const { origin, pathname, search } = new URL(text);
  return pathname === '/' && search === '' ? origin : `${origin}/***`;
}
