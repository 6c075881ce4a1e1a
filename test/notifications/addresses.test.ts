import type { lookup, LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { addressKind } from '../../src/notifications/addresses.ts';
import { allowedLookup, checkUrl } from '../../src/notifications/allowed-addresses.ts';

describe('addressKind', () => {
  it.each(['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:0:0:1'])(
    '%s is loopback',
    (address) => {
      expect(addressKind(address)).toBe('loopback');
    },
  );

  it.each([
    ['this network', '0.0.0.0'],
    ['RFC 1918', '10.0.0.1'],
    ['RFC 1918', '172.16.0.1'],
    ['RFC 1918', '172.31.255.255'],
    ['RFC 1918', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['the metadata of Alibaba Cloud', '100.100.100.200'],
    ['the metadata of clouds', '169.254.169.254'],
    ['the metadata of ECS', '169.254.170.2'],
    ['the metadata of Oracle Cloud', '192.0.0.192'],
    ['the wire server of Azure', '168.63.129.16'],
    ['benchmarks', '198.18.0.1'],
    ['documentation', '203.0.113.9'],
    ['multicast', '224.0.0.251'],
    ['multicast', '239.255.255.250'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['unique local', 'fd00::1'],
    ['the metadata of EC2', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['6to4 of 10.0.0.1', '2002:a00:1::1'],
    ['IPv4-mapped', '::ffff:10.0.0.1'],
    ['IPv4-mapped', '::ffff:a9fe:a9fe'],
    ['IPv4-mapped', '0:0:0:0:0:ffff:169.254.169.254'],
    ['IPv4-compatible', '::10.0.0.1'],
    ['NAT64', '64:ff9b::a00:1'],
    ['NAT64', '64:ff9b::169.254.169.254'],
    ['local NAT64', '64:ff9b:1::1'],
    ['no address', 'example.com'],
    ['no address', ''],
  ])('%s (%s) is private', (_, address) => {
    expect(addressKind(address)).toBe('private');
  });

  it.each([
    '1.1.1.1',
    '52.94.236.248',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a05:d018::1',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
  ])('%s is public', (address) => {
    expect(addressKind(address)).toBe('public');
  });
});

describe('checkUrl', () => {
  const refused = (url: string): string | null => {
    try {
      checkUrl(new URL(url), 'refuse');
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : 'no error';
    }
  };

  it.each([
    'https://example.com/hook',
    'https://1.1.1.1/hook',
    'http://127.0.0.1:8080/hook',
    'http://localhost/hook',
    'http://hooks.localhost/hook',
    'http://[::1]/hook',
    'https://[::1]/hook',
  ])('lets %s through', (url) => {
    expect(refused(url)).toBeNull();
  });

  it.each([
    'http://example.com/hook',
    'http://1.1.1.1/hook',
    'https://10.0.0.1/hook',
    'https://169.254.169.254/latest',
    // The URL standard reads these as 169.254.169.254 and 10.0.0.1.
    'https://0xa9fea9fe/latest',
    'https://2852039166/latest',
    'https://0251.0376.0251.0376/latest',
    'https://10.1/hook',
    'https://[::ffff:169.254.169.254]/latest',
    'https://[fd00:ec2::254]/latest',
    'https://0.0.0.0/hook',
    'ftp://example.com/hook',
    'file:///etc/passwd',
  ])('refuses %s', (url) => {
    expect(refused(url)).toMatch(/notifications go by https|NOTIFY_PRIVATE_ADDRESSES/);
  });

  it('lets private addresses and http through where they are allowed, but no other protocol', () => {
    for (const url of ['http://10.0.0.1/', 'https://169.254.169.254/', 'http://example.com/']) {
      expect(() => checkUrl(new URL(url), 'allow')).not.toThrow();
    }
    expect(() => checkUrl(new URL('ftp://10.0.0.1/'), 'allow')).toThrow('ftp:');
  });

  it('names no path, which may be a secret', () => {
    expect(refused('https://10.0.0.1/the-path?the-query')).not.toMatch(/the-path|the-query/);
  });
});

describe('allowedLookup', () => {
  const resolving = (...addresses: string[]) =>
    Object((_: string, __: object, callback: (error: null, found: LookupAddress[]) => void) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    ) as typeof lookup;
  const find = (host: string, found: string[], options: { all: boolean; mode?: 'allow' }) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    allowedLookup(options.mode ?? 'refuse', resolving(...found))(host, { all: options.all }, (error, address) =>
      error === null ? resolve(address) : reject(error),
    );
    return promise;
  };

  it('leaves only the allowed ones of the addresses of a name', async () => {
    const found = ['10.0.0.1', '1.1.1.1', 'fd00::1', '2606:4700::1111', '127.0.0.1'];
    expect(await find('example.com', found, { all: true })).toEqual([
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700::1111', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]);
    expect(await find('example.com', found, { all: false })).toBe('1.1.1.1');
    expect(await find('example.com', found, { all: false, mode: 'allow' })).toBe('10.0.0.1');
  });

  it('refuses a name that leads to no allowed one', async () => {
    await expect(find('rebind.example.com', ['169.254.169.254', '::ffff:10.0.0.1'], { all: true })).rejects.toThrow(
      'rebind.example.com leads to 169.254.169.254, ::ffff:10.0.0.1, which is not public: NOTIFY_PRIVATE_ADDRESSES may allow it.',
    );
  });

  it('takes names of the loopback address at their word', async () => {
    await expect(find('localhost', ['1.1.1.1'], { all: true })).rejects.toThrow('localhost leads to 1.1.1.1');
    expect(await find('localhost', ['::1'], { all: false })).toBe('::1');
  });
});
