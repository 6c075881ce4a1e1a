import { describe, expect, it } from 'vitest';
import { parsePostgresAddress } from '../../src/core/postgres-address.ts';

const ca = '/etc/ssl/rds.pem';

describe('parsePostgresAddress', () => {
  it('reads all parts, and decodes them', () => {
    expect(
      parsePostgresAddress(`postgres://us%40er:p%2Fw%3A@db.example:6432/auto%20deploy?sslmode=verify-full&sslrootcert=${ca}`),
    ).toEqual({
      host: 'db.example',
      port: 6432,
      user: 'us@er',
      password: 'p/w:',
      database: 'auto deploy',
      sslMode: 'verify-full',
      sslRootCert: ca,
    });
  });

  it('takes the other name, the usual port, and TLS where the server has it', () => {
    expect(parsePostgresAddress('postgresql://me@db/name')).toEqual({
      host: 'db',
      port: 5432,
      user: 'me',
      password: null,
      database: 'name',
      sslMode: 'prefer',
      sslRootCert: null,
    });
  });

  it.each([
    ['an address of IPv6', 'postgres://me@[::1]:5433/name', '::1'],
    ['the folder of a socket', 'postgres://me@%2Fvar%2Frun%2Fpostgresql/name', '/var/run/postgresql'],
  ])('takes %s', (_, address, host) => {
    expect(parsePostgresAddress(address)?.host).toBe(host);
  });

  it.each([
    'mysql://me@db/name',
    'postgres:/me@db/name',
    'postgres://db/name',
    'postgres://me@/name',
    'postgres://me@db',
    'postgres://me@db/',
    'postgres://me@db/one/two',
    'postgres://me@one,two/name',
    'postgres://me:%zz@db/name',
    'postgres://me@db:port/name',
    'postgres://me@db/name#part',
    'postgres://me@db/na me',
    'postgres://me@db/name?sslmode=allow',
    'postgres://me@db/name?sslmode=verify_full',
    'postgres://me@db/name?sslrootcert=',
    'postgres://me@db/name?password=secret',
    'postgres://me@db/name?ssl=true',
  ])('refuses %s', (address) => {
    expect(parsePostgresAddress(address)).toBeNull();
  });
});
