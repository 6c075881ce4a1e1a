import { readFileSync } from 'node:fs';
import type { Environment } from '../core/environment.ts';
import { isPostgresAddress, parsePostgresAddress, type PostgresAddress } from '../core/postgres-address.ts';
import type { DatabaseLogin } from '../ports/database-login.ts';
import { readVariables } from './variable.ts';
import { databaseVariables } from './variables.ts';

/** How to reach the database. */
export interface DatabaseConfig {
  readonly databaseUrl: string;
  readonly databaseLogin: DatabaseLogin;
}

interface ReadDatabase extends DatabaseConfig {
  faults: string[];
  /** The password in all forms, where it is known at start. */
  secrets: string[];
}

/** The database's variables, checked together, with the files that they name. Complete only when there are no faults. */
export function readDatabase(env: Environment): ReadDatabase {
  const { values, faults } = readVariables(env, databaseVariables);
  // One that is malformed is not there.
  const { DATABASE_URL: databaseUrl, DATABASE_PASSWORD_FILE: passwordFile, DATABASE_IAM: iam }: Partial<typeof values> = values;
  const databaseLogin = { passwordFile: passwordFile ?? null, iam: iam ?? false };
  const read = { databaseUrl: databaseUrl ?? '', databaseLogin, faults, secrets: [] };
  if (faults.length > 0) return read;
  const address = isPostgresAddress(read.databaseUrl) ? parsePostgresAddress(read.databaseUrl) : null;
  if (address === null) {
    const unfit = [...(databaseLogin.iam ? ['DATABASE_IAM'] : []), ...(passwordFile ? ['DATABASE_PASSWORD_FILE'] : [])];
    return {
      ...read,
      faults: unfit.map((name) => `${name} is set; it may be set only where DATABASE_URL is a postgres:// address`),
    };
  }
  const fromFile = secretIn(passwordFile ?? null);
  return {
    ...read,
    faults: [...loginFaults(address, databaseLogin), ...fromFile.faults, ...certificateFaults(address)],
    secrets: [...writtenPassword(read.databaseUrl), ...fromFile.secrets],
  };
}

function loginFaults({ password, sslMode }: PostgresAddress, { passwordFile, iam }: DatabaseLogin): string[] {
  const faults: string[] = [];
  if (iam && passwordFile !== null) faults.push('DATABASE_IAM is true; then DATABASE_PASSWORD_FILE may not be set');
  if (password !== null && (iam || passwordFile !== null)) {
    const name = iam ? 'DATABASE_IAM' : 'DATABASE_PASSWORD_FILE';
    faults.push(`DATABASE_URL holds a password; with ${name} it may hold none`);
  }
  // RDS refuses a token on a connection that is not encrypted.
  if (iam && (sslMode === 'disable' || sslMode === 'prefer')) {
    faults.push('DATABASE_URL has no TLS; with DATABASE_IAM its sslmode must be require, verify-ca or verify-full');
  }
  return faults;
}

function secretIn(path: string | null): { secrets: string[]; faults: string[] } {
  if (path === null) return { secrets: [], faults: [] };
  const content = contentOf(path)?.replace(/\r?\n$/, '') ?? '';
  return content === ''
    ? {
        secrets: [],
        faults: [
          `DATABASE_PASSWORD_FILE holds ${JSON.stringify(path)}; it must be the path of a readable file that holds the password`,
        ],
      }
    : { secrets: [content], faults: [] };
}

function certificateFaults({ sslRootCert }: PostgresAddress): string[] {
  if (sslRootCert === null || /-----BEGIN CERTIFICATE-----/.test(contentOf(sslRootCert) ?? '')) return [];
  return [`DATABASE_URL has the sslrootcert ${JSON.stringify(sslRootCert)}; it must be a readable file with certificates in PEM`];
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Both as it is written in an address and as the server receives it. */
function writtenPassword(address: string): string[] {
  const { password } = new URL(address);
  return password === '' ? [] : [...new Set([password, decodeURIComponent(password)])];
}
