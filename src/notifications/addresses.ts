import { BlockList, isIP, isIPv6 } from 'node:net';

export type AddressKind = 'public' | 'loopback' | 'private';

const loopback = listOf(['127.0.0.0/8'], ['::1/128']);

/**
 * Addresses that are not of the public internet, by IANA's registries of special-purpose addresses, and what answers in clouds alone: the
 * metadata services are link-local, unique local (fd00:ec2::254) or shared (100.100.100.200), but for Azure's (168.63.129.16).
 */
const reservedIPv4 = listOf(
  [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '168.63.129.16/32',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/3',
  ],
  [],
);
/** Global unicast is 2000::/3; these parts of it are not: protocols, documentation, and 6to4, which embeds IPv4. */
const globalIPv6 = listOf([], ['2000::/3']);
const reservedIPv6 = listOf([], ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);
/** Prefixes that are followed by an IPv4 address: IPv4-mapped addresses, and NAT64 (RFC 6052). */
const embeddingIPv6 = listOf([], ['::ffff:0:0/96', '64:ff9b::/96']);

/** What kind of address it is; what is none counts as private. */
export function addressKind(address: string): AddressKind {
  // A zone, as in fe80::1%eth0, is of link-local addresses alone.
  if (isIP(address) === 0 || address.includes('%')) return 'private';
  if (!isIPv6(address)) return kindOfIPv4(address);
  if (embeddingIPv6.check(address, 'ipv6')) return kindOfIPv4(embeddedIPv4(address));
  if (loopback.check(address, 'ipv6')) return 'loopback';
  return globalIPv6.check(address, 'ipv6') && !reservedIPv6.check(address, 'ipv6') ? 'public' : 'private';
}

function kindOfIPv4(address: string): AddressKind {
  if (loopback.check(address, 'ipv4')) return 'loopback';
  return reservedIPv4.check(address, 'ipv4') ? 'private' : 'public';
}

/** The last 32 bits, which are written as an IPv4 address or as two groups. */
function embeddedIPv4(address: string): string {
  // As a URL writes it: in hexadecimal groups, the longest run of zeros left out.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':');
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function listOf(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList();
  const add = (subnet: string, type: 'ipv4' | 'ipv6'): void => {
    const [address = '', prefix = ''] = subnet.split('/');
    list.addSubnet(address, Number(prefix), type);
  };
  for (const subnet of ipv4) add(subnet, 'ipv4');
  for (const subnet of ipv6) add(subnet, 'ipv6');
  return list;
}
