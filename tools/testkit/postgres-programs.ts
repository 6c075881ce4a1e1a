import { execFileSync } from 'node:child_process';
import { findPostgres } from '../../scripts/setup/find-postgres.mjs';

/** The folder of `postgres` and `initdb`. @throws where the machine has none: no test is skipped for that. */
export function postgresPrograms(): string {
  const folder = findPostgres();
  if (folder === null) throw new Error('There is no PostgreSQL server on this machine. `npm run setup` installs it.');
  return folder;
}

/**
 * Whose rights a server has: PostgreSQL refuses root's
 * (https://www.postgresql.org/docs/current/postgres-user.html). Nothing to say for any other user.
 */
export function serverUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'daemon']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The machine has no such user.
    }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user postgres nor daemon.');
}
