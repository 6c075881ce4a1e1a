import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStore as openInThread, type OpenStoreOptions } from '../../src/db/sqlite/open-store.ts';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/db/sqlite/sqlite-store.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Store } from '../../src/ports/store.ts';

/** The path of a database that is not there yet, in a folder that goes when the test is over. */
export function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'autodeploy.db');
}

/** In the thread of the test. */
export function openStore(path: string, options?: SqliteStoreOptions): Store {
  const store = openSqliteStore(`file:${path}`, options);
  onTestFinished(() => store.close());
  return store;
}

/** In a thread of its own, as programs have it; `lines` gets what is logged. */
export async function openThreadedStore(
  path: string,
  { waitMs = 15_000, lines = [] }: Partial<Pick<OpenStoreOptions, 'waitMs'>> & { lines?: string[] } = {},
): Promise<Store> {
  const log = createLogger({ logLevel: 'debug', secrets: [] }, 'worker', { write: (line: string) => lines.push(line) });
  const store = await openInThread(`file:${path}`, { waitMs, log });
  onTestFinished(() => store.close());
  return store;
}

/** A store that waits until it is opened. */
export const whenOpen = (opening: Promise<Store>): Store =>
  new Proxy({} as Store, {
    get: (_, group: keyof Store) =>
      new Proxy(() => {}, {
        get:
          (_target, method: string) =>
          async (...args: unknown[]) => {
            const methods = Object((await opening)[group]) as Record<string, (...args: unknown[]) => unknown>;
            return methods[method]?.(...args);
          },
        apply: async () => ((await opening)[group] as () => unknown)(),
      }),
  });
