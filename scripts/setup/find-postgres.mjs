import { accessSync, constants, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { which } from './run.mjs';

/** Where packages put the server's programs, which most of them keep out of PATH; `*` stands for the version. */
const folders = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/libexec/postgresql*',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
  '/Library/PostgreSQL/*/bin',
  '/usr/local/pgsql/bin',
  '/usr/bin',
];

/** The folder of the machine's newest `postgres` and `initdb`, those in PATH first; null without them. */
export function findPostgres() {
  const inPath = which('postgres');
  const candidates = [...(inPath === null ? [] : [dirname(inPath)]), ...folders.flatMap(versionsOf)];
  return candidates.find((folder) => isThere(join(folder, 'postgres')) && isThere(join(folder, 'initdb'))) ?? null;
}

/** The folders that a pattern stands for, the newest version first. */
function versionsOf(pattern) {
  const [before, after] = pattern.split('*');
  if (after === undefined) return [pattern];
  const prefix = basename(`${before}x`).slice(0, -1);
  try {
    return readdirSync(dirname(`${before}x`))
      .filter((name) => name.startsWith(prefix))
      .toSorted((a, b) => Number.parseFloat(b.slice(prefix.length)) - Number.parseFloat(a.slice(prefix.length)))
      .map((name) => join(dirname(`${before}x`), name, after));
  } catch {
    return [];
  }
}

function isThere(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
