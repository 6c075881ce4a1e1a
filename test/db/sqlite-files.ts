import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/db/sqlite-store.ts';
import type { Store } from '../../src/services/store.ts';

/** The path of a database that is not there yet, in a folder that goes when the test is over. */
export function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'autodeploy.db');
}

export function openStore(path: string, options?: SqliteStoreOptions): Store {
  const store = openSqliteStore(`file:${path}`, options);
  onTestFinished(() => store.close());
  return store;
}
