import { readFile } from 'node:fs/promises';
import { StoreUnavailableError } from '../../core/errors.ts';
import type { PostgresAddress } from '../../core/postgres-address.ts';
import type { DatabaseLogin } from '../../ports/database-login.ts';

/**
 * What gives the password of each new connection: the address, a file, or a token of AWS
 * (docs/reference/postgresql-behavior.md#an-iam-token-is-a-password-for-15-minutes). undefined where there is none: `pg` then looks into
 * ~/.pgpass.
 */
export function passwordOf(address: PostgresAddress, { passwordFile, iam }: DatabaseLogin): () => Promise<string | undefined> {
  if (iam) return tokens(address);
  if (passwordFile !== null) return () => readPassword(passwordFile);
  return async () => address.password ?? undefined;
}

/** A line end at its end is none of it: secret stores and editors add one. */
async function readPassword(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new StoreUnavailableError(`The file of the database's password cannot be read (${why}).`);
  }
}

/** Made without a call, unless the credentials themselves have to be fetched. */
function tokens({ host, port, user }: PostgresAddress): () => Promise<string> {
  const loaded = import('@aws-sdk/rds-signer').then(({ Signer }) => new Signer({ hostname: host, port, username: user }));
  // It is thrown where a connection is made.
  loaded.catch(() => {});
  return async () => {
    try {
      return await (await loaded).getAuthToken();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailableError(`AWS gives no token for the database: ${why}`);
    }
  };
}
