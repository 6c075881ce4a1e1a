import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config/config.ts';

const valid = {
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/sagemaker',
  TRAINING_IMAGE: 'registry/train:1',
  MODEL_OUTPUT_S3_URI: 's3://bucket/models',
};
const parse = (env: Record<string, string>) => parseConfig({ ...valid, ...env });

function linesOf(env: Record<string, string>): readonly string[] {
  try {
    parse(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'content');
  writeFileSync(path, content);
  return path;
}

describe('the address of PostgreSQL', () => {
  it('is taken as it is, and its password is a secret in both forms', () => {
    const url = 'postgres://me:p%40ss@db.example:5432/autodeploy?sslmode=verify-full';
    expect(parse({ DATABASE_URL: url })).toMatchObject({
      databaseUrl: url,
      databaseLogin: { passwordFile: null, iam: false },
      secrets: ['p%40ss', 'p@ss'],
    });
    expect(linesOf({ DATABASE_URL: url.replace('postgres', 'postgresql') })).toEqual([]);
  });

  it('that is malformed is one fault, which says what it may hold and shows no password', () => {
    const faults = linesOf({ DATABASE_URL: 'postgres://me:secret@db.example/autodeploy?ssl=true&password=secret' });
    expect(faults).toEqual(['DATABASE_URL has the parameter ssl, which is unknown; it may have sslmode and sslrootcert']);
    expect(linesOf({ DATABASE_URL: 'postgres://me:secret@db.example?ssl=true' })).toEqual([
      'DATABASE_URL holds "postgres://***@db.example?***"; it may hold file: and the path of a file, like file:./data/autodeploy.db, or postgres://USER:PASSWORD@HOST:PORT/NAME, where sslmode (disable, prefer, require, verify-ca, verify-full) and sslrootcert may follow as parameters',
    ]);
  });

  it('that has a wrong parameter is a fault that names it, and no password', () => {
    const of = (query: string): readonly string[] => linesOf({ DATABASE_URL: `postgres://me:secret@db/name?${query}` });
    const modes = 'disable, prefer, require, verify-ca, verify-full';
    expect(of('sslmode=foo')).toEqual([`DATABASE_URL has an sslmode that is unknown, "foo"; it may be one of ${modes}`]);
    expect(of('sslmode=')).toEqual([`DATABASE_URL has an sslmode that is unknown; it may be one of ${modes}`]);
    expect(of('sslmode=require&sslrootcert=')).toEqual([
      'DATABASE_URL has an empty sslrootcert; it may be the path of a file with certificates in PEM, or system',
    ]);
    expect(of('sslmode=require&password=hunter2')).toEqual([
      'DATABASE_URL has the parameter password, which is unknown; it may have sslmode and sslrootcert',
    ]);
    // Passwords with a question mark that is not written as %3F.
    for (const url of [
      'postgres://me:sec?hunter2@db/name',
      'postgres://me:a@b/c?hunter2@db/name',
      'postgres://me:a@b/c?hunter2?more@db/name',
      'postgres://me@b/c?hun-ter2!',
    ]) {
      const [fault, ...others] = linesOf({ DATABASE_URL: url });
      expect([fault, others]).toEqual([expect.stringMatching(/^DATABASE_URL h/), []]);
      expect(fault).not.toMatch(/ter2/);
    }
  });

  it('and that of Redis may not be empty: the default is another place than the one that was meant', () => {
    for (const empty of ['', ' ']) {
      expect(linesOf({ DATABASE_URL: empty, REDIS_URL: empty })).toEqual([
        expect.stringMatching(/^REDIS_URL is empty; it must hold redis:\/\/ .*, or not be set$/),
        expect.stringMatching(/^DATABASE_URL is empty; it must hold file: .*, or not be set$/),
      ]);
    }
  });

  it('has the certificates that it names, or says so', () => {
    const withCertificates = (path: string): Record<string, string> => ({
      DATABASE_URL: `postgres://me@db/name?sslmode=verify-full&sslrootcert=${path}`,
    });
    expect(linesOf(withCertificates(fileWith('-----BEGIN CERTIFICATE-----\nMII…\n-----END CERTIFICATE-----\n')))).toEqual([]);
    for (const path of [fileWith('no certificate'), '/no/such/file.pem']) {
      expect(linesOf(withCertificates(path))).toEqual([
        `DATABASE_URL has the sslrootcert "${path}"; it must be a readable file with certificates in PEM`,
      ]);
    }
  });
});

describe('DATABASE_PASSWORD_FILE', () => {
  const DATABASE_URL = 'postgres://me@db/name';

  it('has the password, without the end of its line, which is a secret', () => {
    const path = fileWith('a long password \n');
    expect(parse({ DATABASE_URL, DATABASE_PASSWORD_FILE: path })).toMatchObject({
      databaseLogin: { passwordFile: path, iam: false },
      secrets: ['a long password '],
    });
  });

  it('must be there, and not empty', () => {
    for (const path of ['/no/such/file', fileWith('\n')]) {
      expect(linesOf({ DATABASE_URL, DATABASE_PASSWORD_FILE: path })).toEqual([
        `DATABASE_PASSWORD_FILE holds "${path}"; it must be the path of a readable file that holds the password`,
      ]);
    }
  });

  it('is the only password', () => {
    expect(linesOf({ DATABASE_URL: 'postgres://me:secret@db/name', DATABASE_PASSWORD_FILE: fileWith('other') })).toEqual([
      'DATABASE_URL holds a password; with DATABASE_PASSWORD_FILE it may hold none',
    ]);
  });

  it('is nothing for SQLite', () => {
    expect(linesOf({ DATABASE_PASSWORD_FILE: fileWith('secret') })).toEqual([
      'DATABASE_PASSWORD_FILE is set; it may be set only where DATABASE_URL is a postgres:// address',
    ]);
  });
});

describe('DATABASE_IAM', () => {
  it('needs an encrypted connection, and no password', () => {
    const address = 'postgres://me@db/name?sslmode=require';
    expect(parse({ DATABASE_URL: address, DATABASE_IAM: 'true' }).databaseLogin).toEqual({ passwordFile: null, iam: true });
    expect(linesOf({ DATABASE_URL: 'postgres://me:secret@db/name', DATABASE_IAM: 'true' })).toEqual([
      'DATABASE_URL holds a password; with DATABASE_IAM it may hold none',
      'DATABASE_URL has no TLS; with DATABASE_IAM its sslmode must be require, verify-ca or verify-full',
    ]);
    expect(linesOf({ DATABASE_URL: address, DATABASE_IAM: 'true', DATABASE_PASSWORD_FILE: fileWith('other') })).toEqual([
      'DATABASE_IAM is true; then DATABASE_PASSWORD_FILE may not be set',
    ]);
  });

  it('is true or false', () => {
    expect(linesOf({ DATABASE_IAM: 'yes' })).toEqual(['DATABASE_IAM holds "yes"; it may hold true or false']);
  });
});
